/**
 * The tokens of a given fill, in text.
 *
 * Knows prompts and terms; knows no model.
 */
import type { Prompt } from '../text/prompt.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import { openPositions } from './positions.ts';
import type { ScoredToken } from './run-event.ts';

/**
 * Returns each target with its place and its term.
 *
 * @param targets - (S) token ids of the open positions, in order.
 * @param terms - (S) log-probabilities; null where the kind has none.
 */
export function scoredTokens(
  prompt: Prompt,
  tokenizer: Tokenizer,
  targets: readonly number[],
  terms: readonly number[] | null,
): ScoredToken[] {
  return openPositions(prompt.ids).map((position, order) => {
    const slot = prompt.slots.find(({ span }) => span.start <= position && position < span.end);
    const id = targets[order] ?? -1;
    const logProb = terms?.[order] ?? null;
    return {
      slot: slot?.index ?? 0,
      index: position - (slot?.span.start ?? 0),
      position,
      id,
      text: decodeUtf8(tokenizer.bytesOf(id)),
      logProb: logProb !== null && Number.isFinite(logProb) ? logProb : null,
    };
  });
}
