/**
 * Quantiles by linear interpolation between order statistics, numpy's and R's default (type 7).
 *
 * Source: Hyndman, Fan 1996, "Sample quantiles in statistical packages".
 */

/**
 * Returns the quantile of sorted values.
 *
 * @param sorted - (n), ascending, n ≥ 1. @param share - in [0, 1].
 * Example: [1, 2, 4], 0.75 → 3.
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return interpolated(sorted[below]!, sorted[Math.ceil(place)]!, place - below);
}

/**
 * Returns the quantile of sorted values of which each stands `weights[owners[i]]` times.
 *
 * @param sorted - (n), ascending. @param owners - (n), indices into `weights`.
 * @param weights - whole, ≥ 0; not all values have weight 0.
 */
export function weightedQuantile(
  { sorted, owners }: OwnedValues,
  weights: Uint32Array,
  share: number,
): number {
  let total = 0;
  for (let i = 0; i < owners.length; i++) total += weights[owners[i]!]!;
  const place = share * (total - 1);
  const below = Math.floor(place);
  let seen = 0;
  let i = 0;
  while (seen + weights[owners[i]!]! <= below) seen += weights[owners[i++]!]!;
  const lower = sorted[i]!;
  const fraction = place - below;
  if (fraction === 0) return lower;
  while (seen + weights[owners[i]!]! <= below + 1) seen += weights[owners[i++]!]!;
  return interpolated(lower, sorted[i]!, fraction);
}

/** Values in ascending order, each with the index of what it belongs to. */
export type OwnedValues = { readonly sorted: Float64Array; readonly owners: Uint32Array };

/** Exact at equal ends, infinite ones included. */
function interpolated(lower: number, upper: number, fraction: number): number {
  return lower === upper ? lower : lower + (upper - lower) * fraction;
}
