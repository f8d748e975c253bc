/**
 * Encodes a template: literals become known ids, masks become slots whose lengths are given later.
 *
 * Knows the rule of the space before a mask; knows no model frame and no context length.
 */
import { maskLimits, type ReadMask } from './mask.ts';
import { placeParts, type ShapePart } from './place-parts.ts';
import type { EncodedText, PromptShape, ShapeSlot } from './prompt.ts';
import type { ReadPart } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Tokenizes each literal by itself and puts the masks between.
 *
 * A literal before a mask that ends in exactly one space is tokenized without it, and the mask's slot owns the space:
 * words carry their space in front. This holds for a literal that is only that space too, between two masks or at the
 * start of the text. The literal's part keeps the space. Choices of such a slot are tokenized with the space in front.
 * Whether choices fit and banned texts are single tokens is for the caller to check. A slot whose length was wrong
 * has no lengths that it can have.
 */
export function encodeTemplate(
  { parts: read }: { readonly parts: readonly ReadPart[] },
  tokenizer: Tokenizer,
): PromptShape {
  const slots: ShapeSlot[] = [];
  const parts = read.map((part, index): ShapePart => {
    if (part.kind === 'literal') {
      const isOwned = hasOwnedSpace(part, read[index + 1]);
      const ids = tokenizer.encode(isOwned ? part.text.slice(0, -1) : part.text);
      return { kind: 'literal', text: part.text, ids };
    }
    const ownsSpace = hasOwnedSpace(read[index - 1], part);
    const slot = shapeSlot(part, { index: slots.length, ownsSpace }, tokenizer);
    slots.push(slot);
    return { kind: 'slot', slot };
  });
  return placeParts(parts);
}

/** Whether the space that `part` ends in belongs to a mask after it. */
function hasOwnedSpace(part: ReadPart | undefined, next: ReadPart | undefined): boolean {
  if (part?.kind !== 'literal' || next?.kind !== 'mask') return false;
  return part.text.endsWith(' ') && !part.text.endsWith('  ');
}

function shapeSlot(
  { key, length, choices, banned }: ReadMask,
  place: Pick<ShapeSlot, 'index' | 'ownsSpace'>,
  tokenizer: Tokenizer,
): ShapeSlot {
  const encoded = choices?.map((text) => ({
    text,
    ids: encodeSlotText(text, place.ownsSpace, tokenizer),
  }));
  return {
    ...place,
    key,
    ...(length ?? anyLength),
    lengths: length === null ? [] : lengthsOf(length, encoded ?? null),
    choices: encoded ?? null,
    banned: banned.map((text) => ({ text, ids: singleTokens(text, tokenizer) })),
  };
}

/** Of a slot whose length was wrong: it restrains nothing. */
const anyLength = { min: 1, max: maskLimits.positions };

/** Token ids of a slot's own text, the space that it owns in front. */
export function encodeSlotText(text: string, ownsSpace: boolean, tokenizer: Tokenizer): number[] {
  return tokenizer.encode(ownsSpace ? ` ${text}` : text);
}

function lengthsOf(
  { min, max }: Pick<ShapeSlot, 'min' | 'max'>,
  choices: readonly EncodedText[] | null,
): number[] {
  const range = Array.from({ length: max - min + 1 }, (_, offset) => min + offset);
  if (choices === null) return range;
  const chosen = new Set(choices.map(({ ids }) => ids.length));
  return range.filter((length) => chosen.has(length));
}

/** The tokens that spell `text` alone, or `text` after a space. */
function singleTokens(text: string, tokenizer: Tokenizer): number[] {
  const spellings = [tokenizer.encode(text), tokenizer.encode(` ${text}`)];
  return spellings.flatMap((ids) => (ids.length === 1 ? ids : []));
}
