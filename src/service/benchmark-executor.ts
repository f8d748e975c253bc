/**
 * Works benchmarks off, one after another and one unit at a time: what a unit takes is measured, and two would disturb each
 * other.
 *
 * A finished unit is stored at once and never done again, so that a server that starts again goes on where it was.
 * Knows benchmarks and their ends; which units are left is in `benchmark-work.ts`, how one is done in `benchmark-attempts.ts`.
 */
import type { RunError } from '../decoding/run-event.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import { InfillError } from '../errors.ts';
import { type BenchmarkEnd, finishBenchmark } from '../store/benchmark-cells.ts';
import { countUnits, insertBenchmarkItem } from '../store/benchmark-units.ts';
import {
  type BenchmarkRow,
  findUnfinished,
  markBenchmarkRunning,
  noteObstacle,
  unfinishedBenchmarks,
} from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { doUnit, type Unit, type UnitContext, type UnitDecoder } from './benchmark-attempts.ts';
import { type Figures, storeFigures } from './benchmark-figures.ts';
import { BenchmarkPulse } from './benchmark-pulse.ts';
import { readWork } from './benchmark-work.ts';
import type { Schedule } from './schedule.ts';
import type { Viewer } from './service.ts';

/** What benchmarks are worked off with. */
export type ExecutorOptions = {
  readonly database: Database;
  readonly dispatcher: Pick<Dispatcher, 'packs'>;
  readonly decoder: UnitDecoder;
  readonly figures: Figures;
  readonly schedule: Schedule;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of a benchmark that fails, or whose end or obstacle cannot be stored. */
  readonly onBenchmarkFailure: (benchmarkId: string, cause: unknown) => void;
};

/** The benchmark that is worked at. */
type Current = {
  readonly benchmarkId: string;
  readonly controller: AbortController;
  /** Settles once no unit of it is under way. */
  readonly ended: Promise<void>;
};

type EndStatus = BenchmarkEnd['status'];

const retryMs = 2000;

/** Works off benchmarks. */
export class BenchmarkExecutor {
  readonly pulse: BenchmarkPulse;
  readonly #options: ExecutorOptions;
  readonly #waiting: string[] = [];
  #current: Current | null = null;
  #isWorking = false;
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.pulse = new BenchmarkPulse(options.now);
  }

  /** Goes on with the benchmarks that have no end. @returns how many there are */
  async resume(): Promise<number> {
    const unfinished = await unfinishedBenchmarks(this.#options.database);
    for (const { id } of unfinished) this.add(id);
    return unfinished.length;
  }

  /** Puts a stored benchmark behind those that wait. */
  add(id: string): void {
    if (this.#isStopped) return;
    this.#waiting.push(id);
    if (!this.#isWorking) this.#work = this.#workOff();
  }

  /** Ends a benchmark; units that are done stay. @returns when it has ended, whoever ended it. */
  async cancel(benchmark: BenchmarkRow): Promise<void> {
    const index = this.#waiting.indexOf(benchmark.id);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.#current?.benchmarkId === benchmark.id) {
      const { controller, ended } = this.#current;
      controller.abort(new InfillError('CANCELLED', 'The benchmark was cancelled.'));
      // The unit under way may be stored yet; figures are of all that are.
      await ended;
    }
    await this.#end(benchmark, 'CANCELLED', null);
  }

  /** Starts no unit any more and waits for the one under way, which counts if it ends before `patience` does. */
  async stop(patience: Promise<unknown>): Promise<void> {
    this.#isStopped = true;
    this.#waiting.length = 0;
    await Promise.race([this.#work, patience]);
    const stopping = new InfillError('SHUTTING_DOWN', 'The server is stopping.');
    this.#current?.controller.abort(stopping);
    await this.#work;
  }

  /** There is one such loop at most. */
  async #workOff(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const benchmarkId = this.#waiting.shift();
      if (benchmarkId === undefined) break;
      const controller = new AbortController();
      const ended = this.#runToEnd(benchmarkId, controller.signal);
      this.#current = { benchmarkId, controller, ended };
      await ended;
      this.#current = null;
    }
    this.#isWorking = false;
  }

  async #runToEnd(benchmarkId: string, signal: AbortSignal): Promise<void> {
    const [done] = await Promise.allSettled([this.#run(benchmarkId, signal)]);
    this.pulse.over(benchmarkId);
    if (done.status === 'rejected') await this.#settle(benchmarkId, done.reason);
  }

  /** What keeps a benchmark from its end: stopping leaves it as it is, what passes is waited for, anything else fails it. */
  async #settle(benchmarkId: string, reason: unknown): Promise<void> {
    const known = reason instanceof InfillError ? reason : null;
    if (this.#isStopped || known?.family === 'stopped' || known?.code === 'SHUTTING_DOWN') return;
    if (known?.family === 'busy') {
      const waitMs = known.retryAfterMs ?? retryMs;
      this.#options.schedule(waitMs, () => this.add(benchmarkId));
      return;
    }
    const error: RunError = {
      code: known?.code ?? 'DECODE_FAILED',
      message: known?.message ?? 'The benchmark could not go on.',
    };
    const { database, onBenchmarkFailure } = this.#options;
    if (error.code !== 'UNKNOWN_MODEL') onBenchmarkFailure(benchmarkId, reason);
    // Another server, or the same one with its packs, can go on with it; until then it can be cancelled.
    const work =
      error.code === 'UNKNOWN_MODEL'
        ? noteObstacle(database, benchmarkId, error)
        : this.#fail(benchmarkId, error);
    // What cannot be written either is tried again by the next server.
    await work.catch((cause: unknown) => onBenchmarkFailure(benchmarkId, cause));
  }

  /** Ends a benchmark as failed: with its figures, where they can be computed. */
  async #fail(benchmarkId: string, error: RunError): Promise<void> {
    const { database, now } = this.#options;
    const benchmark = await findUnfinished(database, benchmarkId);
    if (benchmark === null) return;
    const [ended] = await Promise.allSettled([this.#end(benchmark, 'FAILED', error)]);
    if (ended.status === 'fulfilled') return;
    const { done: unitCount } = await countUnits(database, benchmarkId);
    const end = { status: 'FAILED', finishedAt: new Date(now()), error } as const;
    await finishBenchmark(database, benchmarkId, end, { cells: [], unitCount });
    this.pulse.over(benchmarkId);
  }

  async #run(benchmarkId: string, signal: AbortSignal): Promise<void> {
    const { database, dispatcher, decoder, schedule } = this.#options;
    const benchmark = await findUnfinished(database, benchmarkId);
    if (benchmark === null) return;
    const work = await readWork(database, benchmark, dispatcher.packs);
    signal.throwIfAborted();
    await markBenchmarkRunning(database, benchmarkId);
    const { done, failed } = await countUnits(database, benchmarkId);
    this.pulse.start(benchmarkId, { done, failed, total: work.total });
    const key = { datasetDigest: work.datasetDigest, seed: benchmark.seed };
    const viewer = viewerOf(benchmark);
    const context: UnitContext = { benchmark, key, viewer, decoder, schedule, signal };
    for await (const unit of work.units()) {
      signal.throwIfAborted();
      if (this.#isStopped) return;
      await this.#do(unit, context);
    }
    signal.throwIfAborted();
    await this.#end(benchmark, 'COMPLETED', null);
  }

  async #do(unit: Unit, context: UnitContext): Promise<void> {
    const { id: benchmarkId } = context.benchmark;
    const { result, runId } = await doUnit(unit, context);
    const { entrantId, maskingName, itemId } = result;
    const hasFailed = result.error !== null;
    const { ordinal } = unit;
    await insertBenchmarkItem(this.#options.database, {
      ...{ benchmarkId, entrantId, maskingName, itemId },
      ...{ ordinal, hasFailed, result, runId },
    });
    this.pulse.unitDone(benchmarkId, hasFailed);
  }

  async #end(benchmark: BenchmarkRow, status: EndStatus, error: RunError | null): Promise<void> {
    const { database, now } = this.#options;
    await storeFigures(this.#options, benchmark, (figures) =>
      finishBenchmark(
        database,
        benchmark.id,
        { status, finishedAt: new Date(now()), error },
        figures,
      ),
    );
    this.pulse.over(benchmark.id);
  }
}

/** Works in the name of whoever started it. */
function viewerOf({ owner, settings: { key } }: BenchmarkRow): Viewer {
  const scopes = new Set(['READ', 'INFILL'] as const);
  if (key === null) return { owner, scopes, credential: { kind: 'LOCAL' } };
  return { owner, scopes, credential: { kind: 'API_KEY', ...key, expiresAt: null } };
}
