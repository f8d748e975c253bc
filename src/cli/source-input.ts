/**
 * A template with what flags say of its slots, as the API's source.
 *
 * Knows templates and slots; knows no token.
 */
import type { SegmentInput, SourceInput } from '../client/generated/graphql.ts';
import type { ReadMask } from '../text/mask.ts';
import type { ReadPart } from '../text/template.ts';
import { readTemplate } from '../text/template-notation.ts';
import type { FlagProblems } from './flag-problems.ts';
import { type SlotLists, slotListsOf } from './slot-lists.ts';

/** Flags about slots: `slot=text,text`. */
export type SourceFlags = {
  readonly choices: readonly string[];
  readonly banned: readonly string[];
};

/**
 * The template itself, or its segments where flags name slots. A mask that is wrong in a template is wrong in its segment too; a
 * template too large to be read is left to the server.
 */
export function sourceOf(
  template: string,
  { choices, banned }: SourceFlags,
  problems: FlagProblems,
): SourceInput {
  if (choices.length === 0 && banned.length === 0) return { text: template };
  const { parts, problems: ofTemplate } = readTemplate(template, []);
  if (parts === null) return { text: template };
  for (const { message } of ofTemplate) problems.add('text', message);
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'mask' && part.length === null) {
      problems.tell(['source', 'segments', String(index), 'slot', 'length']);
    }
  }
  const slotCount = parts.filter(({ kind }) => kind === 'mask').length;
  const choicesOf = slotListsOf('--choices', choices, { slotCount, problems });
  const bannedOf = slotListsOf('--banned', banned, { slotCount, problems });
  return { segments: segmentsOf(parts, choicesOf, bannedOf) };
}

function segmentsOf(
  parts: readonly ReadPart[],
  choices: SlotLists,
  banned: SlotLists,
): SegmentInput[] {
  let index = -1;
  return parts.map((part) => {
    if (part.kind === 'literal') return { text: part.text };
    index += 1;
    const length = lengthOf(part);
    return { slot: { length, choices: choices.get(index), banned: banned.get(index) } };
  });
}

function lengthOf({ length }: ReadMask) {
  const { min, max } = length ?? { min: 0, max: 0 };
  return min === max ? { tokens: min } : { between: { min, max } };
}
