/**
 * What a decoder did wrong, as an error that names it, and the time it may take: a plugin may be anyone's code.
 *
 * Knows messages and clocks; knows neither engine nor runs.
 */
import { InfillError } from '../errors.ts';

/** A decoder that does not do what it promised; its message is the engine's own and may be told. */
export class ContractError extends Error {}

/** A decoder whose work is still going on after its limit, and may for ever. */
export class OverdueError extends ContractError {}

/** Throws what is wrong, if anything is. */
export function keep(problem: string | null): void {
  if (problem !== null) throw new ContractError(problem);
}

/** What a decoder threw may carry a text: it is the cause, which stays in the process. */
export function failureOf(decoderName: string, when: string, cause: unknown): InfillError {
  const why = cause instanceof ContractError ? `: ${cause.message}` : '';
  return new InfillError('DECODE_FAILED', `Decoder "${decoderName}" failed ${when}${why}.`, {
    cause,
  });
}

/**
 * Waits for work of a decoder; what it does after the limit is nobody's any more.
 *
 * @param work - its signal is aborted at the limit.
 */
export async function settledWithin<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stopping.abort();
      reject(new OverdueError(`it took more than ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(stopping.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** A value of a plugin in a message: a number as it is; of anything else its kind, since it may carry anything. */
export function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : kindOf(value);
}

/** What `typeof` says, but for null. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
