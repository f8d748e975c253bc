/**
 * Encodes a template: literals become known ids, masks become open positions.
 *
 * Knows the rule of the space before a mask; knows no model frame and no context length.
 */
import type { Prompt, PromptPart, Slot } from './prompt.ts';
import type { Mask, Template, TemplatePart } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Tokenizes each literal by itself and places the masks between.
 *
 * A literal before a mask that ends in exactly one space is tokenized without it, and the mask's slot owns the space:
 * words carry their space in front. This holds for a literal that is only that space too, between two masks or at the
 * start of the text. The literal's part keeps the space.
 */
export function encodeTemplate(template: Template, tokenizer: Tokenizer): Prompt {
  const ids: (number | null)[] = [];
  const slots: Slot[] = [];
  const parts: PromptPart[] = [];
  for (const [index, part] of template.parts.entries()) {
    if (part.kind === 'mask') {
      const ownsSpace = hasOwnedSpace(template.parts[index - 1], part);
      const slot = placeSlot(part, { index: slots.length, start: ids.length, ownsSpace });
      append(ids, Array<null>(part.length).fill(null));
      slots.push(slot);
      parts.push({ kind: 'slot', slot });
    } else {
      const isOwned = hasOwnedSpace(part, template.parts[index + 1]);
      append(ids, tokenizer.encode(isOwned ? part.text.slice(0, -1) : part.text));
      parts.push(part);
    }
  }
  return { ids, slots, parts };
}

// One by one: a long literal has more ids than a call may have arguments.
function append(ids: (number | null)[], more: readonly (number | null)[]): void {
  for (const id of more) ids.push(id);
}

/** Whether the space that `part` ends in belongs to a mask after it. */
function hasOwnedSpace(part: TemplatePart | undefined, next: TemplatePart | undefined): boolean {
  if (part?.kind !== 'literal' || next?.kind !== 'mask') return false;
  return part.text.endsWith(' ') && !part.text.endsWith('  ');
}

function placeSlot(
  mask: Mask,
  at: { readonly index: number; readonly start: number; readonly ownsSpace: boolean },
): Slot {
  const span = { start: at.start, end: at.start + mask.length };
  return { index: at.index, key: mask.key, span, ownsSpace: at.ownsSpace };
}
