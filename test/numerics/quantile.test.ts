/** Quantiles, plain and weighted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile, weightedQuantile } from '../../src/numerics/quantile.ts';

describe('a quantile', () => {
  it.each([
    [[1, 2, 4], 0.75, 3],
    [[5], 0.3, 5],
    [[1, 2, 4], 1, 4],
    [[0, 10], 0.025, 0.25],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(quantile(Float64Array.from(values), share)).toBe(expected);
  });

  it('with weights is that of the values written so often', () => {
    const owned = fc.array(
      fc.record({ value: fc.integer({ min: 0, max: 50 }), owner: fc.integer({ min: 0, max: 3 }) }),
      { minLength: 1, maxLength: 12 },
    );
    const weights = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        owned,
        weights,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (pairs, times, share) => {
          const sorted = pairs.toSorted((a, b) => a.value - b.value);
          const written = sorted.flatMap(({ value, owner }) =>
            new Array(times[owner] ?? 0).fill(value),
          );
          fc.pre(written.length > 0);
          const values = {
            sorted: Float64Array.from(sorted, ({ value }) => value),
            owners: Uint32Array.from(sorted, ({ owner }) => owner),
          };
          const expected = quantile(Float64Array.from(written), share);
          expect(weightedQuantile(values, Uint32Array.from(times), share)).toBe(expected);
        },
      ),
    );
  });
});
