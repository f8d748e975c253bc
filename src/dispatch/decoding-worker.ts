/**
 * The worker's side of the protocol: messages in, an engine's answers and progress out.
 *
 * Knows jobs and their order; knows no channel, plugin or model (the root makes the engine and passes it in).
 */
import type {
  InfillRequest,
  Preparable,
  PreparedInfill,
  ScoreRequest,
} from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { RunProgress, ScoredFill } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import type { ServedPack, TokenizedText } from './dispatcher.ts';
import { ProgressOutbox } from './progress-outbox.ts';
import {
  type Answer,
  type Ask,
  type ErrorMessage,
  type FillJob,
  type FromWorker,
  type OpenRequest,
  type ToWorker,
  toErrorMessage,
  workerSubject,
} from './protocol.ts';
import { isTerminal } from './terminal.ts';

/** A pack with an engine over it. */
export interface OpenedPack {
  readonly served: ServedPack;
  readonly engine: {
    prepare(request: Preparable): PreparedInfill;
    /** Batch work takes no step from now on, until what is returned is called. */
    holdBatchWork(): () => void;
    tokenize(text: string): TokenizedText;
    infill(
      request: InfillRequest,
      options: {
        readonly signal: AbortSignal;
        readonly submittedAt: number;
        readonly priority: Priority;
      },
    ): AsyncIterable<RunProgress>;
    score(score: ScoreRequest, signal: AbortSignal, priority: Priority): Promise<ScoredFill>;
  };
  /** Frees the models; no job is running. */
  close(): Promise<void>;
}

type Engine = OpenedPack['engine'];

export type DecodingWorkerOptions = {
  /** After the channel has closed, sending does nothing. */
  readonly send: (message: FromWorker) => void;
  readonly open: (request: OpenRequest) => Promise<OpenedPack>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Resident memory of this process now. */
  readonly residentBytes: () => number;
  /** Told of what a decoder threw, and of every error that is not an `InfillError`: neither leaves the worker. */
  readonly onDefect: (error: unknown) => void;
};

/** Commits of one run within this time may share a message: one frame of a screen. */
const mergeMs = 16;

/** Answers the messages of one server process. */
export class DecodingWorker {
  readonly #options: DecodingWorkerOptions;
  readonly #runs = new Map<string, AbortController>();
  readonly #asks = new Map<number, AbortController>();
  readonly #jobs = new Set<Promise<void>>();
  /** What lets batch work go on, by hold. */
  readonly #holds = new Map<number, () => void>();
  #opening: Promise<OpenedPack> | null = null;
  #subject = workerSubject({ plugin: null });
  #closing: Promise<void> | null = null;

  constructor(options: DecodingWorkerOptions) {
    this.#options = options;
  }

  /** Takes one message; what takes time goes on in the background. */
  receive(message: Exclude<ToWorker, { type: 'close' }>): void {
    switch (message.type) {
      case 'open':
        this.#open(message);
        break;
      case 'ask':
        this.#begin(this.#ask(message.id, message.ask));
        break;
      case 'abandon':
        this.#asks.get(message.id)?.abort();
        break;
      case 'hold':
        this.#begin(this.#hold(message.id));
        break;
      case 'letGo':
        this.#begin(this.#letGo(message.id));
        break;
      case 'fill':
        this.#begin(this.#fill(message));
        break;
      case 'cancel':
        this.#runs.get(message.runId)?.abort();
        break;
      case 'ping':
        this.#options.send({ type: 'pong' });
        break;
      default:
        message satisfies never;
    }
  }

  /** Cancels the jobs, waits for their ends and frees the models. Ends when nothing keeps the process alive. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const abort of [...this.#runs.values(), ...this.#asks.values()]) abort.abort();
    await Promise.allSettled(this.#jobs);
    const [opened] = await Promise.allSettled([this.#opening]);
    if (opened.status === 'fulfilled') await opened.value?.close();
  }

  #open(request: OpenRequest): void {
    const { send, open } = this.#options;
    this.#subject = workerSubject(request);
    this.#opening = open(request);
    this.#begin(
      this.#opening.then(
        ({ served }) => send({ type: 'ready', pack: served }),
        (error: unknown) => send({ type: 'unopened', error: this.#told(error) }),
      ),
    );
  }

  #begin(job: Promise<void>): void {
    const tracked = job.finally(() => this.#jobs.delete(tracked));
    this.#jobs.add(tracked);
  }

  async #ask(id: number, ask: Ask): Promise<void> {
    const abort = new AbortController();
    this.#asks.set(id, abort);
    const answer = await this.#answer(ask, abort.signal).catch(
      (error: unknown): Answer => ({ type: 'refused', error: this.#told(error) }),
    );
    this.#asks.delete(id);
    this.#options.send({ type: 'answer', id, answer });
  }

  async #answer(ask: Ask, signal: AbortSignal): Promise<Answer> {
    const { engine } = await this.#opened();
    switch (ask.type) {
      case 'prepare':
        return { type: 'prepared', prepared: engine.prepare(ask.request) };
      case 'tokenize':
        return { type: 'tokenized', tokenized: engine.tokenize(ask.text) };
      case 'score':
        return this.#scored(engine, ask, signal);
      default:
        return ask satisfies never;
    }
  }

  async #scored(
    engine: Engine,
    { score, priority }: Extract<Ask, { type: 'score' }>,
    signal: AbortSignal,
  ): Promise<Answer> {
    return { type: 'scored', scored: await engine.score(score, signal, priority) };
  }

  async #fill({ runId, request, priority, waitedMs }: FillJob): Promise<void> {
    const { now, residentBytes } = this.#options;
    const submittedAt = now() - waitedMs;
    const abort = new AbortController();
    this.#runs.set(runId, abort);
    let peakBytes = 0;
    // Read as often as something is sent: reading takes 25 µs, and a step of a small model 1 ms.
    const send = (progress: RunProgress) => {
      peakBytes = Math.max(peakBytes, residentBytes());
      this.#options.send({ type: 'progress', runId, progress: withPeak(progress, peakBytes) });
    };
    const outbox = new ProgressOutbox({ send, now, mergeMs });
    const follow = async () => {
      const { engine } = await this.#opened();
      let isEnded = false;
      const options = { signal: abort.signal, submittedAt, priority };
      for await (const progress of engine.infill(request, options)) {
        outbox.push(this.#withoutCause(progress));
        isEnded = isTerminal(progress.type);
      }
      if (!isEnded) throw new Error('The engine left a run without an end.');
    };
    await follow().catch((error: unknown) => outbox.push(failure(this.#told(error))));
    this.#runs.delete(runId);
  }

  /** Nothing where no pack is open: there is no batch work then. */
  async #hold(id: number): Promise<void> {
    const [opened] = await Promise.allSettled([this.#opened()]);
    if (opened.status === 'fulfilled') this.#holds.set(id, opened.value.engine.holdBatchWork());
  }

  /** Not before what was sent ahead of it has begun, which comes to the engine by a shorter way. */
  async #letGo(id: number): Promise<void> {
    await Promise.allSettled([this.#opened()]);
    this.#holds.get(id)?.();
    this.#holds.delete(id);
  }

  #told(error: unknown): ErrorMessage {
    const defect = error instanceof InfillError ? error.cause : error;
    if (defect !== undefined) this.#options.onDefect(defect);
    return toErrorMessage(error, this.#subject);
  }

  #withoutCause(progress: RunProgress): RunProgress {
    if (progress.type !== 'failed' || progress.cause === undefined) return progress;
    const { cause, ...told } = progress;
    this.#options.onDefect(cause);
    return told;
  }

  async #opened(): Promise<OpenedPack> {
    if (this.#opening === null || this.#closing !== null) {
      throw new InfillError('WORKER_FAILED', `${this.#subject} serves no pack at this moment.`);
    }
    return this.#opening;
  }
}

/** Of what came to its end: the rest has no figures. */
function withPeak(progress: RunProgress, peakBytes: number): RunProgress {
  if (progress.type !== 'completed') return progress;
  return { ...progress, outcome: { ...progress.outcome, peakBytes } };
}

function failure({ code, message }: ErrorMessage): RunProgress {
  return { type: 'failed', outcome: null, error: { code, message } };
}
