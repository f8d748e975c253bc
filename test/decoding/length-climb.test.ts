import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { climbLengths, type LengthProbe, maxProbes } from '../../src/decoding/length-climb.ts';

/** Climbs with figures from a function, and keeps what was asked. */
function climb(allowed: readonly (readonly number[])[], figureOf: (probe: LengthProbe) => number) {
  const probes: LengthProbe[] = [];
  const search = climbLengths(allowed);
  let turn = search.next();
  while (turn.done !== true) {
    probes.push(turn.value);
    turn = search.next(figureOf(turn.value));
  }
  return { lengths: turn.value, probes };
}

const range = (min: number, max: number) =>
  Array.from({ length: max - min + 1 }, (_, i) => min + i);
const figures = (list: readonly number[]) => (probe: LengthProbe) =>
  list[(probe.lengths[probe.slot] ?? 0) - 1] ?? Number.NaN;
const tried = (probes: readonly LengthProbe[]) => probes.map(({ lengths }) => lengths.join());

const ranges = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 6 })), { maxLength: 3 })
  .map((slots) => slots.map(([min, more]) => range(min, min + more)));
const noise = fc.func(fc.double({ min: 0, max: 1, noNaN: true }));

describe('climbLengths', () => {
  it('goes from the middle to shorter lengths, then to longer ones, until two in a row are no better', () => {
    const { lengths, probes } = climb([range(1, 7)], figures([9, 1, 2, 3, 2, 5, 1]));
    // From 4: 3 and 2 are worse, 1 is not tried; 5 is worse, 6 is better, 7 is worse and the last.
    expect(tried(probes)).toEqual(['4', '3', '2', '5', '6', '7']);
    expect(lengths).toEqual([6]);
  });

  it('takes the shorter of two that are as good', () => {
    expect(climb([range(1, 5)], () => 1).lengths).toEqual([1]);
    expect(climb([range(1, 4)], figures([0, 1, 1, 0])).lengths).toEqual([2]);
  });

  it('asks nothing where there is nothing to decide', () => {
    expect(climb([[3], [5]], () => 1)).toEqual({ lengths: [3, 5], probes: [] });
    expect(climb([], () => 1)).toEqual({ lengths: [], probes: [] });
  });

  it('climbs one slot beside the lengths that the others have, and goes through them twice', () => {
    // The first slot is best at the length of the second, which is best at 3.
    const figureOf = ({ lengths: [first = 0, second = 0], slot }: LengthProbe) =>
      slot === 0 ? -Math.abs(first - second) : -Math.abs(second - 3);
    const { lengths, probes } = climb([range(1, 3), range(1, 3)], figureOf);
    expect(tried(probes).slice(0, 3)).toEqual(['2,2', '1,2', '3,2']);
    expect(lengths).toEqual([3, 3]);
  });

  it('finds the best of a slot whose figures rise to it and fall after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), (count, at) => {
        const best = 1 + (at % count);
        const { lengths } = climb(
          [range(1, count)],
          ({ lengths: [length = 0] }) => -Math.abs(length - best),
        );
        expect(lengths).toEqual([best]);
      }),
    );
  });

  it('asks for allowed lengths, none twice, and no more than its bound', () => {
    fc.assert(
      fc.property(ranges, noise, (allowed, figureOf) => {
        const { lengths, probes } = climb(allowed, (probe) =>
          figureOf(probe.slot, probe.lengths.join()),
        );
        for (const each of [lengths, ...probes.map((probe) => probe.lengths)]) {
          expect(each.length).toBe(allowed.length);
          for (const [slot, length] of each.entries()) expect(allowed[slot]).toContain(length);
        }
        const keys = probes.map((probe) => `${probe.slot}:${probe.lengths.join()}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(probes.length).toBeLessThanOrEqual(maxProbes(allowed));
      }),
    );
  });

  it('ends, for one slot, at the best of what it asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), noise, (count, figureOf) => {
        const of = (length: number) => figureOf(length);
        const { lengths, probes } = climb([range(1, count)], ({ lengths: [length = 0] }) =>
          of(length),
        );
        const [chosen = 0] = lengths;
        for (const {
          lengths: [length = 0],
        } of probes)
          expect(of(chosen)).toBeGreaterThanOrEqual(of(length));
      }),
    );
  });
});
