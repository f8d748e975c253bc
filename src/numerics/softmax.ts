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

/** What weights add up to. */
export type WeightTotal = {
  /** Σ weights, ≥ 1. */
  readonly total: number;
  /** log Σ exp(row / temperature): at temperature 1, bit for bit what `logSumExp` gives. */
  readonly logTotal: number;
};

/**
 * Writes exp((row − max) / temperature) into `weights`: softmax but for the division by the total, which most readers
 * can do without. The greatest weight is exactly 1.
 *
 * @param row - (V), at least one finite entry.
 * @param temperature - > 0.
 * @param weights - (V), overwritten.
 * Example: [0, log 3] at temperature 1 → [1/3, 1], total 4/3.
 */
export function softmaxWeightsInto(
  row: Float32Array,
  temperature: number,
  weights: Float64Array,
): WeightTotal {
  const max = maximum(row);
  // subtle: of the smallest temperatures the inverse overflows, and 0 × ∞ is no number.
  const inverse = Math.min(1 / temperature, Number.MAX_VALUE);
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    const weight = expNonPositive((row[i]! - max) * inverse);
    weights[i] = weight;
    total += weight;
  }
  return { total, logTotal: max * inverse + Math.log(total) };
}

/** Divides weights by their total, in place. Example: [1, 3], total 4 → [0.25, 0.75]. */
export function normalise(weights: Float64Array, total: number): void {
  for (let i = 0; i < weights.length; i++) weights[i]! /= total;
}

/** Two comparisons that do not wait for each other: half the time of one after the other. */
function maximum(row: Float32Array): number {
  let even = Number.NEGATIVE_INFINITY;
  let odd = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < row.length; i += 2) {
    if (row[i - 1]! > even) even = row[i - 1]!;
    if (row[i]! > odd) odd = row[i]!;
  }
  // Of an odd number of entries the last has no partner.
  return Math.max(even, odd, row[row.length - 1]!);
}
