/**
 * A template with what flags say of its slots, as the API's source.
 *
 * Knows templates and slots; knows no token.
 */
import type { SegmentInput, SourceInput } from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import type { Mask } from '../text/mask.ts';
import type { Template } from '../text/template.ts';
import { parseTemplate } from '../text/template-notation.ts';
import type { FlagProblems } from './flag-problems.ts';
import { type SlotLists, slotListsOf } from './slot-lists.ts';

/** Flags about slots: `slot=text,text`. */
export type SourceFlags = {
  readonly choices: readonly string[];
  readonly banned: readonly string[];
};

/** The template itself, or its segments where flags name slots and it can be read: else the server says what is wrong. */
export function sourceOf(
  template: string,
  { choices, banned }: SourceFlags,
  problems: FlagProblems,
): SourceInput {
  if (choices.length === 0 && banned.length === 0) return { text: template };
  const parts = readParts(template);
  if (parts === null) return { text: template };
  const slotCount = parts.filter(({ kind }) => kind === 'mask').length;
  const choicesOf = slotListsOf('--choices', choices, { slotCount, problems });
  const bannedOf = slotListsOf('--banned', banned, { slotCount, problems });
  return { segments: segmentsOf({ parts }, choicesOf, bannedOf) };
}

/** Null for a template that is wrong: the server finds its problems together with those of the whole request. */
function readParts(template: string): Template['parts'] | null {
  try {
    return parseTemplate(template, []).parts;
  } catch (error) {
    if (error instanceof InfillError) return null;
    throw error;
  }
}

function segmentsOf({ parts }: Template, choices: SlotLists, banned: SlotLists): SegmentInput[] {
  let index = -1;
  return parts.map((part) => {
    if (part.kind === 'literal') return { text: part.text };
    index += 1;
    const length = lengthOf(part);
    return { slot: { length, choices: choices.get(index), banned: banned.get(index) } };
  });
}

function lengthOf({ length: { min, max } }: Mask) {
  return min === max ? { tokens: min } : { between: { min, max } };
}
