/**
 * Softmax and log-sum-exp over one row of logits. Rows may hold −Infinity (forbidden), never NaN or +Infinity.
 */
import { expNonPositive } from './exp.ts';

/**
 * Returns log Σ exp(row), with at least one finite entry.
 *
 * Example: [0, 0] → log 2.
 */
export function logSumExp(row: Float32Array): number {
  const max = maximum(row);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += expNonPositive(row[i]! - max);
  return max + Math.log(sum);
}

/**
 * Writes softmax(row / temperature) into `probs` and returns log Σ exp(row / temperature): at temperature 1, bit for
 * bit what `logSumExp` gives.
 *
 * @param row - (V), at least one finite entry.
 * @param temperature - > 0.
 * @param probs - (V), overwritten; sums to 1.
 * Example: [0, log 3] at temperature 1 → [0.25, 0.75].
 */
export function softmaxInto(row: Float32Array, temperature: number, probs: Float64Array): number {
  const max = maximum(row);
  // subtle: of the smallest temperatures the inverse overflows, and 0 × ∞ is no number.
  const inverse = Math.min(1 / temperature, Number.MAX_VALUE);
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const weight = expNonPositive((row[i]! - max) * inverse);
    probs[i] = weight;
    sum += weight;
  }
  const share = 1 / sum;
  for (let i = 0; i < row.length; i++) probs[i]! *= share;
  return max * inverse + Math.log(sum);
}

function maximum(row: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < row.length; i++) {
    if (row[i]! > max) max = row[i]!;
  }
  return max;
}
