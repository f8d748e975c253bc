/**
 * What a request costs: the most passes that it makes with either model, and no less than the tokens it has to fill.
 *
 * Knows lengths and step bounds; what a pass takes depends on the machine and on the length of the text.
 */
import type { Problem } from '../errors.ts';
import type { PromptShape } from '../text/prompt.ts';
import type { LikelihoodKind } from './decoder.ts';
import type { InfillRequest } from './infill-request.ts';
import { maxProbes } from './length-climb.ts';
import { combinationsOf } from './length-search.ts';
import {
  extremeLengths,
  hasUnknownLengths,
  lengthCombinations,
  maxLengthCombinations,
  sumOf,
} from './unknown-lengths.ts';

/** How a fill is made, as far as it decides the cost. */
export type FillCostOptions = Pick<InfillRequest, 'samples' | 'lengthSearch'> & {
  /** The decoder's step bound. */
  maxSteps(openCount: number): number;
  /** Passes that compare one of several lengths once it is decoded. */
  readonly comparingPasses: number;
};

/**
 * Returns the cost of a fill. A sample costs its open tokens, or the steps of the decoder where those can be more. Unknown
 * lengths count as their greatest; with CAL, each length that may be tried costs 1. With DECODE_ALL, all combinations
 * stand for the first sample, each as a sample and the passes that compare it.
 *
 * Example: lengths 1–2 and 3, 2 samples → (2 + 3) × 2 + 2 with CAL; (1 + 3 + 1) + (2 + 3 + 1) + 5 with DECODE_ALL
 * where one pass compares.
 */
export function fillCost(
  shape: PromptShape,
  { samples, lengthSearch, maxSteps, comparingPasses }: FillCostOptions,
): number {
  const costOf = (lengths: readonly number[]) => {
    const openCount = sumOf(lengths);
    return openCount === 0 ? 0 : Math.max(openCount, maxSteps(openCount));
  };
  const greatest = costOf(extremeLengths(shape, 'greatest'));
  if (!hasUnknownLengths(shape)) return greatest * samples;
  const allowed = shape.slots.map(({ lengths }) => lengths);
  if (lengthSearch === 'CAL') return greatest * samples + maxProbes(allowed);
  // More combinations are refused.
  if (lengthCombinations(shape) > maxLengthCombinations) return greatest * samples;
  const trials = [...combinationsOf(allowed)].map((lengths) => costOf(lengths) + comparingPasses);
  return sumOf(trials) + greatest * (samples - 1);
}

/** How a score is made, as far as it decides the cost. */
type ScoreCostOptions = {
  /** Null where it has none. */
  readonly kind: LikelihoodKind | null;
  readonly openTokens: number;
  readonly draws: number;
};

/** Returns the cost of a score: its open tokens, each as often as a bound draws masks. */
export function scoreCost({ kind, openTokens, draws }: ScoreCostOptions): number {
  return openTokens * (kind === 'ELBO' ? draws : 1);
}

/** The cost of a score above the limit. */
export function scoreCostProblems(score: ScoreCostOptions, limit: number | undefined): Problem[] {
  const { kind, openTokens, draws } = score;
  const what = kind === 'ELBO' ? `${openTokens} open tokens × ${draws} draws` : 'open tokens';
  return costProblems(scoreCost(score), what, limit);
}

/** A cost above the limit. @param what - the cost is made of. */
export function costProblems(cost: number, what: string, limit: number | undefined): Problem[] {
  if (limit === undefined || cost <= limit) return [];
  const message = `The request costs ${cost} (${what}); the limit is ${limit}.`;
  const value = String(cost);
  return [{ path: ['source'], code: 'COST_TOO_HIGH', message, value, limit: String(limit) }];
}
