/**
 * The first rows of a feature file, cut into batches of nearly one size.
 *
 * Knows which rows a batch has; knows no step. The same features serve batches of any size.
 */
import type { FeatureFile } from './feature-file.ts';
import type { FeatureRows } from './features.ts';

/** Batches, by index. */
export class RowBatches {
  readonly #file: Pick<FeatureFile, 'read'>;
  readonly rowCount: number;
  readonly batchCount: number;

  /** @param rowCount - of the file's rows, from the first, ≥ 1. @param mostRows - of a batch, ≥ 1. */
  constructor(file: Pick<FeatureFile, 'read'>, rowCount: number, mostRows: number) {
    this.#file = file;
    this.rowCount = rowCount;
    this.batchCount = Math.ceil(rowCount / mostRows);
  }

  /** @param index - in [0, batchCount). @throws InfillError INVALID_INPUT for features that are damaged */
  read(index: number): Promise<FeatureRows> {
    const [start, end] = [this.#start(index), this.#start(index + 1)];
    return this.#file.read(start, end - start);
  }

  #start(index: number): number {
    return Math.floor((index * this.rowCount) / this.batchCount);
  }
}
