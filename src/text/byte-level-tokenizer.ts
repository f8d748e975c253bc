/**
 * A byte-level BPE tokenizer from a tokenizer.json, run by @huggingface/tokenizers.
 *
 * The only file that knows that library. Specials never reach it, so no text can become one; the bytes of a token come
 * from the table of Radford et al. 2019 (GPT-2), which gives each byte a printable character.
 */

import assert from 'node:assert/strict';
import { Tokenizer as BpeTokenizer } from '@huggingface/tokenizers';
import type { Tokenizer, Vocabulary } from './tokenizer.ts';
import {
  type AddedToken,
  invalid,
  type JsonObject,
  readTokenizerJson,
  type TokenizerJson,
} from './tokenizer-json.ts';

/**
 * Opens a tokenizer whose encodings spell the text byte for byte; a normaliser (NFC, NFD, NFKC, NFKD, Lowercase) may
 * change the text before.
 *
 * `add_prefix_space` is not applied: literals are cut as they stand, and a space put before one would split the word
 * that a mask begins.
 *
 * @param source - the file's text, or what it parses to.
 * @param vocabulary - of the pack. Added tokens that it bans or leaves out are treated as special: their texts are
 * encoded as ordinary text.
 * Throws `INVALID_PACK` when the file is not a byte-level BPE, with the library's error as its cause where it has one,
 * or has an ordinary token that the models do not.
 */
export function openTokenizer(source: unknown, vocabulary?: Vocabulary): Tokenizer {
  const json = readTokenizerJson(source);
  const bytes = tokenBytes(json);
  const specials = specialTokens(json.addedTokens, vocabulary);
  const bpe = openBpe(json, specials);
  refuseIdsBeyond(vocabulary, json.vocab, specials);
  return {
    vocabularySize: bytes.length,
    encode: (text) => bpe.encode(text, { add_special_tokens: false }).ids,
    bytesOf(id) {
      const found = bytes[id];
      assert(found !== undefined, `Token id ${id} is not below ${bytes.length}.`);
      return found;
    },
  };
}

function specialTokens(
  addedTokens: readonly AddedToken[],
  vocabulary: Vocabulary | undefined,
): ReadonlySet<string> {
  const banned = new Set(vocabulary?.bannedIds);
  const size = vocabulary?.vocabularySize ?? Number.POSITIVE_INFINITY;
  const isSpecial = ({ id, special }: AddedToken) => special || banned.has(id) || id >= size;
  return new Set(addedTokens.filter(isSpecial).map(({ content }) => content));
}

/** A text with such a token in it could be encoded, and then no model could read it. */
function refuseIdsBeyond(
  vocabulary: Vocabulary | undefined,
  vocab: TokenizerJson['vocab'],
  specials: ReadonlySet<string>,
): void {
  const size = vocabulary?.vocabularySize ?? Number.POSITIVE_INFINITY;
  for (const [token, id] of vocab) {
    if (id >= size && !specials.has(token)) {
      throw invalid(`model.vocab["${token}"] has the id ${id}; the models have ids below ${size}`);
    }
  }
}

function openBpe(json: TokenizerJson, specials: ReadonlySet<string>): BpeTokenizer {
  const vocab = new Map([...json.vocab].filter(([token]) => !specials.has(token)));
  checkSpelling(vocab, json.merges);
  const addedTokens = json.addedTokens.filter(({ content }) => !specials.has(content));
  const file = {
    normalizer: json.normalizer,
    pre_tokenizer: withoutPrefixSpace(json.preTokenizer),
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(vocab),
      merges: json.merges,
      ignore_merges: json.ignoreMerges,
    },
    // Without lstrip and rstrip: they would drop spaces of the text around.
    added_tokens: addedTokens,
    post_processor: null,
    decoder: null,
  };
  try {
    return new BpeTokenizer(file, {});
  } catch (cause) {
    // Of a pattern that is none; the message quotes it.
    const reason = cause instanceof SyntaxError ? `: ${cause.message.slice(0, 200)}` : '';
    throw invalid(`the tokenizer library refuses it${reason}`, cause);
  }
}

/** Every character of UTF-8 must have a token and every merge a result, else text would vanish when encoded. */
function checkSpelling(vocab: ReadonlyMap<string, number>, merges: TokenizerJson['merges']): void {
  for (const [character, byte] of byteOfCharacter) {
    if (occursInUtf8(byte) && !vocab.has(character)) {
      throw invalid(`model.vocab has no token for the byte ${byte}`);
    }
  }
  for (const [left, right] of merges) {
    if (!vocab.has(left + right)) {
      throw invalid(`model.merges makes "${left + right}", which is special or not in model.vocab`);
    }
  }
}

function occursInUtf8(byte: number): boolean {
  return byte < 0xc0 || (byte > 0xc1 && byte < 0xf5);
}

function withoutPrefixSpace(step: JsonObject): JsonObject {
  if (step.type === 'ByteLevel') return { ...step, add_prefix_space: false };
  const steps = step.pretokenizers;
  if (!Array.isArray(steps)) return step;
  return { ...step, pretokenizers: steps.map(withoutPrefixSpace) };
}

/** The bytes of each id. Throws `INVALID_PACK` when an id has no token, or two. */
function tokenBytes(json: TokenizerJson): Uint8Array[] {
  const bytes = new Map<number, Uint8Array>();
  const contents = new Map<number, string>();
  for (const { id, content } of json.addedTokens) {
    addToken(contents, id, content);
    if ((json.vocab.get(content) ?? id) !== id) throw invalid(`"${content}" has two ids`);
    bytes.set(id, new TextEncoder().encode(content));
  }
  for (const [token, id] of json.vocab) {
    addToken(contents, id, token);
    if (!bytes.has(id)) bytes.set(id, spelledBytes(token));
  }
  return Array.from({ length: contents.size }, (_, id) => {
    const found = bytes.get(id);
    if (found === undefined) throw invalid(`no token has the id ${id}`);
    return found;
  });
}

function addToken(contents: Map<number, string>, id: number, content: string): void {
  const other = contents.get(id) ?? content;
  if (other !== content) throw invalid(`the id ${id} is that of "${other}" and "${content}"`);
  contents.set(id, content);
}

function spelledBytes(token: string): Uint8Array {
  if (token === '') throw invalid('model.vocab has an empty token');
  return Uint8Array.from(token, (character) => {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) {
      throw invalid(`model.vocab has "${token}", which does not spell bytes at "${character}"`);
    }
    return byte;
  });
}

/** Printable Latin-1 stands for itself; the other bytes, in order, are the characters from U+0100 on. */
const byteOfCharacter: ReadonlyMap<string, number> = (() => {
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 0x100; byte += 1) {
    const isPrintable =
      (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad && byte < 0x100);
    table.set(String.fromCharCode(isPrintable ? byte : next), byte);
    if (!isPrintable) next += 1;
  }
  return table;
})();
