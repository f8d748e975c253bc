/**
 * The port between use cases and whoever decodes: check a request, admit it, follow it.
 *
 * Knows runs and their progress; knows no process, queue product, database or GraphQL.
 */
import type {
  InfillRequest,
  Preparable,
  PreparedInfill,
  ScoreRequest,
} from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { RunProgress, ScoredFill } from '../decoding/run-event.ts';
import type { ModelRole } from '../model/models.ts';

/** Where a pack runs. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** One role of a served pack. */
export type ServedRole = {
  readonly role: ModelRole;
  readonly architecture: string;
  readonly parameters: number;
  readonly precision: string;
  readonly hiddenSize: number;
  readonly sizeBytes: number;
};

/** A model pack as served, from its checked manifest. */
export type ServedPack = {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  readonly license: string;
  readonly card: string;
  readonly roles: readonly ServedRole[];
  readonly vocabularySize: number;
  /** SHA-256, hex, of its tokenizer: token ids mean the same where it is equal. Absent where it is not known. */
  readonly vocabularyDigest?: string | undefined;
  readonly contextLength: number;
  /** The masked model's own mask token, as its tokenizer writes it; null without a masked model. */
  readonly maskToken: string | null;
  readonly device: Device;
  /** Names of the registered decoders whose roles the pack has. */
  readonly decoderNames: readonly string[];
};

/** Whether a pack can take runs now. */
export type PackState = 'LOADING' | 'READY' | 'RESTARTING' | 'STOPPED';

/** Ids and texts of tokens. */
export type TokenizedText = { readonly ids: readonly number[]; readonly texts: readonly string[] };

/** A place in the queue. Nothing runs until `start`; a ticket is either started or released. */
export interface Ticket {
  /** Runs of its priority ahead of it, from 0. */
  readonly position: number;
  /** Lets the run begin when its turn comes; ends after the terminal entry. Cancelling is `Dispatcher.cancel`. */
  start(): AsyncIterable<RunProgress>;
  /** Gives the place back; for a ticket that is not started. */
  release(): void;
}

/**
 * Where runs are decoded. Runs and scores of priority BATCH have queues of their own, and step only while no interactive
 * one can.
 */
export interface Dispatcher {
  /** The served packs; the first is the default. */
  readonly packs: readonly ServedPack[];
  stateOf(packId: string): PackState;
  /**
   * Batch work of every pack begins no step from now on, until what is returned is called: for interactive work that is on
   * its way, and would wait for that step as well.
   */
  holdBatchWork(): () => void;
  /**
   * Checks a request, to fill or to score, against a pack where the tokenizer is, without running it.
   *
   * @throws the caller's mistakes, all at once; WORKER_FAILED when the worker died or hangs.
   */
  prepare(packId: string, request: Preparable): Promise<PreparedInfill>;
  /** Tokenizes as `prepare` would tokenize a literal. */
  tokenize(packId: string, text: string): Promise<TokenizedText>;
  /**
   * The log-likelihood of a given fill, once its turn comes.
   *
   * @param priority - INTERACTIVE when absent.
   * @throws the caller's mistakes, all at once; UNSUPPORTED; QUEUE_FULL or SHUTTING_DOWN, with `retryAfterMs`;
   * CANCELLED when `signal` aborts; WORKER_FAILED when the worker died or hangs.
   */
  score(
    packId: string,
    score: ScoreRequest,
    signal: AbortSignal,
    priority?: Priority,
  ): Promise<ScoredFill>;
  /**
   * Reserves a place in the queue, at once.
   *
   * @param priority - INTERACTIVE when absent.
   * @throws QUEUE_FULL or SHUTTING_DOWN, with `retryAfterMs`.
   */
  admit(packId: string, runId: string, request: InfillRequest, priority?: Priority): Ticket;
  /** Cancels a waiting or running run, within one decode step; of an unknown run, nothing. */
  cancel(runId: string): void;
  /** Refuses new runs and waits for the admitted ones, at most `graceMs`, then cancels them. */
  drain(graceMs: number): Promise<void>;
  /** Ends the workers. */
  close(): Promise<void>;
}
