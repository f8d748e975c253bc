import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeLargest } from '../../src/numerics/largest.ts';
import {
  argmax,
  inverseCdf,
  keepTopK,
  keepTopP,
  penaliseRepeats,
  subtractDraft,
} from '../../src/numerics/sampling.ts';

const weights = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 40 })
  .filter((ws) => ws.some((w) => w > 0));
const normalised = (ws: readonly number[]) => {
  const sum = ws.reduce((total, w) => total + w, 0);
  return Float64Array.from(ws, (w) => w / sum);
};
const byProbability = (probs: Float64Array) =>
  [...probs.keys()].sort((a, b) => (probs[b] ?? 0) - (probs[a] ?? 0) || a - b);

describe('takeLargest', () => {
  it('pops in the order of a stable sort', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 40 }), (ws, count) => {
        const probs = normalised(ws);
        expect(takeLargest(probs, (taken) => taken < count)).toEqual(
          byProbability(probs).slice(0, count),
        );
      }),
    );
  });
});

describe('argmax', () => {
  it('takes the lowest of equal indices', () => {
    expect(argmax(Float32Array.of(1, 3, 3))).toBe(1);
  });
});

describe('penaliseRepeats', () => {
  it('lowers positive and negative logits of the given tokens only', () => {
    const logits = Float32Array.of(2, -2, 1);
    penaliseRepeats(logits, [0, 1], 2);
    expect([...logits]).toEqual([1, -4, 1]);
  });
});

describe('keepTopK and keepTopP', () => {
  it('give the worked examples', () => {
    const worked = ['0.625000000000', '0.375000000000', '0.000000000000'];
    const topK = Float64Array.of(0.5, 0.3, 0.2);
    keepTopK(topK, 2);
    expect([...topK].map((p) => p.toFixed(12))).toEqual(worked);
    const topP = Float64Array.of(0.5, 0.3, 0.2);
    keepTopP(topP, 0.7);
    expect([...topP].map((p) => p.toFixed(12))).toEqual(worked);
  });

  it('keep exactly the best tokens, renormalised', () => {
    const masses = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 10 }), masses, (ws, k, mass) => {
        const probs = normalised(ws);
        expectKept(probs, k, (cut) => keepTopK(cut, k));
        expectKept(probs, countFor(probs, mass), (cut) => keepTopP(cut, mass));
      }),
    );
  });
});

/** How many of the most probable tokens sum to at least `mass`. */
function countFor(probs: Float64Array, mass: number): number {
  let [sum, count] = [0, 0];
  for (const index of byProbability(probs)) {
    if (sum >= mass) break;
    sum += probs[index] ?? 0;
    count += 1;
  }
  return count;
}

function expectKept(probs: Float64Array, count: number, keep: (cut: Float64Array) => void): void {
  const cut = probs.slice();
  keep(cut);
  const kept = byProbability(probs).slice(0, count);
  const total = kept.reduce((sum, index) => sum + (probs[index] ?? 0), 0);
  for (const [index, prob] of probs.entries()) {
    expect(cut[index]).toBeCloseTo(kept.includes(index) ? prob / total : 0, 10);
  }
}

describe('inverseCdf', () => {
  it('gives the worked example', () => {
    expect(inverseCdf(Float64Array.of(0.25, 0, 0.75), 0.3, 1)).toBe(2);
    expect(inverseCdf(Float64Array.of(0.25, 0, 0.75), 0.2, 1)).toBe(0);
  });

  it('never returns an entry of weight 0, whatever is drawn', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (ws, u) => {
        const total = ws.reduce((sum, weight) => sum + weight, 0);
        expect(ws[inverseCdf(Float64Array.from(ws), u, total)]).toBeGreaterThan(0);
      }),
    );
  });
});

describe('subtractDraft', () => {
  it('gives the worked example', () => {
    const target = Float64Array.of(0.6, 0.4);
    expect(subtractDraft(target, Float64Array.of(0.9, 0.1))).toBeCloseTo(0.3, 12);
    expect(target[0]).toBe(0);
    expect(target[1]).toBeCloseTo(0.3, 12);
  });
});
