import { describe, expect, it } from 'vitest';
import { binomial } from '../../src/numerics/binomial.ts';

describe('binomial', () => {
  it('gives worked examples', () => {
    expect([...binomial(2, 0.5)]).toEqual(
      [0.25, 0.5, 0.25].map((prob) => expect.closeTo(prob, 12)),
    );
    expect([...binomial(3, 0.1)]).toEqual(
      [0.729, 0.243, 0.027, 0.001].map((prob) => expect.closeTo(prob, 12)),
    );
  });

  it('is certain at chances 0 and 1, and without trials', () => {
    expect([...binomial(3, 0)]).toEqual([1, 0, 0, 0]);
    expect([...binomial(3, 1)]).toEqual([0, 0, 0, 1]);
    expect([...binomial(0, 0.3)]).toEqual([1]);
  });

  it('sums to 1 and has its mean where a single probability would underflow', () => {
    const probs = binomial(4000, 0.25);
    const total = probs.reduce((sum, prob) => sum + prob, 0);
    const mean = probs.reduce((sum, prob, successes) => sum + prob * successes, 0);
    expect(probs[0]).toBe(0);
    expect(total).toBeCloseTo(1, 9);
    expect(mean).toBeCloseTo(1000, 6);
  });
});
