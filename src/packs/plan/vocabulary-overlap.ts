/**
 * How far two vocabularies agree, in numbers and examples.
 *
 * What follows from it for a pack, `checkpoint/shared-vocabulary.ts` decides.
 */
import type { TokenizerFacts } from '../checkpoint/tokenizer-facts.ts';

/** A token that is another, or none, in the other vocabulary. */
export type DifferingToken = {
  readonly id: number;
  readonly causal: string | null;
  readonly masked: string | null;
};

/** Ids of two vocabularies, compared. */
export type VocabularyOverlap = {
  readonly causalTokens: number;
  readonly maskedTokens: number;
  /** Ids that are the same token in both. */
  readonly agreeing: number;
  /** Ids of both that are not the same token, and ids that only one has. */
  readonly differing: number;
  readonly onlyCausal: number;
  readonly onlyMasked: number;
  /** Of the last three, those with the lowest ids. */
  readonly examples: readonly DifferingToken[];
};

const exampleCount = 8;

/** Compares them id by id. */
export function compareVocabularies(
  { tokens: causal }: Pick<TokenizerFacts, 'tokens'>,
  { tokens: masked }: Pick<TokenizerFacts, 'tokens'>,
): VocabularyOverlap {
  const ids = [...new Set([...causal.keys(), ...masked.keys()])].sort((a, b) => a - b);
  const unlike = ids
    .filter((id) => causal.get(id) !== masked.get(id))
    .map((id) => ({ id, causal: causal.get(id) ?? null, masked: masked.get(id) ?? null }));
  const onlyCausal = unlike.filter((token) => token.masked === null).length;
  const onlyMasked = unlike.filter((token) => token.causal === null).length;
  return {
    causalTokens: causal.size,
    maskedTokens: masked.size,
    agreeing: ids.length - unlike.length,
    differing: unlike.length - onlyCausal - onlyMasked,
    onlyCausal,
    onlyMasked,
    examples: unlike.slice(0, exampleCount),
  };
}
