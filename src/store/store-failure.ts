/**
 * What leaves the store when the database refuses something: ids and codes, never the values it was given.
 *
 * Messages of drizzle and PostgreSQL quote query parameters, which are clients' texts.
 */
import { InfillError, stackFrames } from '../errors.ts';

/**
 * Runs `work` on the database; an `InfillError` passes as it is.
 *
 * @param intent - completes "The store could not …"; ids, no texts.
 * @throws STORAGE_FULL when the database's disk is full; STORE_UNAVAILABLE when it cannot be reached, and then the work
 *   may have been done or not; else STORE_FAILED. With a cause that has the original's name, severity, code, constraint
 *   and stack, but not its message.
 */
export async function guarded<T>(intent: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InfillError) throw error;
    throw storeFailure(intent, error);
  }
}

/** PostgreSQL's disk_full. */
const diskFullCode = '53100';
const retryAfterFullMs = 30_000;

/**
 * What a server says that is stopping, starting or full, PostgreSQL's class 08, and what the driver and the system say of
 * a connection that is gone or does not come about.
 */
const unreachable =
  /^(?:08...|57P0[1-3]|53300|CONNECTION_CLOSED|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;
const retryAfterUnreachableMs = 2000;

function storeFailure(intent: string, error: unknown): InfillError {
  const cause = withoutValues(error);
  const code = stringField(innermost(error), 'code') ?? '';
  if (code === diskFullCode) {
    const message = `The database could not ${intent}: its disk is full.`;
    return new InfillError('STORAGE_FULL', message, { cause, retryAfterMs: retryAfterFullMs });
  }
  if (unreachable.test(code)) {
    const message = `The database cannot be reached, and could not ${intent}.`;
    const retryAfterMs = retryAfterUnreachableMs;
    return new InfillError('STORE_UNAVAILABLE', message, { cause, retryAfterMs });
  }
  return new InfillError('STORE_FAILED', `The store could not ${intent}.`, { cause });
}

/** The innermost error, which is the driver's, stripped of its message and of every field that may quote a value. */
function withoutValues(error: unknown): InfillError {
  const origin = innermost(error);
  const fields = ['severity', 'code', 'constraint', 'constraint_name']
    .map((name) => stringField(origin, name))
    .filter((value) => value !== null);
  const name = origin instanceof Error ? origin.name : typeof origin;
  const stripped = new InfillError('STORE_FAILED', [name, ...fields].join(' '));
  const frames = origin instanceof Error ? stackFrames(origin) : [];
  stripped.stack = [stripped.message, ...frames.map((frame) => `    ${frame}`)].join('\n');
  return stripped;
}

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}

function stringField(error: unknown, name: string): string | null {
  const value: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : null;
  return typeof value === 'string' ? value : null;
}
