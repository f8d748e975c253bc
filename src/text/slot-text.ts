/**
 * The text of slots while tokens are committed and reopened.
 *
 * A character belongs to the slot of its first byte and shows once all its bytes are there; bytes that can no longer
 * become one show as U+FFFD. Knows prompts and bytes; knows no decoder.
 */
import assert from 'node:assert/strict';
import { assemble, type FilledText } from './assemble.ts';
import type { Prompt, Slot, Span } from './prompt.ts';
import type { Tokenizer } from './tokenizer.ts';
import { decodeUtf8, isContinuation, maxContinuation, unitAt } from './utf8.ts';

/** In which order a decoder fills the open positions of a prompt. */
export type FillOrder = 'LEFT_TO_RIGHT' | 'ANY_ORDER';

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

/** Slots with no literal between, which can share a character; positions and slots, half-open. */
type Chain = { readonly span: Span; readonly slots: Span };

/** Bytes by position; null where open, and at known positions. */
type PositionBytes = readonly (Uint8Array | null)[];

/** Bytes next to a run, at most `maxContinuation`; `open` when an open position is why there are fewer. */
type Neighbours = { readonly bytes: readonly number[]; readonly open: boolean };

/** One run's slot texts. Each call costs what the slot it concerns costs, and at most six neighbours. */
export class SlotTexts {
  readonly #prompt: Prompt;
  readonly #tokenizer: Tokenizer;
  readonly #order: FillOrder;
  readonly #bytes: (Uint8Array | null)[];
  readonly #slotAt: ReadonlyMap<number, Slot>;
  readonly #chains: readonly Chain[];
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
    const { slots } = this.#chainOf(slot);
    // Every token has a byte, so a character reaches over at most three more slots, to either side.
    const first = Math.max(slots.start, slot.index - maxContinuation);
    const end = Math.min(slots.end, slot.index + maxContinuation + 1);
    for (const near of this.#prompt.slots.slice(first, end)) this.#changed.add(near);
  }

  #read(slot: Slot): SlotText {
    const { text, settled } = readSlot(this.#bytes, slot, this.#chainOf(slot).span, this.#order);
    return { index: slot.index, key: slot.key, text, complete: settled };
  }

  #slotOf(position: number): Slot {
    const slot = this.#slotAt.get(position);
    assert(slot !== undefined, `Position ${position} is in no slot.`);
    return slot;
  }

  #chainOf(slot: Slot): Chain {
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
function chainsOf(prompt: Prompt): Chain[] {
  const chains: Chain[] = [];
  let linked: Slot[] = [];
  const flush = () => {
    const [first] = linked;
    const last = linked.at(-1);
    if (first === undefined || last === undefined) return;
    const span = { start: first.span.start, end: last.span.end };
    const chain = { span, slots: { start: first.index, end: last.index + 1 } };
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

type Reading = { readonly text: string; readonly settled: boolean };

function readSlot(bytes: PositionBytes, slot: Slot, chain: Span, order: FillOrder): Reading {
  let text = '';
  let settled = true;
  let at = slot.span.start;
  while (at < slot.span.end) {
    if (bytes[at] === null) {
      settled = false;
      if (order === 'LEFT_TO_RIGHT') break;
      text += '[MASK]';
      at += 1;
      continue;
    }
    const run = { start: at, end: runEnd(bytes, at, slot.span.end) };
    const reading = readRun(bytes, run, chain, slot.ownsSpace && at === slot.span.start);
    text += reading.text;
    settled &&= reading.settled;
    at = run.end;
  }
  return { text, settled };
}

function runEnd(bytes: PositionBytes, start: number, limit: number): number {
  let end = start;
  while (end < limit && bytes[end] !== null) end += 1;
  return end;
}

/** The characters that begin in a run of committed positions; unsettled while open positions around it matter. */
function readRun(bytes: PositionBytes, run: Span, chain: Span, dropsSpace: boolean): Reading {
  const own = joinBytes(bytes, run);
  const before = bytesBefore(bytes, run.start, chain.start);
  const after = bytesAfter(bytes, run.end, chain.end);
  const all = Uint8Array.from([...before.bytes, ...own, ...after.bytes]);
  const ownStart = before.bytes.length;
  const ownEnd = ownStart + own.length;
  const waiting = before.open ? leadingContinuation(all) : 0;
  let first = waiting;
  while (first < ownStart) first += unitAt(all, first).length;
  let settled = waiting <= ownStart;
  let end = first;
  while (end < ownEnd) {
    const unit = unitAt(all, end);
    if (unit.cut && after.open) {
      settled = false;
      break;
    }
    end += unit.length;
  }
  const text = decodeUtf8(all.subarray(first, end));
  return { text: dropsSpace && text.startsWith(' ') ? text.slice(1) : text, settled };
}

/** How many bytes at the start could end a character that begins in the open position before. */
function leadingContinuation(bytes: Uint8Array): number {
  let count = 0;
  while (count < maxContinuation && isContinuation(bytes[count] ?? 0)) count += 1;
  return count;
}

function joinBytes(bytes: PositionBytes, run: Span): number[] {
  return bytes.slice(run.start, run.end).flatMap((token) => [...(token ?? [])]);
}

function bytesBefore(bytes: PositionBytes, position: number, limit: number): Neighbours {
  let near: number[] = [];
  for (let at = position - 1; at >= limit; at -= 1) {
    const token = bytes[at] ?? null;
    if (token === null) return { bytes: near, open: true };
    near = [...token.subarray(-maxContinuation), ...near].slice(-maxContinuation);
    if (near.length === maxContinuation) break;
  }
  return { bytes: near, open: false };
}

function bytesAfter(bytes: PositionBytes, position: number, limit: number): Neighbours {
  let near: number[] = [];
  for (let at = position; at < limit; at += 1) {
    const token = bytes[at] ?? null;
    if (token === null) return { bytes: near, open: true };
    near = [...near, ...token.subarray(0, maxContinuation)].slice(0, maxContinuation);
    if (near.length === maxContinuation) break;
  }
  return { bytes: near, open: false };
}
