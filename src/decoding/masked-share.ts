/**
 * Which expert decided a token, the masked model or the causal one, as a number that can be drawn.
 *
 * Knows fused logits as a sum of two parts; knows no model. The definition and its reasons: docs/decisions/masked-share.md.
 */
import type { ModelRole } from '../model/models.ts';
import { partLifts } from '../numerics/part-lift.ts';

/** Shares are told in this many steps: finer ones are not seen, and take room in every event. */
const steps = 1000;

/**
 * The masked model's share in committing `tokenId`, in [0, 1]: of what both parts raise its logit above the mean under
 * the fused distribution, what the masked part does. A part that lowers it has no share; ½ where both do.
 *
 * @param row - (V), fused logits, rules applied, unchanged.
 * @param masked - (V), the masked part before it is scaled, unchanged.
 */
export function maskedShareOf(
  row: Float32Array,
  masked: { readonly part: Float32Array; readonly scale: number },
  tokenId: number,
): number {
  const lifts = partLifts(row, masked, tokenId);
  const [part, rest] = [Math.max(0, lifts.part), Math.max(0, lifts.rest)];
  const share = part + rest > 0 ? part / (part + rest) : 1 / 2;
  return Math.round(share * steps) / steps;
}

/** The share of a decoder that has one of the two models only; null where it has both or neither. */
export function shareByRoles(roles: readonly ModelRole[]): number | null {
  const [hasCausal, hasMasked] = [roles.includes('causal'), roles.includes('masked')];
  if (hasCausal === hasMasked) return null;
  return hasMasked ? 1 : 0;
}
