/**
 * What the project needs of a tokenizer.
 *
 * Knows ids and bytes; knows no template and no library.
 */

/** Which ids requests and fills may use. */
export type Vocabulary = {
  /** Ids in use are below this. */
  readonly vocabularySize: number;
  /** Special ids. */
  readonly bannedIds: readonly number[];
};

/** Cuts text into ids and gives each id's bytes back. */
export interface Tokenizer {
  /** Number of ids, specials included. */
  readonly vocabularySize: number;
  /** Ids of `text`, nothing added around it; special tokens' texts inside `text` are encoded as ordinary text. */
  encode(text: string): number[];
  /**
   * The bytes a token stands for, at least one, without its neighbours; of a special token, the UTF-8 of its name.
   *
   * @param id - in [0, vocabularySize).
   * @returns shared bytes; not to be written to.
   */
  bytesOf(id: number): Uint8Array;
}

/**
 * Marks the tokens that can begin a slot which owns the space before it.
 *
 * @returns (V); 1 where a token's bytes begin with a space that is followed by another byte, whatever that byte is.
 */
export function wordStartIds(tokenizer: Tokenizer, vocabularySize: number): Uint8Array {
  const marks = new Uint8Array(vocabularySize);
  const known = Math.min(vocabularySize, tokenizer.vocabularySize);
  for (let id = 0; id < known; id += 1) {
    const bytes = tokenizer.bytesOf(id);
    if (bytes.length > 1 && bytes[0] === 0x20) marks[id] = 1;
  }
  return marks;
}
