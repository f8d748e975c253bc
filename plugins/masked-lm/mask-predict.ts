/**
 * Which tokens mask-predict predicts again: fewer from iteration to iteration, the least probable first.
 *
 * Source: Ghazvininejad et al. 2019, arXiv:1904.09324.
 */

/**
 * Returns how many tokens iteration `iteration` of `iterations` predicts: ⌊N (T − t) / T⌋.
 *
 * @param iteration - from 0.
 * Example: 5 positions, 3 iterations → 5, 3, 1, then 0.
 */
export function repredictedCount(
  positionCount: number,
  iteration: number,
  iterations: number,
): number {
  return Math.max(0, Math.floor((positionCount * (iterations - iteration)) / iterations));
}

/** The `count` positions of the lowest log-probabilities; ties go to the lowest position. */
export function leastProbable(logProbs: ReadonlyMap<number, number>, count: number): number[] {
  return [...logProbs]
    .sort(([position, logProb], [other, otherLogProb]) =>
      logProb === otherLogProb ? position - other : logProb - otherLogProb,
    )
    .slice(0, count)
    .map(([position]) => position);
}
