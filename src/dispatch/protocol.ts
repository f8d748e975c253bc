/**
 * What a server process and a decoding worker say to each other, over a channel that keeps order and copies structurally.
 *
 * Knows jobs and their answers; knows neither process. A worker is told `open` first and answers `ready` or `unopened`.
 */
import type {
  InfillRequest,
  Preparable,
  PreparedInfill,
  ScoreRequest,
} from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { RunProgress, ScoredFill } from '../decoding/run-event.ts';
import { type ErrorCode, InfillError, type Problem } from '../errors.ts';
import type { Device, ServedPack, TokenizedText } from './dispatcher.ts';

/** What a worker is opened with. */
export type OpenRequest = {
  /** Absolute path of a pack. */
  readonly folder: string;
  readonly device: Device;
  /** Threads of a model pass; null leaves the choice to the model layer. */
  readonly threads: number | null;
  /** Most runs that step in turn. */
  readonly maxRunning: number;
  /** Most bytes of caches and hidden states, estimated; runs beyond it wait inside the worker. */
  readonly maxBytes: number;
  /** The one decoder of a plugin that this worker is for; null: the built-in decoders. */
  readonly plugin: PluginRequest | null;
};

/** A decoder that is not trusted to keep its contract. */
export type PluginRequest = {
  readonly decoderName: string;
  /** URL of the module that exports it. */
  readonly module: string;
  /** What it was configured as. */
  readonly specifier: string;
  /** Milliseconds that it may take to begin runs or to step them. */
  readonly stepTimeoutMs: number;
  /** Milliseconds that a score may take. */
  readonly scoreTimeoutMs: number;
};

/** What messages call a worker. */
export function workerSubject({ plugin }: Pick<OpenRequest, 'plugin'>): string {
  return plugin === null ? 'The decoding worker' : `The worker of decoder "${plugin.decoderName}"`;
}

/** A job with one answer. */
export type Ask =
  | { readonly type: 'prepare'; readonly request: Preparable }
  | { readonly type: 'tokenize'; readonly text: string }
  | { readonly type: 'score'; readonly score: ScoreRequest; readonly priority: Priority };

/** A job that is followed. `waitedMs`: how long it has been in the queue; the two processes share no clock. */
export type FillJob = {
  readonly runId: string;
  readonly request: InfillRequest;
  readonly priority: Priority;
  readonly waitedMs: number;
};

/** From the server process to a worker. */
export type ToWorker =
  | ({ readonly type: 'open' } & OpenRequest)
  | { readonly type: 'ask'; readonly id: number; readonly ask: Ask }
  /** The answer to `id` is not wanted any more. */
  | { readonly type: 'abandon'; readonly id: number }
  /** Batch work is to begin no step until this hold is let go. */
  | { readonly type: 'hold'; readonly id: number }
  | { readonly type: 'letGo'; readonly id: number }
  | ({ readonly type: 'fill' } & FillJob)
  | { readonly type: 'cancel'; readonly runId: string }
  | { readonly type: 'ping' }
  /** Cancel what runs, free the models and exit. */
  | { readonly type: 'close' };

/** The answer to an `Ask`. */
export type Answer =
  | { readonly type: 'prepared'; readonly prepared: PreparedInfill }
  | { readonly type: 'tokenized'; readonly tokenized: TokenizedText }
  | { readonly type: 'scored'; readonly scored: ScoredFill }
  | { readonly type: 'refused'; readonly error: ErrorMessage };

/** From a worker to the server process. */
export type FromWorker =
  | { readonly type: 'ready'; readonly pack: ServedPack }
  | { readonly type: 'unopened'; readonly error: ErrorMessage }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  /** Of one run in order; the last one is terminal. */
  | { readonly type: 'progress'; readonly runId: string; readonly progress: RunProgress }
  | { readonly type: 'pong' }
  /** It exits once it has said what is due, and takes no more jobs. */
  | { readonly type: 'leaving' };

/** An `InfillError` as plain values: structured copies of errors keep the message only. */
export type ErrorMessage = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly retryAfterMs: number | null;
};

/**
 * Returns the plain values of `error`; anything but an `InfillError` is a defect of the worker, WORKER_FAILED.
 *
 * @param subject - what messages call the worker.
 *
 * A defect's own message may carry a text, and clients are shown why their runs failed: it stays in the worker.
 */
export function toErrorMessage(error: unknown, subject: string): ErrorMessage {
  if (error instanceof InfillError) {
    const { code, message, problems, retryAfterMs } = error;
    return { code, message, problems, retryAfterMs };
  }
  const name = error instanceof Error ? error.name : typeof error;
  const message = `${subject} has a defect (${name}); its standard error says where.`;
  return { code: 'WORKER_FAILED', message, problems: [], retryAfterMs: null };
}

/** The error that `toErrorMessage` took apart. */
export function fromErrorMessage({
  code,
  message,
  problems,
  retryAfterMs,
}: ErrorMessage): InfillError {
  return new InfillError(code, message, {
    problems,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

/** Tells messages of a worker from whatever else a channel may carry. */
export function isFromWorker(message: unknown): message is FromWorker {
  return typeof message === 'object' && message !== null && 'type' in message;
}

/** Tells messages to a worker from whatever else a channel may carry. */
export function isToWorker(message: unknown): message is ToWorker {
  return typeof message === 'object' && message !== null && 'type' in message;
}
