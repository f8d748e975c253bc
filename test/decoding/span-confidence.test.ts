import { describe, expect, it } from 'vitest';
import { spanConfidence } from '../../src/decoding/span-confidence.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';
import type { MaskedModel } from '../../src/model/models.ts';

const vocabularySize = 4;
const probabilities = [0.1, 0.2, 0.3, 0.4];
const span = { start: 1, end: 3 };
const ids = [2, null, null];

/** The same distribution everywhere. */
const masked: MaskedModel = {
  hiddenSize: 1,
  encode: async (fed) => new Float32Array(fed.length),
  logits: async (hidden) =>
    Float32Array.from([...hidden].flatMap(() => probabilities.map(Math.log))),
};

function confidence(
  bannedIds: readonly number[],
  choices: readonly (readonly number[])[] | null = null,
): Promise<number> {
  const slots = [{ index: 0, start: 1, length: 2, bannedIds: [], choices }];
  const rules = new TokenRules(bannedIds, new Uint8Array(vocabularySize), new Set(), slots);
  return spanConfidence({ masked, maskId: 0 }, { ids, rules }, span);
}

describe('spanConfidence', () => {
  it('is the mean of the largest probabilities among what is not banned', async () => {
    expect(await confidence([])).toBeCloseTo(0.4, 6);
    expect(await confidence([3])).toBeCloseTo(0.3 / 0.6, 6);
  });

  it('is not raised by having a single choice', async () => {
    expect(await confidence([], [[0, 1]])).toBeCloseTo((0.1 + 0.2) / 2, 6);
  });

  it('takes the best that some choice has at each position', async () => {
    const choices = [
      [0, 3],
      [2, 1],
    ];
    expect(await confidence([], choices)).toBeCloseTo((0.3 + 0.4) / 2, 6);
    expect(await confidence([0], [[1, 1]])).toBeCloseTo(0.2 / 0.9, 6);
  });
});
