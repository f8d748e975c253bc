/**
 * What logs learn of an error: where it comes from and why, but no message that may carry a text.
 */
import { InfillError, stackFrames } from '../errors.ts';

/** An error with its causes, for a log. Messages of others may quote what they were given, those of the language too. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  return {
    name: error.name,
    ...(error instanceof InfillError ? { code: error.code, message: error.message } : {}),
    frames: stackFrames(error),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
