/**
 * Which tokens may not stand at a position: specials nowhere; at a slot's first position, where the slot owns the space
 * before its mask, only tokens that begin with a space followed by another byte; a slot's banned tokens nowhere in it;
 * and in a slot with choices only what some choice has there.
 *
 * Knows ids; knows no text and no model.
 */
import assert from 'node:assert/strict';

/** What may stand in one slot, its length decided. */
export type SlotRules = {
  /** Of the slot in its prompt. */
  readonly index: number;
  /** Its first position. */
  readonly start: number;
  readonly length: number;
  /** Forbidden at all of its positions. */
  readonly bannedIds: readonly number[];
  /** Each of `length` tokens, at least one; null when anything may stand there. */
  readonly choices: readonly (readonly number[])[] | null;
};

type Choices = SlotRules & { readonly choices: readonly (readonly number[])[] };

/** The rules of one run. */
export class TokenRules {
  readonly #bannedIds: readonly number[];
  readonly #wordStartIds: Uint8Array;
  readonly #wordStarts: ReadonlySet<number>;
  /** By position; of slots with bans or choices only. */
  readonly #slotAt = new Map<number, SlotRules>();

  /**
   * @param bannedIds - forbidden at every position.
   * @param wordStartIds - (V), 1 where the token begins with a space followed by another byte.
   * @param wordStarts - positions where only those may stand.
   * @param slots - those that have rules of their own.
   */
  constructor(
    bannedIds: readonly number[],
    wordStartIds: Uint8Array,
    wordStarts: ReadonlySet<number>,
    slots: readonly SlotRules[] = [],
  ) {
    this.#bannedIds = bannedIds;
    this.#wordStartIds = wordStartIds;
    this.#wordStarts = wordStarts;
    for (const slot of slots) {
      assert(slot.choices?.every(({ length }) => length === slot.length) ?? true, 'A choice fits.');
      for (let offset = 0; offset < slot.length; offset += 1) {
        this.#slotAt.set(slot.start + offset, slot);
      }
    }
  }

  /** V: every token id is below it. */
  get vocabularySize(): number {
    return this.#wordStartIds.length;
  }

  /**
   * Sets the logits of forbidden tokens to −Infinity, in place.
   *
   * In a slot with choices, what is committed at its other positions narrows them; a token at `position` itself does
   * not, so one that is to be replaced may stay in `ids`. Where the others agree with no choice, nothing is allowed.
   *
   * @param row - (V).
   * @param ids - (T); the prompt with what is committed so far. Where a probability must not depend on later tokens,
   * they are to be null here.
   */
  forbid(row: Float32Array, position: number, ids: readonly (number | null)[]): void {
    this.forbidWhateverChosen(row, position);
    const slot = this.#slotAt.get(position);
    if (slot !== undefined && hasChoices(slot)) keepOnly(row, choiceIds(slot, position, ids));
  }

  /** Does what `forbid` does in a slot without choices: what a choice has there is left, and what none has. */
  forbidWhateverChosen(row: Float32Array, position: number): void {
    for (const id of this.#bannedIds) row[id] = Number.NEGATIVE_INFINITY;
    if (this.#wordStarts.has(position)) this.#forbidInsideWords(row);
    for (const id of this.#slotAt.get(position)?.bannedIds ?? []) {
      row[id] = Number.NEGATIVE_INFINITY;
    }
  }

  /**
   * The index of the slot with choices that `position` is in; null where there is none.
   *
   * Positions of one group may be committed one per pass only: two tokens that some choice has, each by itself, may be
   * of no choice together.
   */
  groupOf(position: number): number | null {
    const slot = this.#slotAt.get(position);
    return slot !== undefined && hasChoices(slot) ? slot.index : null;
  }

  #forbidInsideWords(row: Float32Array): void {
    for (let id = 0; id < row.length; id += 1) {
      if (this.#wordStartIds[id] !== 1) row[id] = Number.NEGATIVE_INFINITY;
    }
  }
}

function hasChoices(slot: SlotRules): slot is Choices {
  return slot.choices !== null;
}

/** What the choices that agree with the slot's other positions have at this one. */
function choiceIds(slot: Choices, position: number, ids: readonly (number | null)[]): Set<number> {
  const own = position - slot.start;
  const others = ids
    .slice(slot.start, slot.start + slot.length)
    .flatMap((id, offset) => (id === null || offset === own ? [] : [{ id, offset }]));
  const allowed = new Set<number>();
  for (const choice of slot.choices) {
    const agrees = others.every(({ id, offset }) => choice[offset] === id);
    const allowedId = choice[own];
    if (agrees && allowedId !== undefined) allowed.add(allowedId);
  }
  return allowed;
}

function keepOnly(row: Float32Array, allowed: ReadonlySet<number>): void {
  const kept = [...allowed].map((id) => [id, row[id] ?? Number.NEGATIVE_INFINITY] as const);
  row.fill(Number.NEGATIVE_INFINITY);
  for (const [id, logit] of kept) row[id] = logit;
}
