import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowStatistics } from '../../src/numerics/row-statistics.ts';

describe('rowStatistics', () => {
  it('measures a worked example', () => {
    const { maxProb, margin, entropy } = rowStatistics(Float32Array.of(0, Math.log(3)));
    expect(maxProb).toBeCloseTo(0.75, 7);
    expect(margin).toBeCloseTo(0.5, 7);
    expect(entropy).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 7);
  });

  it('is certain of the only allowed token', () => {
    const row = new Float32Array(5).fill(Number.NEGATIVE_INFINITY);
    row[3] = -80;
    expect(rowStatistics(row)).toEqual({ maxProb: 1, margin: 1, entropy: 0 });
  });

  it('has no margin between equal tokens', () => {
    expect(rowStatistics(Float32Array.of(2, -1, 2)).margin).toBe(0);
    expect(rowStatistics(new Float32Array(8)).entropy).toBeCloseTo(Math.log(8), 12);
  });

  it('gives NaN for a row without a finite entry, and for one with NaN', () => {
    const forbidden = new Float32Array(3).fill(Number.NEGATIVE_INFINITY);
    expect(rowStatistics(forbidden).entropy).toBeNaN();
    expect(rowStatistics(Float32Array.of(1, Number.NaN, 2)).entropy).toBeNaN();
  });

  it('is what sorting and adding up plainly gives', () => {
    const logits = fc.oneof(
      { weight: 9, arbitrary: fc.float({ min: -50, max: 50, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NEGATIVE_INFINITY) },
    );
    fc.assert(
      fc.property(fc.array(logits, { minLength: 2, maxLength: 30 }), (values) => {
        const row = Float32Array.from([...values, 0]);
        const weights = [...row].map((logit) => Math.exp(logit - Math.max(...row)));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const probs = weights.map((weight) => weight / total).sort((a, b) => b - a);
        const [first = 0, second = 0] = probs;
        const surprise = probs.map((prob) => (prob === 0 ? 0 : -prob * Math.log(prob)));
        const { maxProb, margin, entropy } = rowStatistics(row);
        expect(maxProb).toBeCloseTo(first, 12);
        expect(margin).toBeCloseTo(first - second, 12);
        expect(entropy).toBeCloseTo(
          surprise.reduce((sum, term) => sum + term, 0),
          10,
        );
      }),
    );
  });
});
