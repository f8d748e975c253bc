/**
 * Intervals of a figure over a set by resampling its members: the same members come up for the same count, so figures of
 * different decoders on the same passages vary together.
 */
import { keyedUniform } from '../src/numerics/keyed-random.ts';

const sampleCount = 2000;
const bootstrapSeed = 2n ** 41n;

/** The middle 95 % of `figure` over samples drawn with replacement. @param members - at least one. */
export function bootstrapInterval<Member>(
  members: readonly Member[],
  figure: (sample: readonly Member[]) => number,
): { readonly low: number; readonly high: number } {
  const figures = Array.from({ length: sampleCount }, (_, step) =>
    figure(resample(members, step)),
  ).toSorted((a, b) => a - b);
  const at = (share: number) => figures[Math.round(share * (sampleCount - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

function resample<Member>(members: readonly Member[], step: number): Member[] {
  return members.flatMap((_, position) => {
    const draw = keyedUniform(bootstrapSeed, { purpose: 'sample', position, step });
    const index = Math.floor(draw * members.length);
    return members.slice(index, index + 1);
  });
}
