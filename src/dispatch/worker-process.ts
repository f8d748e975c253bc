/**
 * The decoding worker of one pack over all its lives: started, watched, restarted with back-off, closed.
 *
 * Knows one pack and whether it can take jobs; knows no queue and no other worker.
 */
import assert from 'node:assert/strict';
import type { Preparable, PreparedInfill, ScoreRequest } from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { RunError, RunProgress, ScoredFill } from '../decoding/run-event.ts';
import { errorFamilies, InfillError } from '../errors.ts';
import { BackOff, type BackOffTiming } from './back-off.ts';
import { createDeferred, type Deferred, within } from './deferred.ts';
import type { PackState, ServedPack, TokenizedText } from './dispatcher.ts';
import {
  type Answer,
  type Ask,
  type FillJob,
  type OpenRequest,
  workerSubject,
} from './protocol.ts';
import { type ChannelTiming, WorkerChannel, type WorkerLaunch } from './worker-channel.ts';

/** Milliseconds. */
export type WorkerTiming = ChannelTiming &
  BackOffTiming & {
    /** A check or a tokenization that takes longer fails; the wait for a restart counts. */
    readonly answerTimeoutMs: number;
  };

/** What an operator wants to know of a worker. Carries no text of a client. */
export type WorkerNotice =
  | {
      readonly type: 'ready';
      readonly packId: string;
      /** Of the plugin that the worker is for; null: the built-in decoders. */
      readonly decoderName: string | null;
      readonly pid: number | undefined;
      readonly openMs: number;
    }
  | {
      readonly type: 'failed';
      readonly packId: string;
      readonly decoderName: string | null;
      readonly error: RunError;
      /** Whether it had been ready. */
      readonly wasReady: boolean;
      readonly restartInMs: number;
    };

export type WorkerProcessOptions = WorkerLaunch & {
  readonly timing: WorkerTiming;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly observe: (notice: WorkerNotice) => void;
};

/** Takes jobs while `state` is READY; a job of a worker that dies fails, and the worker is started again. */
export class WorkerProcess {
  readonly pack: ServedPack;
  readonly #options: WorkerProcessOptions;
  readonly #backOff: BackOff;
  #channel: WorkerChannel;
  #state: PackState = 'LOADING';
  /** Settles with the channel that takes jobs, or with why there is none. */
  #ready: Deferred<WorkerChannel | InfillError> = createDeferred();
  /** Whether jobs are refused until the next start. */
  #isRefusing: boolean = false;
  /** Of one that could not open: whether it is time to start it again, and whether somebody asked for that. */
  #isDue: boolean = false;
  #isWanted: boolean = false;
  #restartTimer: NodeJS.Timeout | undefined;

  /**
   * Starts a worker and waits until its pack is open.
   *
   * @throws what the worker could not open its pack for, INVALID_PACK or DEVICE_UNAVAILABLE among others;
   * WORKER_FAILED when it ended without saying. A first start is not tried again.
   */
  static async start(options: WorkerProcessOptions): Promise<WorkerProcess> {
    const startedAt = options.now();
    const channel = new WorkerChannel(options);
    const opened = await channel.opened;
    if (opened instanceof InfillError) {
      await channel.close();
      throw opened;
    }
    const worker = new WorkerProcess(options, opened, channel);
    worker.#serve(channel, startedAt);
    return worker;
  }

  /** Starts a worker for a pack that another one has open already; its jobs wait until it is open too. */
  static launch(options: WorkerProcessOptions, pack: ServedPack): WorkerProcess {
    const channel = new WorkerChannel(options);
    const worker = new WorkerProcess(options, pack, channel);
    void worker.#opened(channel, options.now());
    return worker;
  }

  private constructor(options: WorkerProcessOptions, pack: ServedPack, channel: WorkerChannel) {
    this.pack = pack;
    this.#options = options;
    this.#backOff = new BackOff(options.timing);
    this.#channel = channel;
  }

  get state(): PackState {
    return this.#state;
  }

  /** As `Dispatcher.holdBatchWork`; a process that takes this one's place holds nothing. */
  holdBatchWork(): () => void {
    return this.#channel.holdBatchWork();
  }

  /** Checks a request, as `Dispatcher.prepare`. @throws the caller's mistakes; WORKER_FAILED */
  async prepare(request: Preparable): Promise<PreparedInfill> {
    const answer = await this.#askSoon({ type: 'prepare', request });
    assert(answer.type === 'prepared');
    return answer.prepared;
  }

  /** Cuts a text into tokens. @throws WORKER_FAILED */
  async tokenize(text: string): Promise<TokenizedText> {
    const answer = await this.#askSoon({ type: 'tokenize', text });
    assert(answer.type === 'tokenized');
    return answer.tokenized;
  }

  /**
   * The log-likelihood of a given fill; as long as it takes.
   *
   * @throws the caller's mistakes; CANCELLED when `signal` aborts; WORKER_FAILED
   */
  async score(score: ScoreRequest, signal: AbortSignal, priority: Priority): Promise<ScoredFill> {
    const answer = await this.#ask({ type: 'score', score, priority }, signal);
    assert(answer.type === 'scored');
    return answer.scored;
  }

  /** Starts a run at once. Its progress ends with exactly one terminal entry. */
  fill(job: FillJob): AsyncIterable<RunProgress> {
    return this.#channel.fill(job);
  }

  /** Has one that could not open tried again, for a job that waits until `state` is READY. */
  wake(): void {
    if (this.#isDue) void this.#restart();
    else this.#isWanted = true;
  }

  /** Cancels a run within one decode step; of an unknown run, nothing. */
  cancel(runId: string): void {
    this.#channel.cancel(runId);
  }

  /** Ends the worker for good. Its runs and checks end as INTERRUPTED. */
  async close(): Promise<void> {
    this.#state = 'STOPPED';
    this.#isDue = false;
    clearTimeout(this.#restartTimer);
    this.#ready.resolve(interrupted());
    // Of a worker that had failed to open, the answer was another one.
    this.#ready = createDeferred();
    this.#ready.resolve(interrupted());
    await this.#channel.close();
  }

  async #askSoon(ask: Ask): Promise<Answer> {
    const { answerTimeoutMs } = this.#options.timing;
    const abort = new AbortController();
    const answer = await within(this.#ask(ask, abort.signal), answerTimeoutMs, null);
    if (answer !== null) return answer;
    abort.abort();
    throw new InfillError(
      'WORKER_FAILED',
      `${workerSubject(this.#options.open)} of pack ${this.pack.id} did not answer within ${answerTimeoutMs} ms.`,
    );
  }

  async #ask(ask: Ask, signal: AbortSignal): Promise<Answer> {
    if (this.#isDue) void this.#restart();
    const channel = await this.#ready.promise;
    if (channel instanceof InfillError) throw channel;
    return channel.ask(ask, signal);
  }

  #serve(channel: WorkerChannel, startedAt: number): void {
    const { now, observe } = this.#options;
    const readyAt = now();
    this.#state = 'READY';
    this.#ready.resolve(channel);
    void channel.left.then(() => this.#pause());
    void channel.ended.then((error) => this.#failed(error, now() - readyAt));
    const { pid } = channel;
    observe({ type: 'ready', ...this.#names, pid, openMs: readyAt - startedAt });
  }

  #failed(error: RunError, livedMs: number): void {
    if (this.#state === 'STOPPED') return;
    this.#pause();
    const restartInMs = this.#backOff.next(livedMs);
    this.#restartTimer = setTimeout(() => this.#restartInTime(), restartInMs);
    const { code, message } = error;
    this.#options.observe({
      type: 'failed',
      ...this.#names,
      error: { code, message },
      wasReady: livedMs > 0,
      restartInMs,
    });
  }

  /** Jobs wait from now on. */
  #pause(): void {
    if (this.#state === 'STOPPED') return;
    if (this.#state === 'READY') this.#ready = createDeferred();
    this.#state = 'RESTARTING';
  }

  /** What could not be opened, and refuses jobs, may never open: it is tried again when somebody asks for it. */
  #restartInTime(): void {
    if (this.#isRefusing && !this.#isWanted) this.#isDue = true;
    else void this.#restart();
  }

  async #restart(): Promise<void> {
    this.#isDue = false;
    this.#isWanted = false;
    const startedAt = this.#options.now();
    const channel = new WorkerChannel(this.#options);
    this.#channel = channel;
    if (this.#isRefusing) this.#ready = createDeferred();
    this.#isRefusing = false;
    await this.#opened(channel, startedAt);
  }

  async #opened(channel: WorkerChannel, startedAt: number): Promise<void> {
    const opened = this.#sameAsServed(await channel.opened);
    if (opened instanceof InfillError) {
      await channel.close();
      this.#refuse(opened);
      this.#failed(opened, 0);
    } else if (this.#state !== 'STOPPED') {
      this.#serve(channel, startedAt);
    }
  }

  /** What a plugin cannot be opened for is told to those who wait: it may be like that for good. */
  #refuse(error: InfillError): void {
    if (this.#options.open.plugin === null) return;
    this.#isRefusing = true;
    this.#ready.resolve(unopened(error, this.#options.open));
  }

  get #names() {
    const { plugin } = this.#options.open;
    return { packId: this.pack.id, decoderName: plugin?.decoderName ?? null };
  }

  /** Runs are recorded with the digest that was served at the start: another pack must not take its place. */
  #sameAsServed(opened: ServedPack | InfillError): ServedPack | InfillError {
    if (opened instanceof InfillError || opened.digest === this.pack.digest) return opened;
    return new InfillError(
      'INVALID_PACK',
      `Pack ${this.pack.id} in ${this.#options.open.folder} has changed since it was first opened: ` +
        `its digest was ${this.pack.digest} and is ${opened.digest}. Start the server again to serve it.`,
    );
  }
}

/**
 * What clients are told of a worker that cannot open: the words of an error at start are for operators, since they
 * name files.
 */
export function unopened(
  { code, message }: RunError,
  open: Pick<OpenRequest, 'plugin'>,
): InfillError {
  if (errorFamilies[code] !== 'startup') return new InfillError(code, message);
  return new InfillError(
    'WORKER_FAILED',
    `${workerSubject(open)} cannot start (${code}); the server's log says why.`,
  );
}

function interrupted(): InfillError {
  return new InfillError('INTERRUPTED', 'The server stopped before this was done.');
}
