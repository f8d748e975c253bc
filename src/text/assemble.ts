/**
 * Puts a filled prompt's text together.
 *
 * Knows literals and the texts of slots; knows no tokens.
 */
import assert from 'node:assert/strict';
import type { Prompt } from './prompt.ts';

/** A piece of filled text with its UTF-16 offsets in the whole, half-open. */
export type TextSegment = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Index of the slot; null for known text. */
  readonly slot: number | null;
};

/** The filled text; `segments` cover it in order, one per part of the prompt. */
export type FilledText = { readonly text: string; readonly segments: readonly TextSegment[] };

/**
 * The prompt's literals, verbatim, with the slots' texts between them.
 *
 * @param slotTexts - one per slot, by slot index, each without the space its slot owns (the literal has it).
 */
export function assemble(prompt: Prompt, slotTexts: readonly string[]): FilledText {
  const segments: TextSegment[] = [];
  let text = '';
  for (const part of prompt.parts) {
    const slot = part.kind === 'slot' ? part.slot.index : null;
    const piece = part.kind === 'slot' ? slotTexts[part.slot.index] : part.text;
    assert(piece !== undefined, `Slot ${slot} has no text.`);
    segments.push({ text: piece, start: text.length, end: text.length + piece.length, slot });
    text += piece;
  }
  return { text, segments };
}
