/**
 * Writes the tokenizer of a pack: a checkpoint's own, with the tokens that its models do not share made special.
 *
 * Knows `added_tokens`; encodes nothing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readTokenizerJson } from '../../text/tokenizer-json.ts';
import type { SharedVocabulary } from './shared-vocabulary.ts';
import type { TokenizerFacts } from './tokenizer-facts.ts';

/** Writes `packTokenizer` to `path`. */
export async function writeTokenizer(
  path: string,
  tokenizer: TokenizerFacts,
  vocabulary: SharedVocabulary,
): Promise<void> {
  await writeFile(path, await packTokenizer(tokenizer, vocabulary));
}

/**
 * The file, byte for byte where all its tokens are shared. Otherwise the others are marked special: text that spells one
 * must be encoded as ordinary text, because not every model knows the token.
 *
 * @throws InfillError INVALID_PACK for a tokenizer that a pack with it could not be used with.
 */
export async function packTokenizer(
  tokenizer: TokenizerFacts,
  { size, bannedIds }: SharedVocabulary,
): Promise<Uint8Array> {
  const source = await readFile(tokenizer.path);
  readTokenizerJson(source.toString('utf8'));
  const banned = new Set(bannedIds);
  const isShared = (id: number) => id < size && !banned.has(id);
  if (tokenizer.addedTokens.every(({ id, special }) => special || isShared(id))) return source;
  const json = JSON.parse(source.toString('utf8')) as {
    added_tokens: { id: number; special: boolean }[];
  };
  const addedTokens = json.added_tokens.map((token) =>
    isShared(token.id) ? token : { ...token, special: true },
  );
  return Buffer.from(`${JSON.stringify({ ...json, added_tokens: addedTokens }, null, 2)}\n`);
}
