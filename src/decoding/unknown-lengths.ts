/**
 * Slots whose lengths are not known: how many combinations there are, and what a search of them needs.
 *
 * Knows ranges; how lengths are found is not decided here.
 */
import type { Problem } from '../errors.ts';
import type { LoadedModels } from '../model/models.ts';
import type { PromptShape } from '../text/prompt.ts';
import type { LengthSearch } from './infill-request.ts';

/** Most combinations of lengths that are decoded one by one. */
export const maxLengthCombinations = 64;

/** Whether a slot has more than one length it can have. */
export function hasUnknownLengths({ slots }: PromptShape): boolean {
  return slots.some(({ lengths }) => lengths.length > 1);
}

/** How many combinations of lengths the slots can have; one without any, which is refused, counts as one of one. */
export function lengthCombinations({ slots }: PromptShape): number {
  return slots.reduce((product, { lengths }) => product * Math.max(1, lengths.length), 1);
}

/** The least, or the greatest, length of each slot. */
export function extremeLengths({ slots }: PromptShape, end: 'least' | 'greatest'): number[] {
  return slots.map(({ lengths, min }) => lengths.at(end === 'least' ? 0 : -1) ?? min);
}

/** Open tokens with the greatest lengths. */
export function mostOpenTokens(shape: PromptShape): number {
  return sumOf(extremeLengths(shape, 'greatest'));
}

/** Open tokens with the least lengths. */
export function leastOpenTokens(shape: PromptShape): number {
  return sumOf(extremeLengths(shape, 'least'));
}

/** The most open tokens of one slot with choices, of which a pass commits one; 1 where no slot has any. */
export function mostConstrained({ slots }: PromptShape): number {
  const counts = slots.map(({ choices, lengths }) =>
    choices === null ? 1 : (lengths.at(-1) ?? 1),
  );
  return Math.max(1, ...counts);
}

/** Why unknown lengths cannot be found as asked. */
export function lengthProblems(
  shape: PromptShape,
  search: LengthSearch,
  models: LoadedModels,
): Problem[] {
  if (!hasUnknownLengths(shape)) return [];
  return search === 'CAL' ? roleProblems(models) : combinationProblems(shape);
}

function roleProblems({ masked, facts }: LoadedModels): Problem[] {
  if (masked !== null) return [];
  const message =
    `Pack "${facts.id}" has no masked model, which CAL decides unknown lengths with; ` +
    'DECODE_ALL needs none.';
  return [{ path: ['lengthSearch'], code: 'UNSUPPORTED', message, value: 'CAL', limit: null }];
}

function combinationProblems(shape: PromptShape): Problem[] {
  const count = lengthCombinations(shape);
  if (count <= maxLengthCombinations) return [];
  const message = `The slots can have ${count} combinations of lengths; DECODE_ALL decodes at most ${maxLengthCombinations}.`;
  const limit = String(maxLengthCombinations);
  const value = String(count);
  return [{ path: ['lengthSearch'], code: 'COST_TOO_HIGH', message, value, limit }];
}

/** The sum of counts. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
