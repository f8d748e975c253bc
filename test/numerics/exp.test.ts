import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expNonPositive } from '../../src/numerics/exp.ts';

/** Relative error of 4 units in the last place. */
const tolerance = 4 * Number.EPSILON;

describe('expNonPositive', () => {
  it('is exactly 1 at 0 and exactly 0 at −Infinity', () => {
    expect(expNonPositive(0)).toBe(1);
    expect(expNonPositive(-0)).toBe(1);
    expect(expNonPositive(Number.NEGATIVE_INFINITY)).toBe(0);
  });

  it('agrees with Math.exp to four units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 0, noNaN: true }), (x) => {
        const expected = Math.exp(x);
        expect(Math.abs(expNonPositive(x) - expected)).toBeLessThanOrEqual(tolerance * expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it('agrees where logits lie, on a grid', () => {
    for (let x = -40; x <= 0; x += 1 / 1024) {
      const expected = Math.exp(x);
      expect(Math.abs(expNonPositive(x) - expected)).toBeLessThanOrEqual(tolerance * expected);
    }
  });

  it('is small or 0 beyond its range', () => {
    expect(expNonPositive(-708)).toBeGreaterThan(0);
    expect(expNonPositive(-708.1)).toBe(0);
    expect(expNonPositive(-1e308)).toBe(0);
  });
});
