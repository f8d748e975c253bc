/**
 * Estimates with bootstrap intervals, paired differences and corrected p-values, from samples that are already drawn.
 *
 * Knows scales; knows no metric and no entrant.
 */
import { quantile } from '../numerics/quantile.ts';

/** The ends of a 95 % interval. */
export type Interval = { readonly low: number; readonly high: number };

const tail = 0.025;

/** With fewer groups, percentile intervals are markedly too narrow, and p-values too small. */
const enoughGroups = 20;

/** Returns a warning where an interval is made of few groups; null where there are enough. */
export function fewGroupsNote(groupCount: number): string | null {
  if (groupCount >= enoughGroups) return null;
  return `of ${groupCount} groups only, so the interval is too narrow`;
}

/** Returns what there is to tell, in one line; null where there is nothing. */
export function joinedNotes(notes: readonly (string | null)[]): string | null {
  const told = notes.filter((note) => note !== null);
  return told.length === 0 ? null : told.join('; ');
}

/** Returns the percentile interval: the 2.5 % and 97.5 % quantiles. @param samples - at least one; sorted in place. */
export function percentileInterval(samples: Float64Array): Interval {
  samples.sort();
  return { low: quantile(samples, tail), high: quantile(samples, 1 - tail) };
}

/**
 * Returns the two-sided p-value of no difference, in (0, 1]: twice the share of resampled differences on the rarer side of 0,
 * zeros on both, one added to count and total so that it is never 0.
 *
 * Source: Davison, Hinkley 1997, "Bootstrap methods and their application", 4.2.
 */
export function twoSidedPValue(differences: Float64Array): number {
  let atMost = 0;
  let atLeast = 0;
  for (const difference of differences) {
    if (difference <= 0) atMost += 1;
    if (difference >= 0) atLeast += 1;
  }
  return Math.min(1, (2 * (Math.min(atMost, atLeast) + 1)) / (differences.length + 1));
}

/**
 * Returns p-values corrected for how many there are, in the order given; the chance of one or more false findings among them
 * stays below the level they are compared with.
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure". Example: [0.01, 0.04, 0.03] → [0.03, 0.06, 0.06].
 */
export function holm(pValues: readonly number[]): number[] {
  const ascending = pValues
    .map((pValue, index) => ({ pValue, index }))
    .toSorted((a, b) => a.pValue - b.pValue);
  const adjusted = pValues.map(() => 1);
  let least = 0;
  for (const [rank, { pValue, index }] of ascending.entries()) {
    least = Math.max(least, Math.min(1, pValue * (pValues.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}
