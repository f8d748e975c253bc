/**
 * Computes the features of examples into a file, from where the file ends.
 *
 * Knows records; knows not what an example is for, nor what a batch is.
 */
import type { Example } from './corpus.ts';
import type { FeatureFile } from './feature-file.ts';
import type { FeatureRows, FeatureSource } from './features.ts';

/** Which examples: the first so many. */
export type FeatureRequest = {
  readonly example: (index: number) => Example;
  readonly exampleCount: number;
};

/** Fewest rows of a record but the last: a write and a checksum for each, and what a kill costs. */
const recordRows = 1024;

/**
 * Adds records of whole examples until every example is in the file; tells how many are, after each.
 *
 * What is left may be resumed: rows of a record that was not full are computed again.
 */
export async function* prepareFeatures(
  source: FeatureSource,
  file: FeatureFile,
  { example, exampleCount }: FeatureRequest,
): AsyncGenerator<number, void, void> {
  let pending: FeatureRows[] = [];
  for (let index = file.nextExample; index < exampleCount; index++) {
    pending.push(await source.rowsOf(example(index)));
    const rowCount = pending.reduce((sum, { targets }) => sum + targets.length, 0);
    if (rowCount >= recordRows || index + 1 === exampleCount) {
      await file.add(joined(pending, source.width), index + 1);
      pending = [];
    }
    yield index + 1;
  }
}

/** Rows of the first `exampleCount` examples, of which the file has all. */
export function rowCountOf(file: FeatureFile, { example, exampleCount }: FeatureRequest): number {
  if (file.nextExample === exampleCount) return file.rowCount;
  let count = 0;
  for (let index = 0; index < exampleCount; index++) count += example(index).masked.length;
  return count;
}

function joined(rows: readonly FeatureRows[], width: number): FeatureRows {
  const rowCount = rows.reduce((sum, { targets }) => sum + targets.length, 0);
  const all = { features: new Float32Array(rowCount * width), targets: new Int32Array(rowCount) };
  let row = 0;
  for (const { features, targets } of rows) {
    all.features.set(features, row * width);
    all.targets.set(targets, row);
    row += targets.length;
  }
  return all;
}
