/**
 * The text of slots while tokens are committed and reopened.
 *
 * Knows which slots a change concerns; `slot-reading.ts` knows what they read. Knows no decoder.
 */
import assert from 'node:assert/strict';
import { assemble, type FilledText } from './assemble.ts';
import type { Prompt, Slot, Span } from './prompt.ts';
import { type FillOrder, readSlot } from './slot-reading.ts';
import type { Tokenizer } from './tokenizer.ts';
import { maxContinuation } from './utf8.ts';

/** A slot's text so far, without the space it owns. */
export type SlotText = {
  readonly index: number;
  readonly key: string | null;
  /** Left to right: up to the first open position. Any order: open positions show as `[MASK]`. */
  readonly text: string;
  /** Whether every position is committed and every byte is part of a character or known to be of none. */
  readonly complete: boolean;
};

/** Where an open position of the prompt is: the index of its slot, and its own in the slot. */
export type SlotPlace = { readonly slot: number; readonly index: number };

/** One run's slot texts. A change costs the reading of its slot, and of those within three positions. */
export class SlotTexts {
  readonly #prompt: Prompt;
  readonly #tokenizer: Tokenizer;
  readonly #order: FillOrder;
  readonly #bytes: (Uint8Array | null)[];
  readonly #slotAt: ReadonlyMap<number, Slot>;
  /** By slot: the positions of it and of those next to it with no literal between, which can share a character. */
  readonly #chains: readonly Span[];
  readonly #shown: SlotText[];
  readonly #changed = new Set<Slot>();
  #openCount: number;

  constructor(prompt: Prompt, tokenizer: Tokenizer, order: FillOrder) {
    this.#prompt = prompt;
    this.#tokenizer = tokenizer;
    this.#order = order;
    this.#bytes = prompt.ids.map(() => null);
    this.#slotAt = slotsByPosition(prompt.slots);
    this.#chains = chainsOf(prompt);
    this.#openCount = this.#slotAt.size;
    this.#shown = prompt.slots.map((slot) => this.#read(slot));
  }

  /** Open positions left. */
  get openCount(): number {
    return this.#openCount;
  }

  /** @param position - of a slot. */
  placeOf(position: number): SlotPlace {
    const slot = this.#slotOf(position);
    return { slot: slot.index, index: position - slot.span.start };
  }

  /** Puts a token at a position; one that is there already is replaced. */
  commit(position: number, tokenId: number): void {
    this.#put(position, this.#tokenizer.bytesOf(tokenId));
  }

  /** Makes a position open again. */
  reopen(position: number): void {
    this.#put(position, null);
  }

  /** The slots whose text or completeness differs from what the last call returned (at first: nothing filled). */
  updates(): SlotText[] {
    const updates: SlotText[] = [];
    for (const slot of [...this.#changed].sort((a, b) => a.index - b.index)) {
      const shown = this.#shown[slot.index];
      const now = this.#read(slot);
      if (shown?.text === now.text && shown.complete === now.complete) continue;
      this.#shown[slot.index] = now;
      updates.push(now);
    }
    this.#changed.clear();
    return updates;
  }

  /** Every slot as it is now; does not count as an update. */
  snapshot(): SlotText[] {
    return this.#prompt.slots.map((slot) => this.#read(slot));
  }

  /** The whole text and its segments; null while a position is open. */
  filled(): FilledText | null {
    if (this.#openCount > 0) return null;
    const texts = this.snapshot().map(({ text }) => text);
    return assemble(this.#prompt, texts);
  }

  #put(position: number, bytes: Uint8Array | null): void {
    const slot = this.#slotOf(position);
    const wasOpen = this.#bytes[position] === null;
    this.#openCount += Number(bytes === null) - Number(wasOpen);
    this.#bytes[position] = bytes;
    // Every token has a byte, so a character reaches over at most three more positions, to either side.
    const { start, end } = this.#chainOf(slot);
    const last = Math.min(end - 1, position + maxContinuation);
    for (let at = Math.max(start, position - maxContinuation); at <= last; at += 1) {
      this.#changed.add(this.#slotOf(at));
    }
  }

  #read(slot: Slot): SlotText {
    const { text, settled } = readSlot(this.#bytes, slot, this.#chainOf(slot), this.#order);
    return { index: slot.index, key: slot.key, text, complete: settled };
  }

  #slotOf(position: number): Slot {
    const slot = this.#slotAt.get(position);
    assert(slot !== undefined, `Position ${position} is in no slot.`);
    return slot;
  }

  #chainOf(slot: Slot): Span {
    const chain = this.#chains[slot.index];
    assert(chain !== undefined, `Slot ${slot.index} is not of this prompt.`);
    return chain;
  }
}

function slotsByPosition(slots: readonly Slot[]): Map<number, Slot> {
  const byPosition = new Map<number, Slot>();
  for (const slot of slots) {
    for (let i = slot.span.start; i < slot.span.end; i += 1) byPosition.set(i, slot);
  }
  return byPosition;
}

/** The chain of each slot, by slot index. */
function chainsOf(prompt: Prompt): Span[] {
  const chains: Span[] = [];
  let linked: Slot[] = [];
  const flush = () => {
    const [first] = linked;
    const last = linked.at(-1);
    if (first === undefined || last === undefined) return;
    const chain = { start: first.span.start, end: last.span.end };
    for (const _ of linked) chains.push(chain);
    linked = [];
  };
  for (const part of prompt.parts) {
    if (part.kind === 'slot') linked.push(part.slot);
    else flush();
  }
  flush();
  return chains;
}
