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
const byWeight = (probs: Float64Array) =>
  [...probs.keys()].sort((a, b) => (probs[b] ?? 0) - (probs[a] ?? 0) || a - b);

describe('takeLargest', () => {
  it('pops in the order of a stable sort', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 40 }), (ws, count) => {
        const probs = normalised(ws);
        expect(takeLargest(probs, (taken) => taken < count)).toEqual(
          byWeight(probs).slice(0, count),
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
    const topK = Float64Array.of(5, 3, 2);
    expect(keepTopK(topK, 10, 2)).toBe(8);
    expect([...topK]).toEqual([5, 3, 0]);
    const topP = Float64Array.of(5, 3, 2);
    expect(keepTopP(topP, 10, 0.7)).toBe(8);
    expect([...topP]).toEqual([5, 3, 0]);
  });

  it('keep exactly the best tokens, whatever the total is', () => {
    const masses = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 10 }), masses, (ws, k, mass) => {
        const all = Float64Array.from(ws);
        const total = ws.reduce((sum, weight) => sum + weight, 0);
        expectKept(all, k, (cut) => keepTopK(cut, total, k));
        expectKept(all, countFor(all, mass * total), (cut) => keepTopP(cut, total, mass));
      }),
    );
  });
});

/** How many of the greatest weights sum to at least `share`. */
function countFor(all: Float64Array, share: number): number {
  let [sum, count] = [0, 0];
  for (const index of byWeight(all)) {
    if (sum >= share) break;
    sum += all[index] ?? 0;
    count += 1;
  }
  return count;
}

function expectKept(all: Float64Array, count: number, keep: (cut: Float64Array) => number): void {
  const cut = all.slice();
  const left = keep(cut);
  const kept = byWeight(all).slice(0, count);
  for (const [index, weight] of all.entries()) {
    expect(cut[index]).toBe(kept.includes(index) ? weight : 0);
  }
  expect(left).toBeCloseTo(
    cut.reduce((sum, weight) => sum + weight, 0),
    10,
  );
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
    const target = Float64Array.of(6, 4);
    expect(subtractDraft(target, Float64Array.of(0.9, 0.1), 10)).toBeCloseTo(3, 12);
    expect(target[0]).toBe(0);
    expect(target[1]).toBeCloseTo(3, 12);
  });
});
