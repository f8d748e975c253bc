/**
 * From a row of logits or probabilities to one token id. Ids are indices; ties go to the lowest id.
 */
import { takeLargest } from './largest.ts';

/** Returns the index of the largest entry. Example: [1, 3, 3] → 1. */
export function argmax(row: Float32Array | Float64Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) {
    if (row[i]! > row[best]!) best = i;
  }
  return best;
}

/**
 * Makes tokens that are already in the text less likely, in place: positive logits are divided by `penalty`,
 * negative ones multiplied.
 *
 * @param logits - (V).
 * @param penalty - ≥ 1; 1 changes nothing.
 * Source: Keskar et al. 2019, arXiv:1909.05858, with the sign rule that keeps negative logits from gaining.
 * Example: [2, −2, 1], ids {0, 1}, penalty 2 → [1, −4, 1].
 */
export function penaliseRepeats(
  logits: Float32Array,
  ids: Iterable<number>,
  penalty: number,
): void {
  for (const id of ids) {
    const logit = logits[id]!;
    logits[id] = logit > 0 ? logit / penalty : logit * penalty;
  }
}

/**
 * Zeroes all but the k greatest weights, in place, and returns what is left of their total.
 *
 * @param weights - (V), ≥ 0.
 * @param total - what they sum to.
 * @param k - ≥ 1.
 * Example: [5, 3, 2] with k = 2 → [5, 3, 0], returns 8.
 */
export function keepTopK(weights: Float64Array, total: number, k: number): number {
  if (k >= weights.length) return total;
  return keepOnly(
    weights,
    takeLargest(weights, (count) => count < k),
  );
}

/**
 * Zeroes all but the smallest set of weights that have at least `mass` of their total, in place, and returns what is
 * left of it.
 *
 * @param weights - (V), ≥ 0.
 * @param total - what they sum to.
 * @param mass - in (0, 1]; 1 keeps everything.
 * Source: Holtzman et al. 2020, arXiv:1904.09751.
 * Example: [5, 3, 2] with mass 0.7 → [5, 3, 0], returns 8.
 */
export function keepTopP(weights: Float64Array, total: number, mass: number): number {
  if (mass >= 1) return total;
  let sum = 0;
  return keepOnly(
    weights,
    takeLargest(weights, (_, index) => {
      sum += weights[index]!;
      return sum < mass * total;
    }),
  );
}

/**
 * Returns the first index at which the running sum of `weights` exceeds `u` of their total: the inverse of their
 * cumulative distribution. An entry of weight 0 is never returned.
 *
 * @param weights - (V), ≥ 0, not all 0.
 * @param u - in (0, 1).
 * @param total - what the weights sum to, up to rounding.
 * Example: [0.25, 0, 0.75] with u = 0.3, total 1 → 2.
 */
export function inverseCdf(weights: Float64Array, u: number, total: number): number {
  const target = u * total;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! === 0) continue;
    sum += weights[i]!;
    last = i;
    if (sum > target) return i;
  }
  // subtle: rounding can leave the running sum at the target; the last positive entry is then meant.
  return last;
}

/**
 * Writes max(0, target − scale × draft) into `target`, in place, and returns its sum: the weights from which a
 * rejected draft is replaced.
 *
 * @param target - (V), ≥ 0. @param draft - (V), ≥ 0.
 * @param scale - brings the total of `draft` to that of `target`.
 * Source: Leviathan et al. 2023, arXiv:2211.17192.
 * Example: target [6, 4], draft [0.9, 0.1], scale 10 → target [0, 3], returns 3.
 */
export function subtractDraft(target: Float64Array, draft: Float64Array, scale: number): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const difference = target[i]! - scale * draft[i]!;
    // subtle: max(0, difference), exactly, and without a branch: its sign is near random, which no branch predictor learns.
    const rest = (difference + Math.abs(difference)) / 2;
    target[i] = rest;
    sum += rest;
  }
  return sum;
}

/** Zeroes everything but `kept`, in place, and returns its sum. */
function keepOnly(weights: Float64Array, kept: readonly number[]): number {
  const keptWeights = kept.map((index) => weights[index]!);
  weights.fill(0);
  for (const [rank, index] of kept.entries()) weights[index] = keptWeights[rank]!;
  return keptWeights.reduce((total, weight) => total + weight, 0);
}
