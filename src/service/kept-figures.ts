/**
 * Figures of benchmarks without computing them anew for everyone who asks.
 *
 * Knows when figures are still those of a benchmark; the statistics are those of `benchmark-figures.ts`.
 */
import type { BenchmarkResults } from '../benchmark/benchmark-results.ts';
import type { Cell } from '../benchmark/cells.ts';
import type { Difference } from '../benchmark/differences.ts';
import type { BenchmarkSummary } from '../benchmark/figure-tables.ts';
import type { Metric } from '../benchmark/metric.ts';
import type { BenchmarkRow } from '../store/benchmarks.ts';
import type { Figures } from './benchmark-figures.ts';
import { Remembered } from './remembered.ts';

/** What they are computed from, and with. */
type KeptFiguresOptions = {
  readonly figures: Figures;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How many units of a benchmark are done. */
  readonly doneOf: (benchmark: BenchmarkRow) => Promise<number>;
  readonly resultsOf: (benchmark: BenchmarkRow) => Promise<BenchmarkResults>;
  /** Of a benchmark that is over. */
  readonly storedCellsOf: (benchmark: BenchmarkRow) => Promise<readonly Cell[]>;
};

/** Figures of all benchmarks. */
export class KeptFigures {
  readonly #options: KeptFiguresOptions;
  readonly #cells: Remembered<readonly Cell[]>;
  readonly #differences: Remembered<readonly Difference[]>;
  /** Those that are being made. */
  readonly #summaries = new Map<string, Promise<BenchmarkSummary>>();

  constructor(options: KeptFiguresOptions) {
    this.#options = options;
    this.#cells = new Remembered(options.now);
    this.#differences = new Remembered(options.now);
  }

  /** Of a benchmark that is over as they were stored, else of the units so far, or a while ago. */
  async cells(benchmark: BenchmarkRow): Promise<readonly Cell[]> {
    const { figures, resultsOf, storedCellsOf } = this.#options;
    if (benchmark.finishedAt !== null) return storedCellsOf(benchmark);
    return this.#cells.get({
      ...(await this.#stateOf(benchmark)),
      compute: async () => figures.cells(await resultsOf(benchmark)),
    });
  }

  /**
   * Every other entrant against a baseline; of a benchmark that goes on they may be of a while ago, as cells are.
   *
   * @throws INVALID_INPUT when it has no such entrant
   */
  async differences(
    benchmark: BenchmarkRow,
    baselineId: string,
    metrics?: readonly Metric[],
  ): Promise<readonly Difference[]> {
    const { figures, resultsOf } = this.#options;
    const state = await this.#stateOf(benchmark);
    const all = await this.#differences.get({
      ...state,
      name: `${state.name} ${baselineId}`,
      compute: async () => figures.differences(await resultsOf(benchmark), baselineId),
    });
    return all.filter(({ metric }) => metrics?.includes(metric) ?? true);
  }

  /**
   * Results with both, differences from the first entrant. Results are large, so whoever asks while they are there gets the
   * same ones.
   */
  async summary(benchmark: BenchmarkRow): Promise<BenchmarkSummary> {
    const { name, revision, mayBeOlder } = await this.#stateOf(benchmark);
    const asked = mayBeOlder ? name : `${name} ${revision}`;
    const pending = this.#summaries.get(asked);
    if (pending !== undefined) return pending;
    const made = this.#summaryOf(benchmark);
    this.#summaries.set(asked, made);
    return made.finally(() => this.#summaries.delete(asked));
  }

  async #summaryOf(benchmark: BenchmarkRow): Promise<BenchmarkSummary> {
    const { figures, resultsOf } = this.#options;
    const results = await resultsOf(benchmark);
    const [baseline] = results.entrants;
    const isOver = benchmark.finishedAt !== null;
    const cells = isOver ? await this.cells(benchmark) : await figures.cells(results);
    if (baseline === undefined) return { results, cells, differences: [] };
    const differences = isOver
      ? await this.differences(benchmark, baseline.id)
      : await figures.differences(results, baseline.id);
    return { results, cells, differences };
  }

  /** A unit that is done is never changed, so how many there are says which. */
  async #stateOf(benchmark: BenchmarkRow) {
    const isOver = benchmark.finishedAt !== null;
    const done = await this.#options.doneOf(benchmark);
    return { name: `${benchmark.id} ${isOver}`, revision: String(done), mayBeOlder: !isOver };
  }
}
