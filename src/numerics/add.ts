/**
 * Sums of rows.
 */

/**
 * Writes `scale` × (target + source) into `target`, in place.
 *
 * @param target - (V). @param source - (V). Example: [1, 2], [3, 4], scale 0.5 → [2, 3].
 */
export function addScaledInto(target: Float32Array, source: Float32Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i]! + source[i]!) * scale;
}
