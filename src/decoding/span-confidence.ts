/**
 * How sure the masked model is of a span that is open: the figure that unknown lengths are decided by.
 *
 * Knows one prompt; knows no search. Follows CAL, arXiv:2602.00476.
 */
import type { MaskedModel } from '../model/models.ts';
import { argmax } from '../numerics/sampling.ts';
import type { Span } from '../text/prompt.ts';
import { gatherRows, rowOf } from './causal-reader.ts';
import { logitsBlockSize } from './chain-rule-score.ts';
import type { Run } from './decoder.ts';
import { logProbOf } from './distribution.ts';

/** A masked model and what it reads at open positions. */
export type MaskedReading = { readonly masked: MaskedModel; readonly maskId: number };

/**
 * Returns the mean, over the positions of an open span, of the largest probability of an allowed token, in one masked
 * pass over the prompt. In (0, 1].
 *
 * Probabilities are at temperature 1, with the run's rules applied. Choices say which tokens are allowed and nothing
 * more: were the rest left out of the probabilities, a length that a single choice has would always be sure of it.
 *
 * @param span - at least one position, all open.
 */
export async function spanConfidence(
  { masked, maskId }: MaskedReading,
  { ids, rules }: Pick<Run<unknown>, 'ids' | 'rules'>,
  span: Span,
): Promise<number> {
  const hidden = await masked.encode(ids.map((id) => id ?? maskId)); // (T, D)
  let sum = 0;
  for (let first = span.start; first < span.end; first += logitsBlockSize) {
    const end = Math.min(span.end, first + logitsBlockSize);
    const positions = Array.from({ length: end - first }, (_, index) => first + index);
    const logits = await masked.logits(gatherRows(hidden, positions, masked.hiddenSize));
    const width = logits.length / positions.length;
    for (const [index, position] of positions.entries()) {
      const row = rowOf(logits, index, width);
      rules.forbidWhateverChosen(row, position);
      const allowed = row.slice();
      rules.forbid(allowed, position, ids);
      sum += Math.exp(logProbOf(row, argmax(allowed)));
    }
  }
  return sum / (span.end - span.start);
}

/**
 * Returns the confidence that spans of this length have whatever stands in them, which theirs is divided by; 1 where
 * the pack has no figures.
 *
 * @param bias - entry i is of length i + 1; longer lengths have that of the last.
 */
export function lengthBiasOf(bias: readonly number[] | null, length: number): number {
  return bias?.[length - 1] ?? bias?.at(-1) ?? 1;
}
