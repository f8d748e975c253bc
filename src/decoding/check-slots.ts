/**
 * Whether what a client allows in a slot can stand there: choices must fit its length and space, banned texts must be
 * single tokens, and something must be left.
 *
 * Knows encoded slots and the vocabulary; knows no prompt and no decoder.
 */
import type { Problem } from '../errors.ts';
import type { EncodedText, ShapeSlot } from '../text/prompt.ts';
import type { Vocabulary } from '../text/tokenizer.ts';

/** What is wrong with one text of a slot, or with the slot itself. */
type Complaint = {
  readonly field: readonly string[];
  readonly message: string;
  readonly value: string | null;
  readonly limit: string | null;
};

/** Checks slots against one vocabulary. */
export class SlotChecker {
  readonly #specialIds: ReadonlySet<number>;
  readonly #wordStartIds: Uint8Array;
  readonly #ordinaryCount: number;
  readonly #wordStartCount: number;

  /** @param wordStartIds - (V), 1 where the token begins with a space followed by another byte. */
  constructor({ vocabularySize, bannedIds }: Vocabulary, wordStartIds: Uint8Array) {
    this.#specialIds = new Set(bannedIds);
    this.#wordStartIds = wordStartIds;
    this.#ordinaryCount = vocabularySize - this.#specialIds.size;
    this.#wordStartCount = wordStartIds.reduce(
      (count, isWordStart, id) => count + (this.#specialIds.has(id) ? 0 : isWordStart),
      0,
    );
  }

  /** Everything that keeps a slot from being filled as asked. @param path - of the slot in the input. */
  problemsOf(slot: ShapeSlot, path: readonly string[]): Problem[] {
    const complaints = [
      ...(slot.choices ?? []).flatMap((choice, index) => {
        const message = this.#choiceComplaint(choice, slot);
        return message === null ? [] : [complaintAt(['choices', String(index)], choice, message)];
      }),
      ...slot.banned.flatMap((banned, index) => {
        if (banned.ids.length > 0) return [];
        const message = `"${banned.text}" is not a single token, so it cannot be banned in a slot.`;
        return [complaintAt(['banned', String(index)], banned, message)];
      }),
      ...this.#emptinessComplaints(slot),
    ];
    return complaints.map(({ field, message, value, limit }) => ({
      path: [...path, ...field],
      code: 'INVALID_INPUT',
      message,
      value,
      limit,
    }));
  }

  #choiceComplaint({ text, ids }: EncodedText, slot: ShapeSlot): string | null {
    if (ids.length < slot.min || ids.length > slot.max) {
      return `The choice "${text}" has ${tokens(ids.length)}; its slot has ${rangeOf(slot)}.`;
    }
    if (slot.ownsSpace && this.#wordStartIds[ids[0] ?? -1] !== 1) {
      return `The choice "${text}" does not begin with a token that has the space before its slot in it.`;
    }
    const banned = slot.banned.find((other) => other.ids.some((id) => ids.includes(id)));
    if (banned !== undefined) {
      return `The choice "${text}" has the token "${banned.text}", which is banned in its slot.`;
    }
    if (ids.some((id) => this.#specialIds.has(id))) {
      return `The choice "${text}" has a special token, which no slot can have.`;
    }
    return null;
  }

  /** Choices that fit leave something; without them, specials, bans and the owned space might not. */
  #emptinessComplaints(slot: ShapeSlot): Complaint[] {
    if (slot.choices !== null) return [];
    const banned = [...new Set(slot.banned.flatMap(({ ids }) => ids))].filter(
      (id) => !this.#specialIds.has(id),
    );
    const bannedStarts = banned.filter((id) => this.#wordStartIds[id] === 1);
    const isEmpty =
      this.#ordinaryCount <= banned.length ||
      (slot.ownsSpace && this.#wordStartCount <= bannedStarts.length);
    if (!isEmpty) return [];
    const message = slot.ownsSpace
      ? 'No token that begins with a space may stand in a slot that owns the space before it.'
      : 'No token may stand in a slot: all are banned.';
    return [{ field: [], message, value: null, limit: null }];
  }
}

/** How many tokens a slot has, in words. Example: 2 and 2 → "2 tokens"; 1 and 3 → "1 to 3 tokens". */
export function rangeOf({ min, max }: Pick<ShapeSlot, 'min' | 'max'>): string {
  return min === max ? tokens(min) : `${min} to ${tokens(max)}`;
}

/** A number of tokens, in words. */
export function tokens(count: number): string {
  return count === 1 ? '1 token' : `${count} tokens`;
}

function complaintAt(field: readonly string[], { text }: EncodedText, message: string): Complaint {
  return { field, message, value: text, limit: null };
}
