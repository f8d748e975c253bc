/**
 * Of a row of logits that is a sum of two parts: how much each part raises one entry above what softmax expects.
 */
import { expNonPositive } from './exp.ts';

/** In nats. The two add up to log p + entropy, of the entry's own p. */
export type PartLifts = {
  /** Of the part that was given, above its mean under softmax(row). */
  readonly part: number;
  /** Of the rest of the row. */
  readonly rest: number;
};

/**
 * Returns the lifts of entry `index`; NaN where its logit is not finite.
 *
 * @param row - (V), unchanged; may hold −Infinity (forbidden).
 * @param part - (V), unchanged; `scale` times it is a part of the row. Not read where the row is −Infinity.
 * Example: row [0, log 3], part [0, log 3], scale 1, index 1 → part log 3 / 4, rest 0.
 */
export function partLifts(
  row: Float32Array,
  { part, scale }: { readonly part: Float32Array; readonly scale: number },
  index: number,
): PartLifts {
  const reference = row[index]!;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < row.length; i++) if (row[i]! > max) max = row[i]!;
  let total = 0;
  let ofRow = 0;
  let ofPart = 0;
  for (let i = 0; i < row.length; i++) {
    const weight = expNonPositive(row[i]! - max);
    // subtle: a forbidden token adds −Infinity × 0.
    if (weight === 0) continue;
    total += weight;
    ofRow += weight * row[i]!;
    ofPart += weight * part[i]!;
  }
  const lift = reference - ofRow / total;
  const partLift = scale * (part[index]! - ofPart / total);
  return { part: partLift, rest: lift - partLift };
}
