/**
 * Puts tokenized literals and slots of given lengths into one prompt.
 *
 * Knows positions; knows no text and no tokenizer.
 */
import assert from 'node:assert/strict';
import type { Prompt, PromptPart, PromptShape, ShapeSlot, Slot } from './prompt.ts';

/** A literal with its ids, or a slot, in reading order. */
export type ShapePart =
  | { readonly kind: 'literal'; readonly text: string; readonly ids: readonly number[] }
  | { readonly kind: 'slot'; readonly slot: ShapeSlot };

/** The shape of `parts`; slots are numbered in their order. */
export function placeParts(parts: readonly ShapePart[]): PromptShape {
  const slots = parts.flatMap((part) => (part.kind === 'slot' ? [part.slot] : []));
  const literalLengths = parts.map((part) => (part.kind === 'literal' ? part.ids.length : 0));
  return {
    slots,
    knownTokens: literalLengths.reduce((sum, length) => sum + length, 0),
    withLengths(lengths) {
      assert.equal(lengths.length, slots.length, 'There is one length per slot.');
      return promptOf(parts, lengths);
    },
  };
}

function promptOf(parts: readonly ShapePart[], lengths: readonly number[]): Prompt {
  const ids: (number | null)[] = [];
  const slots: Slot[] = [];
  const placed = parts.map((part): PromptPart => {
    if (part.kind === 'literal') {
      append(ids, part.ids);
      return { kind: 'literal', text: part.text };
    }
    const length = lengths[slots.length] ?? 0;
    const { index, key, ownsSpace } = part.slot;
    const span = { start: ids.length, end: ids.length + length };
    append(ids, Array<null>(length).fill(null));
    const slot = { index, key, span, ownsSpace };
    slots.push(slot);
    return { kind: 'slot', slot };
  });
  return { ids, slots, parts: placed };
}

// One by one: a long literal has more ids than a call may have arguments.
function append(ids: (number | null)[], more: readonly (number | null)[]): void {
  for (const id of more) ids.push(id);
}
