import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankCandidates, type Sample } from '../../src/decoding/rank-candidates.ts';

const sample = (tokenIds: readonly number[], logProb: number | null): Sample => ({
  tokenIds,
  likelihood: logProb === null ? null : { kind: 'CHAIN_RULE', logProb },
});

describe('rankCandidates', () => {
  it('makes equal samples one candidate and counts them', () => {
    const [a, b, again] = [sample([1, 2], -3), sample([12], -1), sample([1, 2], -3)];
    expect(rankCandidates([a, b, again])).toEqual({
      order: 'LIKELIHOOD',
      ranked: [
        { sample: b, count: 1 },
        { sample: a, count: 2 },
      ],
    });
  });

  it('keeps the order drawn among equally likely ones', () => {
    const samples = [sample([1], -2), sample([2], -1), sample([3], -2), sample([4], -1)];
    const { ranked } = rankCandidates(samples);
    expect(ranked.map(({ sample: { tokenIds } }) => tokenIds[0])).toEqual([2, 4, 1, 3]);
  });

  it('keeps the order drawn where one of them has no likelihood', () => {
    const samples = [sample([1], -2), sample([2], null), sample([3], -1)];
    expect(rankCandidates(samples)).toEqual({
      order: 'DRAWN',
      ranked: samples.map((each) => ({ sample: each, count: 1 })),
    });
  });

  it('counts every sample once', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(2), { maxLength: 2 }), { minLength: 1 }), (fills) => {
        const { ranked } = rankCandidates(fills.map((tokenIds) => sample(tokenIds, -1)));
        expect(ranked.reduce((sum, { count }) => sum + count, 0)).toBe(fills.length);
        expect(new Set(ranked.map((each) => each.sample.tokenIds.join())).size).toBe(ranked.length);
      }),
    );
  });
});
