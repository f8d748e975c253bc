/**
 * Sums of rows.
 */

/** Adds `source` to `target`, in place. @param target - (V). @param source - (V). Example: [1, 2] + [3, 4] → [4, 6]. */
export function addInto(target: Float32Array, source: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += source[i]!;
}
