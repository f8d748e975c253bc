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

/** How many combinations of lengths the slots can have. */
export function lengthCombinations({ slots }: PromptShape): number {
  return slots.reduce((product, { lengths }) => product * lengths.length, 1);
}

/** The least, or the greatest, length of each slot. */
export function extremeLengths({ slots }: PromptShape, end: 'least' | 'greatest'): number[] {
  return slots.map(({ lengths, min }) => lengths.at(end === 'least' ? 0 : -1) ?? min);
}

/** Open tokens with the greatest lengths. */
export function mostOpenTokens(shape: PromptShape): number {
  return sumOf(extremeLengths(shape, 'greatest'));
}

/**
 * The most open tokens that are decoded: those of every sample with the greatest lengths; where every combination of
 * lengths is decoded, those of all combinations stand for the first sample.
 *
 * Example: lengths 1–2 and 3, 2 samples → 5 + 5 with CAL, (1 + 3) + (2 + 3) + 5 with DECODE_ALL.
 */
export function decodedTokens(
  shape: PromptShape,
  { samples, lengthSearch }: { readonly samples: number; readonly lengthSearch: LengthSearch },
): number {
  const most = mostOpenTokens(shape);
  if (lengthSearch === 'CAL') return most * samples;
  return combinedTokens(shape) + most * (samples - 1);
}

/** Open tokens summed over all combinations: a length occurs in as many of them as the other slots have. */
function combinedTokens(shape: PromptShape): number {
  const combinations = lengthCombinations(shape);
  return sumOf(
    shape.slots.map(({ lengths }) => (sumOf(lengths) * combinations) / Math.max(1, lengths.length)),
  );
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

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
