/**
 * One token drawn from one row: the most probable one when greedy, else one that the seed and the key decide.
 *
 * Knows a row and a key; knows not which model the row is of, nor why this position is next.
 */
import { keyedUniform } from '../numerics/keyed-random.ts';
import { argmax, inverseCdf } from '../numerics/sampling.ts';
import type { Fill, Run } from './decoder.ts';
import { drawnLogits, drawnWeightsInto, fillOf } from './distribution.ts';
import { knownIds } from './positions.ts';

/** What a token is drawn by: its position, and which time the position is drawn. */
export type DrawPlace = { readonly position: number; readonly step: number };

/**
 * Returns the fill that is drawn from `row`.
 *
 * @param row - (V), rules applied, unchanged.
 * @param ids - (T); the repetition penalty applies to the tokens among them.
 */
export function drawFill(
  row: Float32Array,
  { sampling, seed, alternatives }: Run<unknown>,
  { position, step }: DrawPlace,
  ids: readonly (number | null)[],
): Fill {
  const logits = drawnLogits(row, sampling, () => new Set(knownIds(ids)));
  if (sampling.temperature === 0) {
    return fillOf(row, { position, tokenId: argmax(logits) }, alternatives);
  }
  const weights = new Float64Array(logits.length);
  const { total, logTotal } = drawnWeightsInto(logits, sampling, weights);
  const draw = keyedUniform(seed, { purpose: 'sample', position, step });
  const tokenId = inverseCdf(weights, draw, total);
  return fillOf(row, { position, tokenId }, alternatives, logTotal);
}
