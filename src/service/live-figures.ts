/**
 * Figures of benchmarks that go on: computed once for all who ask at a time, and not again while no unit is done.
 *
 * Knows counts of units; what figures are made of is handed to it.
 */
import type { Cell } from '../benchmark/cells.ts';

type Computed = {
  readonly unitCount: number;
  readonly cells: Promise<readonly Cell[]>;
  isUnderWay: boolean;
};

/** Benchmarks whose figures are kept. */
const keptBenchmarks = 16;

/** Figures of benchmarks of this process. */
export class LiveFigures {
  /** By benchmark, the one that was computed last at the end. */
  readonly #computed = new Map<string, Computed>();

  /**
   * Figures of a benchmark so far; those that are being computed, where there are such, though units may have come since.
   *
   * @param unitCount - how many of its units are there now.
   */
  cells(
    benchmarkId: string,
    unitCount: number,
    compute: () => Promise<readonly Cell[]>,
  ): Promise<readonly Cell[]> {
    const known = this.#computed.get(benchmarkId);
    if (known?.isUnderWay === true || known?.unitCount === unitCount) return known.cells;
    const computed: Computed = { unitCount, cells: compute(), isUnderWay: true };
    this.#computed.delete(benchmarkId);
    this.#computed.set(benchmarkId, computed);
    const [oldest] = this.#computed.keys();
    if (this.#computed.size > keptBenchmarks && oldest !== undefined) this.#computed.delete(oldest);
    void computed.cells.then(
      () => {
        computed.isUnderWay = false;
      },
      () => this.#forget(benchmarkId, computed),
    );
    return computed.cells;
  }

  #forget(benchmarkId: string, computed: Computed): void {
    if (this.#computed.get(benchmarkId) === computed) this.#computed.delete(benchmarkId);
  }
}
