import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addScaledInto } from '../../src/numerics/add.ts';
import { logSumExp, normalise, softmaxWeightsInto } from '../../src/numerics/softmax.ts';

const rows = fc.float32Array({ min: -100, max: 100, noNaN: true, minLength: 1, maxLength: 50 });

describe('logSumExp', () => {
  it('is log 2 of two zeros', () => {
    expect(logSumExp(Float32Array.of(0, 0))).toBeCloseTo(Math.LN2, 15);
  });

  it('does not overflow or underflow', () => {
    expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logSumExp(Float32Array.of(-1000, Number.NEGATIVE_INFINITY))).toBe(-1000);
  });

  it('moves with a shift of the row', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -50, max: 50 }), (row, shift) => {
        const plain = Math.log(row.reduce((sum, x) => sum + Math.exp(x - 100), 0)) + 100;
        expect(logSumExp(row)).toBeCloseTo(plain, 8);
        expect(logSumExp(row.map((x) => x + shift))).toBeCloseTo(plain + shift, 3);
      }),
    );
  });
});

describe('softmaxWeightsInto', () => {
  it('returns what logSumExp gives, at temperature 1 bit for bit', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0.05, max: 5, noNaN: true }), (row, temperature) => {
        const weights = new Float64Array(row.length);
        expect(softmaxWeightsInto(row, 1, weights).logTotal).toBe(logSumExp(row));
        const scaled = row.map((x) => x / temperature);
        const { logTotal } = softmaxWeightsInto(row, temperature, weights);
        const difference = logTotal - logSumExp(scaled);
        expect(Math.abs(difference)).toBeLessThan(1e-3);
      }),
    );
  });

  it('gives the worked example', () => {
    const weights = new Float64Array(2);
    const { total } = softmaxWeightsInto(Float32Array.of(0, Math.log(3)), 1, weights);
    expect([...weights].map((weight) => weight.toFixed(6))).toEqual(['0.333333', '1.000000']);
    expect(total).toBeCloseTo(4 / 3, 6);
  });

  it.each([5e-324, 1e-310, 1e-300])('takes the largest alone at temperature %d', (temperature) => {
    const weights = new Float64Array(3);
    softmaxWeightsInto(Float32Array.of(-1, 2, Number.NEGATIVE_INFINITY), temperature, weights);
    expect([...weights]).toEqual([0, 1, 0]);
  });

  it('gives forbidden tokens no weight and the most probable one weight 1, at any temperature', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0.05, max: 5, noNaN: true }), (row, temperature) => {
        const forbidden = Float32Array.of(...row, Number.NEGATIVE_INFINITY);
        const weights = new Float64Array(forbidden.length);
        const { total } = softmaxWeightsInto(forbidden, temperature, weights);
        expect(weights.at(-1)).toBe(0);
        expect(Math.max(...weights)).toBe(1);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(total);
      }),
    );
  });
});

describe('normalise', () => {
  it('gives the worked example', () => {
    const weights = Float64Array.of(1, 3);
    normalise(weights, 4);
    expect([...weights]).toEqual([0.25, 0.75]);
  });
});

describe('addScaledInto', () => {
  it('adds in place and scales the sum', () => {
    const target = Float32Array.of(1, 2);
    addScaledInto(target, Float32Array.of(3, 4), 1 / 2);
    expect([...target]).toEqual([2, 3]);
  });
});
