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
 * Keeps the k most probable tokens and renormalises, in place.
 *
 * @param probs - (V), sums to 1.
 * @param k - ≥ 1.
 * Example: [0.5, 0.3, 0.2] with k = 2 → [0.625, 0.375, 0].
 */
export function keepTopK(probs: Float64Array, k: number): void {
  if (k < probs.length)
    keepOnly(
      probs,
      takeLargest(probs, (count) => count < k),
    );
}

/**
 * Keeps the smallest set of tokens whose probabilities sum to at least `mass` and renormalises, in place.
 *
 * @param probs - (V), sums to 1.
 * @param mass - in (0, 1]; 1 keeps everything.
 * Source: Holtzman et al. 2020, arXiv:1904.09751.
 * Example: [0.5, 0.3, 0.2] with mass 0.7 → [0.625, 0.375, 0].
 */
export function keepTopP(probs: Float64Array, mass: number): void {
  if (mass >= 1) return;
  let sum = 0;
  keepOnly(
    probs,
    takeLargest(probs, (_, index) => {
      sum += probs[index]!;
      return sum < mass;
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
 * Writes max(0, target − draft) into `target`, in place, and returns its sum: the weights from which a rejected
 * draft is replaced.
 *
 * @param target - (V), sums to 1. @param draft - (V), sums to 1.
 * Source: Leviathan et al. 2023, arXiv:2211.17192.
 * Example: target [0.6, 0.4], draft [0.9, 0.1] → target [0, 0.3], returns 0.3.
 */
export function subtractDraft(target: Float64Array, draft: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const rest = Math.max(0, target[i]! - draft[i]!);
    target[i] = rest;
    sum += rest;
  }
  return sum;
}

/** Zeroes everything but `kept` and renormalises, in place. */
function keepOnly(probs: Float64Array, kept: readonly number[]): void {
  const weights = kept.map((index) => probs[index]!);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  probs.fill(0);
  for (const [rank, index] of kept.entries()) probs[index] = weights[rank]! / sum;
}
