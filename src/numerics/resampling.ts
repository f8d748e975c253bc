/**
 * The bootstrap: resamples of groups with replacement, and sums and quantiles over each.
 *
 * A resampling is drawn once and used for every figure of the same groups, so that differences are paired.
 * Source: Efron, Tibshirani 1993, "An introduction to the bootstrap", chapters 6 and 13.
 */
import { keyedWords } from './keyed-random.ts';
import { type OwnedValues, weightedQuantile } from './quantile.ts';

/** `count` resamples of `size` groups. */
export type Resampling = {
  readonly size: number;
  readonly count: number;
  /** (count · size), row by row: indices of groups. */
  readonly picks: Uint32Array;
};

const wordRange = 2 ** 32;
const wordsPerDraw = 4;

/**
 * Draws resamples keyed by `seed`: pick i of resample r is ⌊w · size / 2^32⌋ with w the (i mod 4)-th word of draw
 * (⌊i / 4⌋, r). Each index is as likely as another within size / 2^32.
 *
 * @param size - groups, ≥ 1. @param seed - in [0, 2^63).
 */
export function drawResampling(size: number, count: number, seed: bigint): Resampling {
  const picks = new Uint32Array(count * size);
  for (let step = 0; step < count; step++) {
    const row = step * size;
    for (let first = 0; first < size; first += wordsPerDraw) {
      const key = { purpose: 'resample', position: first / wordsPerDraw, step } as const;
      const words = keyedWords(seed, key);
      const taken = Math.min(wordsPerDraw, size - first);
      for (let i = 0; i < taken; i++) {
        picks[row + first + i] = Math.floor((words[i]! * size) / wordRange);
      }
    }
  }
  return { size, count, picks };
}

/**
 * Returns the sum of a column over each resample, (count).
 *
 * @param column - (size).
 */
export function resampledSums(column: Float64Array, resampling: Resampling): Float64Array {
  const { size, count, picks } = resampling;
  const sums = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    let sum = 0;
    const end = (r + 1) * size;
    for (let i = r * size; i < end; i++) sum += column[picks[i]!]!;
    sums[r] = sum;
  }
  return sums;
}

/**
 * Returns the quantile over each resample, (count).
 *
 * @param values - at least one of every group, ascending. @param share - in [0, 1].
 */
export function resampledQuantiles(
  values: OwnedValues,
  share: number,
  resampling: Resampling,
): Float64Array {
  const { size, count, picks } = resampling;
  const weights = new Uint32Array(size);
  const quantiles = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    weights.fill(0);
    const end = (r + 1) * size;
    for (let i = r * size; i < end; i++) weights[picks[i]!]!++;
    quantiles[r] = weightedQuantile(values, weights, share);
  }
  return quantiles;
}
