/**
 * What the vocabularies of a pack's models have in common, and the special ids of each.
 *
 * Two vocabularies match when every ordinary token of one has the same id in the other. A token is ordinary unless
 * it is marked special, or was added on one side only. Knows tokens and ids; knows no weights.
 */
import { InfillError } from '../../errors.ts';
import type { TokenizerFacts } from './tokenizer-facts.ts';

/** The ids that all models of a pack share. */
export type SharedVocabulary = {
  /** V: every id below it is ordinary in all models, or banned. */
  readonly size: number;
  /** Ascending, below V. */
  readonly bannedIds: readonly number[];
};

/**
 * Compares vocabularies.
 *
 * @param tokenizers - one per model; at least one.
 * @throws InfillError UNSUPPORTED_CHECKPOINT naming a token that differs.
 */
export function shareVocabulary(tokenizers: readonly TokenizerFacts[]): SharedVocabulary {
  const size = Math.min(...tokenizers.map(vocabularyLength));
  const ordinary = tokenizers.map((tokenizer) => ordinaryTokens(tokenizer, tokenizers));
  for (const tokens of ordinary) {
    for (const others of tokenizers) checkTokens(tokens, others);
  }
  const bannedIds = [];
  for (let id = 0; id < size; id++) {
    if (!ordinary.every((tokens) => tokens.has(id))) bannedIds.push(id);
  }
  return { size, bannedIds };
}

/** One more than the highest id. */
export function vocabularyLength({ tokens }: TokenizerFacts): number {
  let length = 0;
  for (const id of tokens.keys()) length = Math.max(length, id + 1);
  return length;
}

function ordinaryTokens(
  { tokens, addedTokens }: TokenizerFacts,
  all: readonly TokenizerFacts[],
): Map<number, string> {
  const ordinary = new Map(tokens);
  for (const { id, content, special } of addedTokens) {
    const isShared = all.every((other) => other.tokens.get(id) === content);
    if (special || !isShared) ordinary.delete(id);
  }
  return ordinary;
}

function checkTokens(ordinary: ReadonlyMap<number, string>, others: TokenizerFacts): void {
  for (const [id, content] of ordinary) {
    const other = others.tokens.get(id);
    if (other === content) continue;
    const found = other === undefined ? 'no token' : `"${other}"`;
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `The vocabularies differ: id ${id} is "${content}" in one and ${found} in ${others.path}.`,
    );
  }
}

/** Texts that mask tokens of this family have, for tokenizers that come without a file that names theirs. */
const usualMasks = ['[MASK]', '<mask>', '<|mask|>'];

/**
 * The id of the mask token.
 *
 * @param wanted - its text, where the caller knows it.
 * @throws InfillError UNSUPPORTED_CHECKPOINT when the tokenizer has none.
 */
export function findMaskId(tokenizer: TokenizerFacts, wanted: string | null): number {
  const named = wanted ?? tokenizer.namedMask;
  const candidates = named === null ? usualMasks : [named];
  const found = tokenizer.addedTokens.filter(({ content }) => candidates.includes(content));
  const [mask, second] = found;
  if (mask === undefined || second !== undefined) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `The tokenizer in ${tokenizer.path} has ${found.length} added tokens among ${candidates.join(', ')}; one must be the mask.`,
    );
  }
  return mask.id;
}
