/**
 * Where words begin in token ids.
 *
 * Knows the bytes of ids; knows no text.
 */
import type { Tokenizer } from '../../text/tokenizer.ts';
import { isInsideWord } from '../../text/word-bytes.ts';

/** Most tokens of a word; longer ones, such as text in scripts without spaces, are cut into pieces of this many. */
const maxWordLength = 8;

/**
 * Finds the words in ids of one vocabulary. A word begins at what is neither letter nor digit, and after it; "don't" is two words. Bytes above 127
 * are taken for letters.
 */
export class WordEdges {
  /** (V) */
  readonly #begins: readonly boolean[];
  /** (V), whether a word begins after the id, whatever that is. */
  readonly #ends: readonly boolean[];

  constructor(tokenizer: Tokenizer) {
    const all = Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.bytesOf(id));
    this.#begins = all.map((bytes) => !isInsideWord(bytes[0] ?? 0));
    this.#ends = all.map((bytes) => !isInsideWord(bytes.at(-1) ?? 0));
  }

  /** For each position that of the first token of its word. */
  firstPositions(ids: readonly number[]): number[] {
    let first = 0;
    return ids.map((id, position) => {
      const isAfterEnd = this.#ends[ids[position - 1] ?? -1] ?? true;
      const isLong = position - first === maxWordLength;
      if (this.#begins[id] || isAfterEnd || isLong) first = position;
      return first;
    });
  }
}
