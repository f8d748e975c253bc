/** P-values and their correction. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm, percentileInterval, twoSidedPValue } from '../../src/benchmark/estimate.ts';

describe('Holm', () => {
  it('gives the worked example', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('keeps the order, never lowers a p-value and stays within 1 and Bonferroni', () => {
    const pValues = fc.array(fc.double({ min: 1e-4, max: 1, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(pValues, (values) => {
        const adjusted = holm(values);
        for (const [index, value] of values.entries()) {
          const corrected = adjusted[index] ?? Number.NaN;
          expect(corrected).toBeGreaterThanOrEqual(value);
          expect(corrected).toBeLessThanOrEqual(Math.min(1, value * values.length));
          const lower = values.filter((_, other) => (adjusted[other] ?? 0) < corrected);
          for (const other of lower) expect(other).toBeLessThan(value);
        }
      }),
    );
  });
});

describe('the two-sided p-value', () => {
  it.each([
    ['no draw on the rarer side', [1, 2, 3], 2 / 4],
    ['zeros on both sides', [0, 0, 0], 1],
    ['one of nine below', [-1, 1, 1, 1, 1, 1, 1, 1, 1], 4 / 10],
  ])('counts %s', (_, draws, pValue) => {
    expect(twoSidedPValue(Float64Array.from(draws))).toBe(pValue);
  });
});

describe('the interval', () => {
  it('is between the 2.5 and 97.5 % quantiles, interpolated', () => {
    const draws = Float64Array.from({ length: 101 }, (_, index) => 100 - index);
    expect(percentileInterval(draws)).toEqual({ low: 2.5, high: 97.5 });
  });
});
