/**
 * A tokenizer whose vocabulary is a list: four specials, then the tokens given. `encode` takes the longest that fits.
 *
 * Knows only the characters its tokens spell, so vocabularies can be small enough to enumerate.
 */
import type { Tokenizer } from '../../src/text/tokenizer.ts';

const specialNames = ['<pad>', '<bos>', '<eos>', '<mask>'];

/** Ids below this are special; the first token given has this id. */
export const firstOrdinaryId = specialNames.length;

/** The special ids. */
export const specialIds: readonly number[] = specialNames.map((_, id) => id);

/** Tokens from a list. */
export class ListTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly #bytes: readonly Uint8Array[];

  /** @param tokens - texts, or bytes that are no whole characters. */
  constructor(tokens: readonly (string | Uint8Array)[]) {
    const encoder = new TextEncoder();
    this.#bytes = [...specialNames, ...tokens].map((token) =>
      typeof token === 'string' ? encoder.encode(token) : token,
    );
    this.vocabularySize = this.#bytes.length;
  }

  encode(text: string): number[] {
    const bytes = new TextEncoder().encode(text);
    const ids: number[] = [];
    for (let at = 0; at < bytes.length; at += this.bytesOf(ids.at(-1) ?? 0).length) {
      ids.push(this.#longestAt(bytes, at));
    }
    return ids;
  }

  bytesOf(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (bytes === undefined) throw new RangeError(`There is no token ${id}.`);
    return bytes;
  }

  #longestAt(text: Uint8Array, at: number): number {
    let longest = -1;
    for (const [id, bytes] of this.#bytes.entries()) {
      if (id < firstOrdinaryId || !bytes.every((byte, index) => text[at + index] === byte))
        continue;
      if (longest === -1 || bytes.length > this.bytesOf(longest).length) longest = id;
    }
    if (longest === -1) throw new RangeError(`No token begins with byte ${text[at]}.`);
    return longest;
  }
}
