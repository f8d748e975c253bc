/**
 * The one error class of the project and the table of its codes.
 *
 * Knows nothing of transports: `schema/` turns families into result types, `server/` masks the rest.
 */

/**
 * Who an error is for; decides its GraphQL result type and the level it is logged at.
 *
 * - `validation`: the caller's input is wrong and will stay wrong.
 * - `unsupported`: a valid request for something this decoder or pack cannot do.
 * - `not-found`: an id or name that names nothing.
 * - `busy`: come back after `retryAfterMs`.
 * - `limited`: the caller has used up what it may; come back after `retryAfterMs`.
 * - `denied`: the caller is not known, or may not do this.
 * - `conflict`: contradicts something already acknowledged.
 * - `stopped`: ended on purpose.
 * - `startup`: the process must not start; never reaches a client.
 * - `internal`: ours; a client sees a request id only.
 */
export type ErrorFamily =
  | 'validation'
  | 'unsupported'
  | 'not-found'
  | 'busy'
  | 'limited'
  | 'denied'
  | 'conflict'
  | 'stopped'
  | 'startup'
  | 'internal';

/** Every code with its family. */
export const errorFamilies = {
  INVALID_INPUT: 'validation',
  INVALID_TEMPLATE: 'validation',
  INVALID_SAMPLING: 'validation',
  INVALID_OPTION: 'validation',
  INVALID_SEED: 'validation',
  PROMPT_TOO_LONG: 'validation',
  COST_TOO_HIGH: 'validation',
  UNSUPPORTED: 'unsupported',
  UNKNOWN_DECODER: 'not-found',
  UNKNOWN_MODEL: 'not-found',
  UNKNOWN_RUN: 'not-found',
  UNKNOWN_COMPARISON: 'not-found',
  UNKNOWN_DATASET: 'not-found',
  UNKNOWN_BENCHMARK: 'not-found',
  QUEUE_FULL: 'busy',
  SHUTTING_DOWN: 'busy',
  STORAGE_FULL: 'busy',
  STORE_UNAVAILABLE: 'busy',
  RATE_LIMITED: 'limited',
  UNAUTHENTICATED: 'denied',
  FORBIDDEN: 'denied',
  CONFLICT: 'conflict',
  CANCELLED: 'stopped',
  INTERRUPTED: 'stopped',
  INVALID_CONFIG: 'startup',
  INVALID_PACK: 'startup',
  INVALID_CHECKPOINT: 'startup',
  UNSUPPORTED_CHECKPOINT: 'startup',
  HUB_REFUSED: 'startup',
  HUB_UNAVAILABLE: 'startup',
  DOWNLOAD_DAMAGED: 'startup',
  DEVICE_UNAVAILABLE: 'startup',
  DATA_DIR_IN_USE: 'startup',
  DATABASE_IN_USE: 'startup',
  DATABASE_UNAVAILABLE: 'startup',
  INVALID_BACKUP: 'startup',
  STORE_VERSION: 'startup',
  DUPLICATE_DECODER: 'startup',
  INVALID_PLUGIN: 'startup',
  SERVER_FAILED: 'startup',
  STORE_FAILED: 'internal',
  WORKER_FAILED: 'internal',
  DECODE_FAILED: 'internal',
} as const satisfies Record<string, ErrorFamily>;

/** A code of the table above. */
export type ErrorCode = keyof typeof errorFamilies;

/** One thing that is wrong with an input. */
export type Problem = {
  /** Where: field names from the input's root, list indices as decimal strings. */
  readonly path: readonly string[];
  readonly code: ErrorCode;
  /** A full sentence that names the offending value and the limit. */
  readonly message: string;
  readonly value: string | null;
  readonly limit: string | null;
};

/** What an `InfillError` carries besides its code and message. */
export type InfillErrorDetail = {
  readonly cause?: unknown;
  /** All problems of one input, at once. */
  readonly problems?: readonly Problem[];
  /** For the `busy` and `limited` families: how long a caller should wait before it tries again. */
  readonly retryAfterMs?: number;
};

/** The only error the project throws on purpose; anything else is a defect. */
export class InfillError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  readonly retryAfterMs: number | null;

  constructor(code: ErrorCode, message: string, detail: InfillErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'InfillError';
    this.code = code;
    this.problems = detail.problems ?? [];
    this.retryAfterMs = detail.retryAfterMs ?? null;
  }

  /** The family of the code. */
  get family(): ErrorFamily {
    return errorFamilies[this.code];
  }
}

/**
 * Returns one error that carries all of `problems`: the message of the first, with the count of the others. What is wrong
 * goes first, then names that name nothing, then what is unsupported: a request will stay wrong whatever is named.
 *
 * Its code is that of the first. Only validation errors show clients their problems, so where several are of none, the code
 * is INVALID_INPUT.
 *
 * @param problems - at least one.
 */
export function problemsError(problems: readonly [Problem, ...Problem[]]): InfillError {
  const rankOf = ({ code }: Problem) => laterFamilies.indexOf(errorFamilies[code]);
  const ordered = problems.toSorted((a, b) => rankOf(a) - rankOf(b));
  const { code, message } = ordered[0] ?? problems[0];
  if (ordered.length === 1) return new InfillError(code, message, { problems });
  const isShown = !laterFamilies.includes(errorFamilies[code]);
  return new InfillError(
    isShown ? code : 'INVALID_INPUT',
    `${message} (and ${problems.length - 1} more)`,
    { problems: ordered },
  );
}

/** Families that are told after all others, in this order. */
const laterFamilies: readonly ErrorFamily[] = ['not-found', 'unsupported'];

/**
 * Returns where an error was made, a line per call.
 *
 * Only what comes after the message, which may carry a client's text and have lines that look like calls.
 */
export function stackFrames({ message, stack = '' }: Error): readonly string[] {
  const start = stack.indexOf(message);
  const lines = start === -1 ? [] : stack.slice(start + message.length).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
}
