/**
 * Decoding on this machine: one queue over child processes, one per pack.
 *
 * Knows runs, packs and slots; keeps no log and no record of what has ended.
 */
import assert from 'node:assert/strict';
import type { InfillRequest, PreparedInfill } from '../decoding/infill-request.ts';
import type { RunProgress } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import { createDeferred, within } from './deferred.ts';
import type {
  Device,
  Dispatcher,
  PackState,
  ServedPack,
  Ticket,
  TokenizedText,
} from './dispatcher.ts';
import { ProgressStream } from './progress-stream.ts';
import { type QueueLimits, RunQueue } from './run-queue.ts';
import { isTerminal } from './terminal.ts';
import { type WorkerNotice, WorkerProcess, type WorkerTiming } from './worker-process.ts';

/** What a dispatcher holds at once, over all its packs. */
export type DispatchLimits = QueueLimits & {
  /** Most bytes of caches and hidden states in one worker, estimated. */
  readonly maxBytes: number;
};

export type LocalDispatcherOptions = {
  /** Absolute path of the worker's JavaScript file, `dist/src/worker.js` of the package. */
  readonly workerPath: string;
  /** Absolute folders; the first is the default pack. At least one. */
  readonly packs: readonly { readonly folder: string }[];
  readonly device: Device;
  /** Threads of a model pass; null leaves the choice to the model layer. */
  readonly threads: number | null;
  readonly limits: DispatchLimits;
  /** What is absent suits models whose passes take less than a minute. */
  readonly timing?: Partial<WorkerTiming>;
  /** Told when a worker is ready or has failed. */
  readonly observe?: (notice: WorkerNotice) => void;
};

/** Milliseconds. */
const defaultTiming: WorkerTiming = {
  openTimeoutMs: 300_000,
  answerTimeoutMs: 30_000,
  pingMs: 1000,
  hangMs: 60_000,
  closeTimeoutMs: 5000,
  firstRestartMs: 500,
  maxRestartMs: 30_000,
  healthyMs: 60_000,
};

/** How long a caller that is turned away at the end should wait for the next process. */
const restartMs = 5000;

/**
 * Starts one worker per pack and waits until all packs are open.
 *
 * @throws what a worker could not open its pack for; INVALID_CONFIG when two packs have one id. No worker is left then.
 */
export async function openLocalDispatcher(options: LocalDispatcherOptions): Promise<Dispatcher> {
  const dispatcher = new LocalDispatcher(options.limits);
  const starts = await Promise.allSettled(
    options.packs.map(({ folder }) =>
      WorkerProcess.start(workerOptions(options, folder, dispatcher)),
    ),
  );
  const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failure = starts.find((start) => start.status === 'rejected')?.reason ?? sameIds(workers);
  if (failure !== null) {
    await Promise.all(workers.map((worker) => worker.close()));
    throw failure;
  }
  dispatcher.serve(workers);
  return dispatcher;
}

function workerOptions(
  options: LocalDispatcherOptions,
  folder: string,
  dispatcher: LocalDispatcher,
) {
  const { workerPath, device, threads, limits } = options;
  const { maxRunning, maxBytes } = limits;
  return {
    workerPath,
    open: { folder, device, threads, maxRunning, maxBytes },
    timing: { ...defaultTiming, ...options.timing },
    now: () => performance.now(),
    observe(notice: WorkerNotice) {
      dispatcher.startWaiting();
      options.observe?.(notice);
    },
  };
}

function sameIds(workers: readonly WorkerProcess[]): InfillError | null {
  const ids = workers.map(({ pack }) => pack.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return null;
  return new InfillError('INVALID_CONFIG', `Two model packs have the id "${twice}".`);
}

/** An admitted run until its terminal entry. */
type AdmittedRun = {
  readonly runId: string;
  readonly worker: WorkerProcess;
  readonly request: InfillRequest;
  /** Monotonic milliseconds. */
  readonly admittedAt: number;
  readonly stream: ProgressStream;
};

class LocalDispatcher implements Dispatcher {
  #workers: ReadonlyMap<string, WorkerProcess> = new Map();
  readonly #queue: RunQueue;
  readonly #runs = new Map<string, AdmittedRun>();
  #idle = createDeferred<void>();
  #isDraining: boolean = false;

  constructor(limits: QueueLimits) {
    this.#queue = new RunQueue(limits, () => performance.now());
  }

  /** Called once, before the dispatcher is handed out. */
  serve(workers: readonly WorkerProcess[]): void {
    this.#workers = new Map(workers.map((worker) => [worker.pack.id, worker]));
  }

  get packs(): readonly ServedPack[] {
    return [...this.#workers.values()].map(({ pack }) => pack);
  }

  stateOf(packId: string): PackState {
    return this.#workerOf(packId).state;
  }

  async prepare(packId: string, request: InfillRequest): Promise<PreparedInfill> {
    return this.#workerOf(packId).prepare(request);
  }

  async tokenize(packId: string, text: string): Promise<TokenizedText> {
    return this.#workerOf(packId).tokenize(text);
  }

  admit(packId: string, runId: string, request: InfillRequest): Ticket {
    const worker = this.#workerOf(packId);
    if (this.#isDraining) {
      const message = 'The server is stopping and takes no new runs.';
      throw new InfillError('SHUTTING_DOWN', message, { retryAfterMs: restartMs });
    }
    const position = this.#queue.admit(runId);
    const stream = new ProgressStream();
    this.#runs.set(runId, { runId, worker, request, admittedAt: performance.now(), stream });
    return {
      position,
      start: () => {
        // A run that was cancelled in the meantime has its terminal entry already.
        if (this.#runs.has(runId)) this.#queue.markReady(runId);
        this.startWaiting();
        return stream;
      },
      release: () => {
        if (this.#queue.remove(runId)) this.#forget(runId);
      },
    };
  }

  cancel(runId: string): void {
    if (this.#endWaiting(runId, { type: 'cancelled', outcome: null })) return;
    this.#runs.get(runId)?.worker.cancel(runId);
  }

  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    if (await this.#isIdleWithin(graceMs)) return;
    for (const runId of [...this.#runs.keys()]) this.cancel(runId);
    await this.#isIdleWithin(defaultTiming.closeTimeoutMs);
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
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  /** Starts runs while slots are free: after an admission, the end of a run, and a restart. */
  startWaiting(): void {
    const canStart = (runId: string) => this.#runs.get(runId)?.worker.state === 'READY';
    for (;;) {
      const runId = this.#queue.startNext(canStart);
      if (runId === null) return;
      const run = this.#runs.get(runId);
      assert(run !== undefined);
      void this.#follow(run);
    }
  }

  async #follow({ runId, worker, request, admittedAt, stream }: AdmittedRun): Promise<void> {
    const waitedMs = performance.now() - admittedAt;
    for await (const progress of worker.fill({ runId, request, waitedMs })) {
      // The slot is free before the reader can act on the end.
      if (isTerminal(progress.type)) {
        this.#queue.finish(runId);
        this.#forget(runId);
      }
      stream.push(progress);
    }
    this.startWaiting();
  }

  /** Ends a run that has not begun. @returns false when it has, or is unknown. */
  #endWaiting(runId: string, progress: RunProgress): boolean {
    if (!this.#queue.remove(runId)) return false;
    this.#runs.get(runId)?.stream.push(progress);
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
