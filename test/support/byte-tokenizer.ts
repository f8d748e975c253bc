/**
 * A tokenizer whose every byte is a token, for tests that need no trained vocabulary.
 *
 * Ids 0 to 3 are pad, bos, eos and mask; id 4 + b is byte b; then come the given words, each one token.
 */
import type { Tokenizer } from '../../src/text/tokenizer.ts';

const specialNames = ['<pad>', '<bos>', '<eos>', '<mask>'];

/** Special ids by name. */
export const byteTokenizerIds = { pad: 0, bos: 1, eos: 2, mask: 3, firstByte: 4, firstWord: 260 };

/** Bytes as tokens, and longer tokens where given. */
export class ByteTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly #bytes: readonly Uint8Array[];
  /** Ids of words, longest first. */
  readonly #words: readonly number[];

  /**
   * @param words - tokens of more than one byte, such as ' the', or bytes that are no whole characters; `encode` takes
   * the longest that fits.
   */
  constructor(words: readonly (string | Uint8Array)[] = []) {
    const encoder = new TextEncoder();
    this.#bytes = [
      ...specialNames.map((name) => encoder.encode(name)),
      ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
      ...words.map((word) => (typeof word === 'string' ? encoder.encode(word) : word)),
    ];
    this.vocabularySize = this.#bytes.length;
    this.#words = words
      .map((_, index) => byteTokenizerIds.firstWord + index)
      .sort((a, b) => this.bytesOf(b).length - this.bytesOf(a).length);
  }

  encode(text: string): number[] {
    const bytes = new TextEncoder().encode(text);
    const ids: number[] = [];
    for (let at = 0; at < bytes.length; at += this.bytesOf(ids.at(-1) ?? 0).length) {
      const word = this.#words.find((id) => startsWithAt(bytes, at, this.bytesOf(id)));
      ids.push(word ?? byteTokenizerIds.firstByte + (bytes[at] ?? 0));
    }
    return ids;
  }

  bytesOf(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (bytes === undefined)
      throw new RangeError(`Token id ${id} is not below ${this.#bytes.length}.`);
    return bytes;
  }
}

function startsWithAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  return word.every((byte, index) => bytes[at + index] === byte);
}
