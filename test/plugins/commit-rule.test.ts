import { describe, expect, it } from 'vitest';
import { type Candidate, chosen, ranked } from '../../plugins/masked-lm/commit-rule.ts';
import { repredictedCount } from '../../plugins/masked-lm/mask-predict.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';

const free = new TokenRules([], new Uint8Array(1), new Set());
/** Positions 0 and 1 are of one slot with choices. */
const grouped = new TokenRules([], new Uint8Array(9), new Set(), [
  { index: 0, start: 0, length: 2, bannedIds: [], choices: [[4, 5]] },
]);
const noKey = () => 0;

const candidates: Candidate[] = [
  { position: 0, maxProb: 0.6, margin: 0.2, entropy: 0.7 },
  { position: 1, maxProb: 0.5, margin: 0.3, entropy: 0.9 },
  { position: 2, maxProb: 0.9, margin: 0.3, entropy: 0.2 },
  { position: 3, maxProb: 0.6, margin: 0.4, entropy: 0.4 },
];

const positionsOf = (some: readonly Candidate[]) => some.map(({ position }) => position);

describe('ranked', () => {
  it.each([
    ['confidence', [2, 0, 3, 1]],
    ['margin', [3, 1, 2, 0]],
    ['entropy', [2, 3, 0, 1]],
    ['left-to-right', [0, 1, 2, 3]],
  ] as const)('goes by %s, the lowest position first on ties: %j', (order, expected) => {
    expect(positionsOf(ranked(candidates, order, noKey))).toEqual(expected);
  });

  it('goes by the keys of a random order', () => {
    const keys = [0.9, 0.1, 0.5, 0.3];
    const byKey = ranked(candidates, 'random', (position) => keys[position] ?? 0);
    expect(positionsOf(byKey)).toEqual([1, 3, 2, 0]);
  });
});

describe('chosen', () => {
  const byConfidence = ranked(candidates, 'confidence', noKey);
  const byEntropy = ranked(candidates, 'entropy', noKey);
  const byThreshold = (threshold: number) =>
    ({ commit: 'threshold', order: 'confidence', threshold }) as const;
  const byBound = (entropyBound: number) =>
    ({ commit: 'entropy-bound', order: 'entropy', entropyBound }) as const;
  const byCount = (k: number) => ({ commit: 'k', order: 'confidence', k }) as const;

  it('takes the first k, or all there are', () => {
    expect(positionsOf(chosen(byConfidence, byCount(2), free))).toEqual([2, 0]);
    expect(positionsOf(chosen(byConfidence, byCount(9), free))).toEqual([2, 0, 3, 1]);
  });

  it('takes all that reach the threshold, exactly it included', () => {
    expect(positionsOf(chosen(byConfidence, byThreshold(0.6), free))).toEqual([2, 0, 3]);
  });

  it('takes the first of the order where none reaches the threshold', () => {
    expect(positionsOf(chosen(byConfidence, byThreshold(0.95), free))).toEqual([2]);
    const byMargin = ranked(candidates, 'margin', noKey);
    expect(positionsOf(chosen(byMargin, byThreshold(0.95), free))).toEqual([3]);
  });

  it('takes as many as keep the entropies beside the largest within the bound', () => {
    // Entropies 0.2, 0.4, 0.7, 0.9: beside the largest 0, 0.2, 0.6, 1.3.
    expect(positionsOf(chosen(byEntropy, byBound(0), free))).toEqual([2]);
    expect(positionsOf(chosen(byEntropy, byBound(0.19), free))).toEqual([2]);
    expect(positionsOf(chosen(byEntropy, byBound(0.2), free))).toEqual([2, 3]);
    expect(positionsOf(chosen(byEntropy, byBound(0.65), free))).toEqual([2, 3, 0]);
    expect(positionsOf(chosen(byEntropy, byBound(1.31), free))).toEqual([2, 3, 0, 1]);
  });

  it('takes one position of a slot with choices, the first in the order', () => {
    expect(positionsOf(chosen(byConfidence, byCount(3), grouped))).toEqual([2, 0, 3]);
    expect(positionsOf(chosen(byConfidence, byThreshold(0.5), grouped))).toEqual([2, 0, 3]);
    expect(positionsOf(chosen(byEntropy, byBound(9), grouped))).toEqual([2, 3, 0]);
  });

  it('takes a sure position of a slot with choices before one that only comes first', () => {
    const byMargin = ranked(candidates, 'margin', noKey);
    expect(positionsOf(chosen(byMargin, byThreshold(0.6), grouped))).toEqual([3, 2, 0]);
  });
});

describe('repredictedCount', () => {
  it('is ⌊N (T − t) / T⌋', () => {
    expect([0, 1, 2, 3].map((iteration) => repredictedCount(5, iteration, 3))).toEqual([
      5, 3, 1, 0,
    ]);
    expect([0, 1, 2].map((iteration) => repredictedCount(1, iteration, 10))).toEqual([1, 0, 0]);
  });
});
