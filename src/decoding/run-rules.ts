/**
 * The token rules of one run, from what its slots were asked to have.
 *
 * Knows shapes and prompts; knows no request.
 */
import type { Prompt, PromptShape, ShapeSlot, Slot } from '../text/prompt.ts';
import type { Vocabulary } from '../text/tokenizer.ts';
import { type SlotRules, TokenRules } from './token-rules.ts';

/** The ids that rules are made of. */
export type RuleIds = {
  readonly bannedIds: Vocabulary['bannedIds'];
  /** (V), 1 where the token begins with a space followed by another byte. */
  readonly wordStartIds: Uint8Array;
};

/**
 * Returns the rules of `prompt`, which has the slots of `shape`.
 *
 * @param purpose - a given fill is scored as it is, so a score leaves out the rule of the owned space.
 */
export function rulesOf(
  { bannedIds, wordStartIds }: RuleIds,
  prompt: Prompt,
  shape: PromptShape,
  purpose: 'fill' | 'score',
): TokenRules {
  const wordStarts = new Set(
    prompt.slots.flatMap(({ ownsSpace, span }) =>
      ownsSpace && purpose === 'fill' ? [span.start] : [],
    ),
  );
  const slots = shape.slots.flatMap((slot, index) => {
    const placed = prompt.slots[index];
    if (placed === undefined || (slot.choices === null && slot.banned.length === 0)) return [];
    return [slotRules(slot, placed)];
  });
  return new TokenRules(bannedIds, wordStartIds, wordStarts, slots);
}

function slotRules({ index, choices, banned }: ShapeSlot, { span }: Slot): SlotRules {
  const length = span.end - span.start;
  return {
    index,
    start: span.start,
    length,
    bannedIds: banned.flatMap(({ ids }) => ids),
    choices: choices?.flatMap(({ ids }) => (ids.length === length ? [ids] : [])) ?? null,
  };
}
