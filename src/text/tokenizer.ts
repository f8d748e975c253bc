/**
 * What the project needs of a tokenizer.
 *
 * Knows ids and bytes; knows no template and no library.
 */

/** Cuts text into ids and gives each id's bytes back. */
export interface Tokenizer {
  /** Number of ids, specials included. */
  readonly vocabularySize: number;
  /** Ids of `text`, nothing added around it; special tokens' texts inside `text` are encoded as ordinary text. */
  encode(text: string): number[];
  /** The bytes a token stands for, without its neighbours; of a special token, the UTF-8 of its name. */
  bytesOf(id: number): Uint8Array;
}
