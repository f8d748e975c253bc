/**
 * The error codes that clients may see; those that keep a process from starting are not among them.
 */
import type { ErrorCode, errorFamilies } from '../src/errors.ts';
import type { Builder } from './builder.ts';

/** Adds the enum `ErrorCode`. */
export function defineErrorCode(builder: Builder) {
  return builder.enumType('ErrorCode', {
    description: 'What went wrong, for programs; messages are for people.',
    values: clientCodes,
  });
}

type Families = typeof errorFamilies;
type ClientCode = { [C in ErrorCode]: Families[C] extends 'startup' ? never : C }[ErrorCode];

const codeTexts: Record<ClientCode, string> = {
  INVALID_INPUT: 'The input as a whole is wrong; its problems say where.',
  INVALID_TEMPLATE: 'The text with its masks cannot be read.',
  INVALID_SAMPLING: 'A sampling setting is out of its range.',
  INVALID_OPTION: 'An option of the decoder is unknown or out of its range.',
  INVALID_SEED: 'The seed is out of its range.',
  PROMPT_TOO_LONG: 'The text has more tokens than the model pack can read.',
  COST_TOO_HIGH: 'The infill asks for more work than one request may.',
  UNSUPPORTED: 'Valid, but this decoder or model pack cannot do it.',
  UNKNOWN_DECODER: 'No decoder has that name.',
  UNKNOWN_MODEL: 'No model pack has that id.',
  UNKNOWN_RUN: 'No infill has that id.',
  UNKNOWN_COMPARISON: 'No comparison has that id.',
  UNKNOWN_DATASET: 'No dataset has that id.',
  UNKNOWN_BENCHMARK: 'No benchmark has that id.',
  QUEUE_FULL: 'Too many runs are waiting; try again after `retryAfterMs`.',
  SHUTTING_DOWN: 'The server is stopping and takes no more runs.',
  STORAGE_FULL: 'The disk is nearly full: no run could be kept; try again after `retryAfterMs`.',
  STORE_UNAVAILABLE: 'The database cannot be reached; try again after `retryAfterMs`.',
  RATE_LIMITED: 'The key or token has used up what it may; try again after `retryAfterMs`.',
  UNAUTHENTICATED: 'No credential was sent, or one that is not known, has expired or was revoked.',
  FORBIDDEN: 'The credential lacks the scope for this.',
  CONFLICT: 'Contradicts something that was acknowledged before.',
  CANCELLED: 'The run was cancelled.',
  INTERRUPTED: 'The server ended while the run was not finished.',
  WORKER_FAILED: 'The process that decodes failed, or ended unexpectedly.',
  STORE_FAILED: 'The database failed.',
  DECODE_FAILED: 'A decode step failed.',
};

/** Typed as if it had every code: an error that ends the process at start is never serialized. */
const clientCodes = Object.fromEntries(
  Object.entries(codeTexts).map(([code, description]) => [code, { value: code, description }]),
) as Record<ErrorCode, { value: ErrorCode; description: string }>;
