/**
 * One queue over workers of packs: who is admitted, who runs, who is told of the end.
 *
 * Knows runs, packs and slots; keeps no log and no record of what has ended.
 */
import assert from 'node:assert/strict';
import type {
  InfillRequest,
  Preparable,
  PreparedInfill,
  ScoreRequest,
} from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { RunProgress, ScoredFill } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import { createDeferred, within } from './deferred.ts';
import type { Dispatcher, PackState, ServedPack, Ticket, TokenizedText } from './dispatcher.ts';
import { ProgressStream } from './progress-stream.ts';
import { type QueueLimits, RunQueue } from './run-queue.ts';
import { ScoreQueue } from './score-queue.ts';
import { isTerminal } from './terminal.ts';
import type { WorkerProcess } from './worker-process.ts';

/** How long a caller that is turned away at the end should wait for the next process. */
const restartMs = 5000;

/** In the order in which they get what is free. */
const priorities = ['INTERACTIVE', 'BATCH'] as const satisfies Priority[];

/** An admitted run until its terminal entry. */
type AdmittedRun = {
  readonly runId: string;
  readonly priority: Priority;
  readonly worker: WorkerProcess;
  readonly request: InfillRequest;
  /** Monotonic milliseconds. */
  readonly admittedAt: number;
  readonly stream: ProgressStream;
};

/** How many runs of each priority it holds, and how long those that are cancelled at the end may take. */
export type WorkerDispatcherLimits = QueueLimits & {
  /** Milliseconds. */
  readonly closeTimeoutMs: number;
};

/** Of one pack. */
type ScoreQueues = Readonly<Record<Priority, ScoreQueue>>;

/** Dispatches to the workers it is given. */
export class WorkerDispatcher implements Dispatcher {
  #workers: ReadonlyMap<string, WorkerProcess> = new Map();
  /** By pack id. */
  #scores: ReadonlyMap<string, ScoreQueues> = new Map();
  readonly #limits: WorkerDispatcherLimits;
  readonly #queues: Readonly<Record<Priority, RunQueue>>;
  readonly #runs = new Map<string, AdmittedRun>();
  #idle = createDeferred<void>();
  #isDraining: boolean = false;

  constructor(limits: WorkerDispatcherLimits) {
    this.#limits = limits;
    const now = () => performance.now();
    const batchLimits = { ...limits, subject: 'batch runs' };
    this.#queues = {
      INTERACTIVE: new RunQueue(limits, now),
      BATCH: new RunQueue(batchLimits, now),
    };
  }

  /** Called once, before the dispatcher is handed out. */
  serve(workers: readonly WorkerProcess[]): void {
    this.#workers = new Map(workers.map((worker) => [worker.pack.id, worker]));
    this.#scores = new Map(workers.map((worker) => [worker.pack.id, this.#scoresOf(worker)]));
  }

  get packs(): readonly ServedPack[] {
    return [...this.#workers.values()].map(({ pack }) => pack);
  }

  stateOf(packId: string): PackState {
    return this.#workerOf(packId).state;
  }

  holdBatchWork(): () => void {
    const holds = [...this.#workers.values()].map((worker) => worker.holdBatchWork());
    return () => {
      for (const letGo of holds) letGo();
    };
  }

  async prepare(packId: string, request: Preparable): Promise<PreparedInfill> {
    return this.#workerOf(packId).prepare(request);
  }

  async tokenize(packId: string, text: string): Promise<TokenizedText> {
    return this.#workerOf(packId).tokenize(text);
  }

  async score(
    packId: string,
    score: ScoreRequest,
    signal: AbortSignal,
    priority: Priority = 'INTERACTIVE',
  ): Promise<ScoredFill> {
    const worker = this.#workerOf(packId);
    if (this.#isDraining) throw shuttingDown('takes no new scores');
    const scores = this.#scores.get(packId)?.[priority];
    assert(scores !== undefined);
    worker.wake();
    return scores.run((own) => worker.score(score, own, priority), signal);
  }

  admit(
    packId: string,
    runId: string,
    request: InfillRequest,
    priority: Priority = 'INTERACTIVE',
  ): Ticket {
    const worker = this.#workerOf(packId);
    if (this.#isDraining) throw shuttingDown('takes no new runs');
    const queue = this.#queues[priority];
    const position = queue.admit(runId);
    const stream = new ProgressStream();
    const admittedAt = performance.now();
    this.#runs.set(runId, { runId, priority, worker, request, admittedAt, stream });
    return {
      position,
      start: () => {
        // A run that was cancelled in the meantime has its terminal entry already.
        if (this.#runs.has(runId)) queue.markReady(runId);
        worker.wake();
        this.startWaiting();
        return stream;
      },
      release: () => {
        if (queue.remove(runId)) this.#forget(runId);
      },
    };
  }

  cancel(runId: string): void {
    if (this.#endWaiting(runId, { type: 'cancelled', outcome: null })) return;
    this.#runs.get(runId)?.worker.cancel(runId);
  }

  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    const scores = this.#scoreQueues().map((queue) => drained(queue, graceMs));
    await Promise.all([this.#drainRuns(graceMs), ...scores]);
  }

  async #drainRuns(graceMs: number): Promise<void> {
    if (await this.#isIdleWithin(graceMs)) return;
    for (const runId of [...this.#runs.keys()]) this.cancel(runId);
    await this.#isIdleWithin(this.#limits.closeTimeoutMs);
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    for (const runId of [...this.#runs.keys()]) {
      const error = {
        code: 'INTERRUPTED',
        message: 'The server stopped before this run began.',
      } as const;
      this.#endWaiting(runId, { type: 'failed', outcome: null, error });
    }
    for (const queue of this.#scoreQueues()) queue.stop(shuttingDown('ended the score'));
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  /** Starts runs while slots are free: after an admission, the end of a run, and a restart. */
  startWaiting(): void {
    const canStart = (runId: string) => this.#runs.get(runId)?.worker.state === 'READY';
    for (const priority of priorities) {
      let runId = this.#queues[priority].startNext(canStart);
      while (runId !== null) {
        const run = this.#runs.get(runId);
        assert(run !== undefined);
        void this.#follow(run);
        runId = this.#queues[priority].startNext(canStart);
      }
    }
  }

  /** Starts runs and scores that wait for a worker, after it is ready again. */
  resume(): void {
    this.startWaiting();
    for (const queue of this.#scoreQueues()) queue.startWaiting();
  }

  /** Ends the runs and scores that wait for a worker which does not come up. */
  refuseWaiting(error: InfillError): void {
    const { code, message } = error;
    for (const runId of [...this.#runs.keys()]) {
      this.#endWaiting(runId, { type: 'failed', outcome: null, error: { code, message } });
    }
    for (const queue of this.#scoreQueues()) queue.stop(error);
  }

  #scoreQueues(): readonly ScoreQueue[] {
    return [...this.#scores.values()].flatMap((queues) => Object.values(queues));
  }

  #scoresOf(worker: WorkerProcess): ScoreQueues {
    const { maxQueued } = this.#limits;
    const canStart = () => worker.state === 'READY';
    const newQueue = () => new ScoreQueue({ maxQueued, canStart, now: () => performance.now() });
    return { INTERACTIVE: newQueue(), BATCH: newQueue() };
  }

  async #follow(run: AdmittedRun): Promise<void> {
    const { runId, priority, worker, request, admittedAt, stream } = run;
    const waitedMs = performance.now() - admittedAt;
    for await (const progress of worker.fill({ runId, request, priority, waitedMs })) {
      // The slot is free before the reader can act on the end.
      if (isTerminal(progress.type)) {
        this.#queues[priority].finish(runId);
        this.#forget(runId);
      }
      stream.push(progress);
    }
    this.startWaiting();
  }

  /** Ends a run that has not begun. @returns false when it has, or is unknown. */
  #endWaiting(runId: string, progress: RunProgress): boolean {
    const run = this.#runs.get(runId);
    if (run === undefined || !this.#queues[run.priority].remove(runId)) return false;
    run.stream.push(progress);
    this.#forget(runId);
    return true;
  }

  #forget(runId: string): void {
    this.#runs.delete(runId);
    if (this.#runs.size === 0) this.#idle.resolve();
  }

  async #isIdleWithin(timeoutMs: number): Promise<boolean> {
    if (this.#runs.size === 0) return true;
    this.#idle = createDeferred();
    return within(
      this.#idle.promise.then(() => true),
      timeoutMs,
      false,
    );
  }

  #workerOf(packId: string): WorkerProcess {
    const worker = this.#workers.get(packId);
    if (worker === undefined) {
      const known = [...this.#workers.keys()].join(', ');
      throw new InfillError(
        'UNKNOWN_MODEL',
        `There is no model pack "${packId}"; there are: ${known}.`,
      );
    }
    return worker;
  }
}

/** Lets the scores of a queue end, at most `graceMs`; then they are ended. */
async function drained(queue: ScoreQueue, graceMs: number): Promise<void> {
  if (!(await queue.isIdleWithin(graceMs))) queue.stop(shuttingDown('ended the score'));
}

function shuttingDown(what: string): InfillError {
  return new InfillError('SHUTTING_DOWN', `The server is stopping and ${what}.`, {
    retryAfterMs: restartMs,
  });
}
