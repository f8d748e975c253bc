/**
 * Works benchmarks off, one after another and one unit at a time: what a unit takes is measured, and two would disturb each
 * other.
 *
 * A finished unit is stored at once and never done again, so that a server that starts again goes on where it was.
 * Knows units and their order; what one is, `benchmark-attempts.ts` knows.
 */
import { type Masking, maskingName } from '../benchmark/masking.ts';
import { InfillError } from '../errors.ts';
import {
  type BenchmarkRow,
  countUnits,
  type EntrantRow,
  finishBenchmark,
  insertBenchmarkItem,
  markBenchmarkRunning,
  readEntrants,
  readUnitKeys,
  type UnitKey,
  unfinishedBenchmarks,
} from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { findDatasets, readItems } from '../store/datasets.ts';
import { doUnit, type Unit, type UnitContext, type UnitDecoder } from './benchmark-attempts.ts';
import { type Figures, loadResults } from './benchmark-figures.ts';
import { BenchmarkPulse } from './benchmark-pulse.ts';
import { datasetItemOf } from './datasets.ts';
import type { Schedule } from './schedule.ts';
import type { Viewer } from './service.ts';

/** What benchmarks are worked off with. */
export type ExecutorOptions = {
  readonly database: Database;
  readonly decoder: UnitDecoder;
  readonly figures: Figures;
  readonly schedule: Schedule;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

type Stop = { readonly benchmarkId: string; readonly controller: AbortController };

const storeRetryMs = 2000;

/** Works off benchmarks. */
export class BenchmarkExecutor {
  readonly pulse: BenchmarkPulse;
  readonly #options: ExecutorOptions;
  readonly #waiting: string[] = [];
  #current: Stop | null = null;
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
    if (this.#waiting.length === 1 && this.#current === null) this.#work = this.#workOff();
  }

  /** Ends a benchmark; units that are done stay. @returns when it has ended, whoever ended it. */
  async cancel(benchmark: BenchmarkRow): Promise<void> {
    const index = this.#waiting.indexOf(benchmark.id);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.#current?.benchmarkId === benchmark.id) {
      this.#current.controller.abort(new InfillError('CANCELLED', 'The benchmark was cancelled.'));
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

  async #workOff(): Promise<void> {
    for (;;) {
      const benchmarkId = this.#waiting.shift();
      if (benchmarkId === undefined) return;
      const controller = new AbortController();
      this.#current = { benchmarkId, controller };
      const [done] = await Promise.allSettled([this.#run(benchmarkId, controller.signal)]);
      this.#current = null;
      if (done.status === 'rejected') await this.#settle(benchmarkId, done.reason);
    }
  }

  /** What ended a benchmark before its time: stopping leaves it as it is, anything else fails it. */
  async #settle(benchmarkId: string, reason: unknown): Promise<void> {
    const code = reason instanceof InfillError ? reason.code : 'DECODE_FAILED';
    if (code === 'CANCELLED' || code === 'SHUTTING_DOWN' || this.#isStopped) return;
    if (code === 'STORE_UNAVAILABLE') {
      this.#options.schedule(storeRetryMs, () => this.add(benchmarkId));
      return;
    }
    const message = 'The benchmark could not go on.';
    await finishBenchmark(this.#options.database, benchmarkId, {
      status: 'FAILED',
      finishedAt: new Date(this.#options.now()),
      error: { code, message: reason instanceof InfillError ? reason.message : message },
      cells: [],
    }).catch(() => false);
    this.pulse.over(benchmarkId);
  }

  async #run(benchmarkId: string, signal: AbortSignal): Promise<void> {
    const { database } = this.#options;
    const work = await this.#load(benchmarkId, signal);
    if (work === null) return;
    await markBenchmarkRunning(database, benchmarkId);
    const { done, failed } = await countUnits(database, benchmarkId);
    this.pulse.start(benchmarkId, { done, failed, total: work.total });
    for await (const unit of work.units()) {
      signal.throwIfAborted();
      if (this.#isStopped) return;
      await this.#do(unit, work.context);
    }
    await this.#end(work.context.benchmark, 'COMPLETED', null);
  }

  async #do(unit: Unit, context: UnitContext): Promise<void> {
    const { id: benchmarkId } = context.benchmark;
    const { result, runId } = await doUnit(unit, context);
    const { entrantId, maskingName: name, itemId } = result;
    const hasFailed = result.error !== null;
    const { ordinal } = unit;
    const key = { benchmarkId, entrantId, maskingName: name, itemId };
    await insertBenchmarkItem(this.#options.database, {
      ...key,
      ordinal,
      hasFailed,
      result,
      runId,
    });
    this.pulse.unitDone(benchmarkId, hasFailed);
  }

  async #end(benchmark: BenchmarkRow, status: 'COMPLETED' | 'CANCELLED', error: null) {
    const { database, figures, now } = this.#options;
    const cells = await figures.cells(await loadResults(database, benchmark));
    const finishedAt = new Date(now());
    await finishBenchmark(database, benchmark.id, { status, finishedAt, error, cells });
    this.pulse.over(benchmark.id);
  }

  /** Null of a benchmark that has ended or is gone. */
  async #load(benchmarkId: string, signal: AbortSignal) {
    const { database, decoder, schedule } = this.#options;
    const [benchmark] = (await unfinishedBenchmarks(database)).filter(
      ({ id }) => id === benchmarkId,
    );
    if (benchmark === undefined) return null;
    const [dataset] = await findDatasets(database, benchmark.owner, [benchmark.datasetId]);
    if (!dataset) throw new InfillError('STORE_FAILED', 'The dataset of the benchmark is gone.');
    const everyone = await readEntrants(database, benchmarkId);
    const entrants = everyone.filter(({ isImported }) => !isImported);
    const done = new Set((await readUnitKeys(database, benchmarkId)).map(unitName));
    const key = { datasetDigest: dataset.digest, seed: benchmark.seed };
    const viewer = viewerOf(benchmark);
    const context: UnitContext = { benchmark, key, viewer, decoder, schedule, signal };
    const total = benchmark.itemCount * benchmark.maskings.length * everyone.length;
    return { context, total, units: () => unitsOf(database, benchmark, entrants, done) };
  }
}

/** The units that are not done, item by item: all entrants do one after another what is compared. */
async function* unitsOf(
  database: Database,
  benchmark: BenchmarkRow,
  entrants: readonly EntrantRow[],
  done: ReadonlySet<string>,
): AsyncGenerator<Unit> {
  const { maskings, itemCount, datasetId } = benchmark;
  for (let start = 0; start < itemCount; start += itemsPerRead) {
    const after = start === 0 ? null : start - 1;
    const limit = Math.min(itemsPerRead, itemCount - start);
    const { items } = await readItems(database, datasetId, { after, limit });
    for (const row of items) {
      const item = datasetItemOf(row);
      const first = row.ordinal * maskings.length * maxEntrants;
      yield* unitsOfItem({ item, maskings, entrants, first }).filter(
        (unit) => !done.has(unitName(keyOf(unit))),
      );
    }
  }
}

const itemsPerRead = 50;
/** Of one benchmark, imported ones included: it spaces the ordinals of units. */
export const maxEntrants = 32;

function unitsOfItem({
  item,
  maskings,
  entrants,
  first,
}: Pick<Unit, 'item'> & {
  readonly maskings: readonly Masking[];
  readonly entrants: readonly EntrantRow[];
  readonly first: number;
}): Unit[] {
  return maskings.flatMap((masking, place) =>
    entrants.map((entrant) => {
      const ordinal = first + place * maxEntrants + entrant.ordinal;
      return { item, masking, entrant, ordinal };
    }),
  );
}

function keyOf({ item, masking, entrant }: Unit): UnitKey {
  return { itemId: item.id, maskingName: maskingName(masking), entrantId: entrant.id };
}

function unitName({ entrantId, maskingName: masking, itemId }: UnitKey): string {
  return JSON.stringify([entrantId, masking, itemId]);
}

/** Works in the name of whoever started it. */
function viewerOf({ owner, settings: { key } }: BenchmarkRow): Viewer {
  const scopes = new Set(['READ', 'INFILL'] as const);
  if (key === null) return { owner, scopes, credential: { kind: 'LOCAL' } };
  return { owner, scopes, credential: { kind: 'API_KEY', ...key, expiresAt: null } };
}
