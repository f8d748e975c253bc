/**
 * What an input says about the run itself rather than about its text: how long, for whom, and under what name.
 *
 * Knows ranges and which operation has a use for what; knows no pack and no run.
 */
import type { Problem } from '../errors.ts';
import type { DisconnectPolicy, InfillInput } from './service.ts';

/** How a run is asked for: its client leaves it, waits for its end, or follows it. */
export type Operation = 'SUBMIT' | 'WAIT' | 'STREAM';

/** Milliseconds: a day. */
const maxDeadlineMs = 86_400_000;
/** Milliseconds: as long as proxies may be told to keep a request open. */
const maxWaitMs = 600_000;
/** Unicode code points. */
const maxKeyLength = 128;
/** Control and format characters, lone surrogates, unassigned code points, and what breaks lines. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What becomes of a run whose clients are gone, where the input does not say. */
export function disconnectPolicyOf(
  { onDisconnect }: InfillInput,
  operation: Operation,
): DisconnectPolicy {
  return onDisconnect ?? (operation === 'SUBMIT' ? 'CONTINUE' : 'CANCEL');
}

/** Everything that is wrong with an input's terms; `operation` is null of a plan, which takes what any of them takes. */
export function termsProblems(input: InfillInput, operation: Operation | null): Problem[] {
  return [
    ...rangeProblems('deadlineMs', input.deadlineMs, { least: 1, most: maxDeadlineMs }),
    ...waitProblems(input.waitMs, operation),
    ...keyProblems(input.idempotencyKey),
  ];
}

function waitProblems(waitMs: number | undefined, operation: Operation | null): Problem[] {
  const hasEffect = operation === null || operation === 'WAIT';
  if (hasEffect || waitMs === undefined) {
    return rangeProblems('waitMs', waitMs, { least: 0, most: maxWaitMs });
  }
  const message = `waitMs is ${waitMs}, and only the mutation \`infill\` waits; leave it out here.`;
  return [{ ...problemAt('waitMs'), message, value: String(waitMs), limit: null }];
}

/** What is wrong with an idempotency key. */
export function keyProblems(key: string | undefined): Problem[] {
  if (key === undefined) return [];
  const length = [...key].length;
  const odd = unprintable.exec(key)?.[0].codePointAt(0);
  return [
    ...(length >= 1 && length <= maxKeyLength ? [] : [keyLengthProblem(length)]),
    ...(odd === undefined ? [] : [unprintableProblem(odd)]),
  ];
}

function keyLengthProblem(length: number): Problem {
  const message = `idempotencyKey has ${length} characters; it must have from 1 to ${maxKeyLength}.`;
  const limit = String(length === 0 ? 1 : maxKeyLength);
  return { ...problemAt('idempotencyKey'), message, value: String(length), limit };
}

function unprintableProblem(codePoint: number): Problem {
  const value = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  const message = `idempotencyKey has ${value}; its characters must be printable.`;
  return { ...problemAt('idempotencyKey'), message, value, limit: null };
}

function rangeProblems(
  field: string,
  value: number | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): Problem[] {
  if (value === undefined || (value >= least && value <= most)) return [];
  const message = `${field} is ${value}; it must be from ${least} to ${most} milliseconds.`;
  const limit = String(value < least ? least : most);
  return [{ ...problemAt(field), message, value: String(value), limit }];
}

function problemAt(field: string): Pick<Problem, 'path' | 'code'> {
  return { path: [field], code: 'INVALID_INPUT' };
}
