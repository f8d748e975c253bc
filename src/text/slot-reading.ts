/**
 * Reads the text of a slot out of the bytes of its positions, some of them open.
 *
 * A character belongs to the slot of its first byte. Bytes show once they are a character, or can no longer become one
 * (as U+FFFD). Knows bytes by position; knows no tokens and no history.
 */
import type { Slot, Span } from './prompt.ts';
import { decodeUtf8, isContinuation, maxContinuation, unitAt } from './utf8.ts';

/** In which order a decoder fills the open positions of a prompt. */
export type FillOrder = 'LEFT_TO_RIGHT' | 'ANY_ORDER';

/** Bytes by position; null where open, and at known positions. */
type PositionBytes = readonly (Uint8Array | null)[];

/** Bytes next to a run, at most `maxContinuation`; `open` when an open position is why there are fewer. */
type Neighbours = { readonly bytes: readonly number[]; readonly open: boolean };

/** `settled` unless an open position could still add to the text or change it. */
type Reading = { readonly text: string; readonly settled: boolean };

/**
 * The text of one slot, without the space it owns.
 *
 * @param chain - the positions that the slot and those next to it, with no literal between, take up.
 * @param order - left to right, the text ends at the first open position; in any order, one shows as `[MASK]`.
 */
export function readSlot(bytes: PositionBytes, slot: Slot, chain: Span, order: FillOrder): Reading {
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
  const own = bytes.slice(run.start, run.end).filter((token) => token !== null);
  const before = bytesBefore(bytes, run.start, chain.start);
  const after = bytesAfter(bytes, run.end, chain.end);
  const all = Buffer.concat([Uint8Array.from(before.bytes), ...own, Uint8Array.from(after.bytes)]);
  const ownStart = before.bytes.length;
  const ownEnd = all.length - after.bytes.length;
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
