/**
 * The use cases of benchmarks: start, follow, cancel, and read what came out.
 *
 * Knows owners; how units are worked off is in `benchmark-executor.ts`.
 */
import type { BenchmarkResults } from '../benchmark/benchmark-results.ts';
import type { Cell } from '../benchmark/cells.ts';
import type { Difference } from '../benchmark/differences.ts';
import type { Metric } from '../benchmark/metric.ts';
import { readCells, storeCells } from '../store/benchmark-cells.ts';
import {
  type BenchmarkFilter,
  type BenchmarkPage,
  countBenchmarks,
  findWithoutFigures,
  listBenchmarks,
  type RankedCell,
  rankCells,
} from '../store/benchmark-lists.ts';
import {
  type BenchmarkItemRow,
  countUnits,
  insertImportedEntrant,
  readUnits,
} from '../store/benchmark-units.ts';
import {
  type BenchmarkRow,
  deleteBenchmark,
  type EntrantRow,
  findBenchmarks,
  readEntrants,
  unknownBenchmark,
} from '../store/benchmarks.ts';
import type { PageRequest } from '../store/keyset-pages.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import { type BenchmarkEvent, followBenchmark } from './benchmark-events.ts';
import { BenchmarkExecutor, type ExecutorOptions } from './benchmark-executor.ts';
import { type ExportedFile, exportedBenchmark, maskedLines } from './benchmark-export.ts';
import { loadResults, storeFigures } from './benchmark-figures.ts';
import { type BenchmarkInput, benchmarkKey } from './benchmark-input.ts';
import { type BenchmarkExport, maskingOfName } from './benchmark-names.ts';
import type { BenchmarkProgress } from './benchmark-pulse.ts';
import { BenchmarkStarts, type StartOptions } from './benchmark-start.ts';
import { maxEntrants } from './benchmark-work.ts';
import { type FillsImport, importedEntrant, tooManyEntrants } from './import-fills.ts';
import { KeptFigures } from './kept-figures.ts';
import { checkedRanking, type LeaderboardInput } from './leaderboard.ts';
import { findPack } from './prepared-request.ts';
import type { Viewer } from './service.ts';

/** A benchmark as the API shows it. */
export type Benchmark = BenchmarkRow;

export type { Cell } from '../benchmark/cells.ts';
export type { Difference } from '../benchmark/differences.ts';
export type { ItemFill, ScoreKind } from '../benchmark/item-result.ts';
export type { Masking, MaskUnit } from '../benchmark/masking.ts';
export type { Metric } from '../benchmark/metric.ts';
export type { BenchmarkFilter, BenchmarkPage, RankedCell } from '../store/benchmark-lists.ts';
export type { BenchmarkStatus, Measure } from '../store/benchmark-tables.ts';
export type { BenchmarkItemRow } from '../store/benchmark-units.ts';
export type { EntrantRow } from '../store/benchmarks.ts';
export type { BenchmarkEvent } from './benchmark-events.ts';
export type { BenchmarkInput } from './benchmark-input.ts';
export type { BenchmarkProgress } from './benchmark-pulse.ts';

/** What benchmarks are made of. */
export type BenchmarksOptions = ExecutorOptions & StartOptions;

/** A dataset under a masking. */
export type MaskedSet = {
  readonly datasetId: string;
  /** Its name. */
  readonly masking: string;
  readonly seed: bigint;
  /** Pack id, for maskings of tokens; the default pack when null. */
  readonly model: string | null;
};

/** The use cases. */
export class Benchmarks {
  readonly #options: BenchmarksOptions;
  readonly #executor: BenchmarkExecutor;
  readonly #figures: KeptFigures;
  readonly #starts: BenchmarkStarts;

  constructor(options: BenchmarksOptions) {
    this.#options = options;
    this.#executor = new BenchmarkExecutor(options);
    const { database, figures, now } = options;
    this.#starts = new BenchmarkStarts(options, (id) => this.#executor.add(id));
    this.#figures = new KeptFigures({
      ...{ figures, now },
      doneOf: async ({ id }) => (await countUnits(database, id)).done,
      resultsOf: (benchmark) => this.results(benchmark),
      storedCellsOf: (benchmark) => this.#storedCells(benchmark),
    });
  }

  /** Goes on with benchmarks that a server left behind. @returns how many there are */
  resume(): Promise<number> {
    return this.#executor.resume();
  }

  /** Starts no unit any more and waits for the one under way, which counts if it ends before `patience` does. */
  stop(patience: Promise<unknown>): Promise<void> {
    return this.#executor.stop(patience);
  }

  /**
   * Checks, stores and starts; durable when this resolves. Sent again under its idempotency key it is the same benchmark.
   *
   * @throws the caller's mistakes, all at once; CONFLICT when the key stands for another input; UNSUPPORTED for client tokens; QUEUE_FULL; STORAGE_FULL
   */
  start(input: BenchmarkInput, viewer: Viewer): Promise<Benchmark> {
    return this.#starts.start(input, viewer);
  }

  /** Ends a benchmark; what is done is kept. Of one that is over, nothing. @throws UNKNOWN_BENCHMARK */
  async cancel(id: string, viewer: Viewer): Promise<Benchmark> {
    const found = await this.require(id, viewer);
    if (found.finishedAt === null) await this.#executor.cancel(found);
    return this.require(id, viewer);
  }

  /** @throws UNKNOWN_BENCHMARK; CONFLICT while it is not over */
  delete(id: string, { owner }: Viewer): Promise<void> {
    return deleteBenchmark(this.#options.database, owner, id);
  }

  /** In the order of `ids`; null where the viewer has none. */
  find(ids: readonly string[], { owner }: Viewer): Promise<readonly (Benchmark | null)[]> {
    return findBenchmarks(this.#options.database, owner, ids);
  }

  /** Of the viewer, the newest first. @throws INVALID_INPUT for a strange cursor */
  list(page: PageRequest, filter: BenchmarkFilter, { owner }: Viewer): Promise<BenchmarkPage> {
    return listBenchmarks(this.#options.database, owner, filter, page);
  }

  count(filter: BenchmarkFilter, { owner }: Viewer): Promise<number> {
    return countBenchmarks(this.#options.database, owner, filter);
  }

  /**
   * The best figures of the viewer's benchmarks of a dataset that came to their end.
   *
   * @throws as `checkedRanking`; UNKNOWN_DATASET
   */
  async leaderboard(
    asked: LeaderboardInput,
    page: { readonly after: number | null; readonly limit: number },
    viewer: Viewer,
  ): Promise<{ readonly rows: readonly RankedCell[]; readonly total: number }> {
    const { database, datasets, dispatcher } = this.#options;
    const ranking = checkedRanking(asked, dispatcher.packs);
    await datasets.require(asked.datasetId, viewer);
    // Those of an import whose server ended before its figures were there, or that are under way.
    const unranked = await findWithoutFigures(database, viewer.owner, asked.datasetId);
    for (const benchmark of unranked) await this.#storeCells(benchmark);
    return rankCells(database, viewer.owner, ranking, page);
  }

  /** @throws UNKNOWN_BENCHMARK */
  async require(id: string, viewer: Viewer): Promise<Benchmark> {
    const [found] = await this.find([id], viewer);
    if (!found) throw unknownBenchmark(id);
    return found;
  }

  /**
   * Takes fills in that were made elsewhere, as an entrant like any other.
   *
   * @throws UNKNOWN_BENCHMARK; as `importedEntrant`; CONFLICT with too many entrants; UNSUPPORTED for client tokens;
   *   STORAGE_FULL
   */
  async importFills(input: FillsImport, viewer: Viewer): Promise<EntrantRow> {
    const { database, datasets, dispatcher, gate, now } = this.#options;
    benchmarkKey(viewer);
    const benchmark = await this.require(input.benchmarkId, viewer);
    const entrants = await this.entrants(benchmark);
    if (entrants.length === maxEntrants) throw tooManyEntrants(maxEntrants);
    gate.check();
    const dataset = await datasets.require(benchmark.datasetId, viewer);
    const target = {
      ...{ benchmark, entrants, packs: dispatcher.packs, id: uuidV7(now()) },
      datasetDigest: dataset.digest,
      items: await datasets.firstItems(dataset, benchmark.itemCount),
      tokenize: (packId: string, text: string) => dispatcher.tokenize(packId, text),
    };
    const { entrant, units } = await importedEntrant(input, target, datasets.lines(input.content));
    await insertImportedEntrant(database, entrant, units);
    const { finishedAt } = await this.require(benchmark.id, viewer);
    if (finishedAt !== null) await this.#storeCells(benchmark);
    return entrant;
  }

  entrants({ id }: Benchmark): Promise<readonly EntrantRow[]> {
    return readEntrants(this.#options.database, id);
  }

  async progress(benchmark: Benchmark): Promise<BenchmarkProgress> {
    const live = this.#executor.pulse.progressOf(benchmark.id);
    if (live !== undefined) return live;
    const counts = await countUnits(this.#options.database, benchmark.id);
    const entrants = await this.entrants(benchmark);
    const total = benchmark.itemCount * benchmark.maskings.length * entrants.length;
    return { ...counts, total, secondsLeft: null };
  }

  /** The figures: of a benchmark that is over as they were stored, else of the units so far, or a while ago. */
  cells(benchmark: Benchmark): Promise<readonly Cell[]> {
    return this.#figures.cells(benchmark);
  }

  async #storedCells(benchmark: Benchmark): Promise<readonly Cell[]> {
    const { database } = this.#options;
    const stored = await readCells(database, benchmark.id);
    if (stored.length > 0) return stored;
    const { done, failed } = await countUnits(database, benchmark.id);
    if (done === failed) return stored;
    // A server was ended between an import and its figures.
    await this.#storeCells(benchmark);
    return readCells(database, benchmark.id);
  }

  #storeCells(benchmark: Benchmark): Promise<void> {
    return storeFigures(this.#options, benchmark, (figures) =>
      storeCells(this.#options.database, benchmark.id, figures),
    );
  }

  /** Every other entrant against one of them. @throws INVALID_INPUT when it has no such entrant */
  differences(
    benchmark: Benchmark,
    baselineId: string,
    metrics?: readonly Metric[],
  ): Promise<readonly Difference[]> {
    return this.#figures.differences(benchmark, baselineId, metrics);
  }

  /** A benchmark as a file. @throws UNKNOWN_BENCHMARK */
  async exported(id: string, format: BenchmarkExport, viewer: Viewer): Promise<ExportedFile> {
    const { database, datasets } = this.#options;
    const benchmark = await this.require(id, viewer);
    const dataset = await datasets.require(benchmark.datasetId, viewer);
    const summary = await this.#figures.summary(benchmark);
    return exportedBenchmark(database, { ...summary, dataset }, format);
  }

  /**
   * A dataset under a masking, a line of JSON per item.
   *
   * @throws UNKNOWN_DATASET; UNKNOWN_MODEL; INVALID_INPUT for a strange masking, and for an item that it does not fit
   */
  async *maskedLines(
    { datasetId, masking, seed, model }: MaskedSet,
    viewer: Viewer,
  ): AsyncGenerator<string> {
    const { database, datasets, dispatcher } = this.#options;
    const dataset = await datasets.require(datasetId, viewer);
    const pack = findPack(dispatcher, model ?? undefined);
    const asked = { masking: maskingOfName(masking), seed };
    yield* maskedLines(database, dataset, asked, (text) => dispatcher.tokenize(pack.id, text));
  }

  /** Everything that exports and reports are made of. */
  results(benchmark: Benchmark): Promise<BenchmarkResults> {
    return loadResults(this.#options.database, benchmark);
  }

  units(
    { id }: Benchmark,
    page: { readonly after: number | null; readonly limit: number },
  ): Promise<{ readonly units: readonly BenchmarkItemRow[]; readonly hasNext: boolean }> {
    return readUnits(this.#options.database, id, page);
  }

  /**
   * How far a benchmark is, at once and then at most twice a second, up to its end.
   *
   * @param after - only events with a larger `seq`; the end is told in any case. @throws UNKNOWN_BENCHMARK
   */
  events(
    id: string,
    after: number | null,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<BenchmarkEvent> {
    const { schedule, now } = this.#options;
    const { pulse } = this.#executor;
    const read = () => this.require(id, viewer);
    const progress = (benchmark: Benchmark) => this.progress(benchmark);
    return followBenchmark({ read, progress, pulse, schedule, now }, after, signal);
  }
}
