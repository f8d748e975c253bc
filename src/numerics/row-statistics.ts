/**
 * How sure a row of logits is of its token: three measures of one softmax, in one pass over the row.
 */
import { expNonPositive } from './exp.ts';

/** Of softmax(row) with probabilities p1 ≥ p2 ≥ … */
export type RowStatistics = {
  /** p1, in (0, 1]. */
  readonly maxProb: number;
  /** p1 − p2, in [0, 1]. */
  readonly margin: number;
  /** −Σ p log p in nats, ≥ 0. */
  readonly entropy: number;
};

/**
 * Returns the statistics of softmax(row); NaN where a row has no finite entry, or one that is not a number.
 *
 * @param row - (V), unchanged; may hold −Infinity (forbidden).
 * Example: [0, log 3] → p1 = 0.75, margin 0.5, entropy 0.5623.
 */
export function rowStatistics(row: Float32Array): RowStatistics {
  let first = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < row.length; i++) {
    const logit = row[i]!;
    if (logit > first) {
      second = first;
      first = logit;
    } else if (logit > second) second = logit;
  }
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < row.length; i++) {
    const below = row[i]! - first;
    const weight = expNonPositive(below);
    sum += weight;
    // subtle: a forbidden token adds −Infinity × 0.
    if (weight !== 0) weighted += below * weight;
  }
  return {
    maxProb: 1 / sum,
    margin: (1 - expNonPositive(second - first)) / sum,
    // −Σ p (logit − first − log sum); rounding can leave a certain row a hair below 0.
    entropy: Math.max(0, Math.log(sum) - weighted / sum),
  };
}
