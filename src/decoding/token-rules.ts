/**
 * Which tokens may not stand at a position: specials nowhere, and at a slot's first position, where the slot owns
 * the space before its mask, only tokens that begin with a space followed by another byte.
 *
 * Knows ids; knows no text and no model.
 */

/** The rules of one run. */
export class TokenRules {
  readonly #bannedIds: readonly number[];
  readonly #wordStartIds: Uint8Array;
  readonly #wordStarts: ReadonlySet<number>;

  /**
   * @param bannedIds - forbidden at every position.
   * @param wordStartIds - (V), 1 where the token begins with a space followed by another byte.
   * @param wordStarts - positions where only those may stand.
   */
  constructor(
    bannedIds: readonly number[],
    wordStartIds: Uint8Array,
    wordStarts: ReadonlySet<number>,
  ) {
    this.#bannedIds = bannedIds;
    this.#wordStartIds = wordStartIds;
    this.#wordStarts = wordStarts;
  }

  /**
   * Sets the logits of forbidden tokens to −Infinity, in place.
   *
   * @param row - (V).
   * @param ids - (T); the prompt with what is committed so far, which narrows a slot's choices.
   */
  forbid(row: Float32Array, position: number, _ids: readonly (number | null)[]): void {
    for (const id of this.#bannedIds) row[id] = Number.NEGATIVE_INFINITY;
    if (!this.#wordStarts.has(position)) return;
    for (const [id, isWordStart] of this.#wordStartIds.entries()) {
      if (isWordStart === 0) row[id] = Number.NEGATIVE_INFINITY;
    }
  }
}
