/**
 * A template in the course of being filled, as pieces to show.
 *
 * Knows what is known, filled and open; knows no terminal.
 */
import type { InfillPartsFragment } from '../client/generated/graphql.ts';
import type { SlotState } from '../events.ts';
import type { MaskLength } from '../text/mask.ts';
import type { Template } from '../text/template.ts';

/** Text of one sort, in reading order. */
export type Piece = { readonly text: string; readonly kind: 'known' | 'filled' | 'open' };

const openMark = '[MASK]';

/** The template with what its slots read so far; what is open is `[MASK]`, or its whole mask where nothing is filled yet. */
export function filledSoFar({ parts }: Template, slots: readonly SlotState[]): Piece[] {
  const byIndex = new Map(slots.map((slot) => [slot.index, slot]));
  let index = 0;
  return parts.flatMap((part): Piece[] => {
    if (part.kind === 'literal') return [{ text: part.text, kind: 'known' }];
    const slot = byIndex.get(index);
    index += 1;
    if (slot === undefined || (slot.text === '' && !slot.complete)) {
      return [{ text: maskOf(part.length), kind: 'open' }];
    }
    return slotPieces(slot);
  });
}

function maskOf({ min, max }: MaskLength): string {
  if (min !== max) return `[MASK:${min}-${max}]`;
  return min === 1 ? openMark : `[MASK:${min}]`;
}

/** The finished text. */
export function filledText({ segments }: Pick<InfillPartsFragment, 'segments'>): Piece[] {
  return segments.map(({ text, slot }) => ({ text, kind: slot === null ? 'known' : 'filled' }));
}

/** Decoders that fill in any order write the open positions themselves; the others have filled up to some point. */
function slotPieces({ text, complete }: SlotState): Piece[] {
  if (complete) return [{ text, kind: 'filled' }];
  const marked = text.includes(openMark) ? text : `${text}${openMark}`;
  return marked
    .split(/(\[MASK\])/)
    .filter((piece) => piece !== '')
    .map((piece) => ({ text: piece, kind: piece === openMark ? 'open' : 'filled' }));
}
