import { describe, expect, it } from 'vitest';
import { unitFill, unitRequest, unitScore } from '../../src/service/benchmark-unit.ts';
import { scriptedOutcome, scriptedPack, scriptedScore } from '../support/scripted-dispatcher.ts';

const key = { datasetDigest: 'd', seed: 1n };
const scored = {
  ...scriptedScore,
  pack: scriptedPack,
  decoderName: 'maria',
  seed: 1n,
  characterCount: null,
};

/** A token per letter. */
async function byLetters(text: string) {
  return { ids: [...text].map((letter) => letter.codePointAt(0) ?? 0), texts: [...text] };
}

describe('the score of a unit', () => {
  it('is of the characters of the gold texts and of the spaces that slots own', async () => {
    const item = {
      id: 'a',
      group: null,
      template: '[MASK], the [MASK] [MASK]',
      gold: ['So', 'é', 'b'],
    };
    const request = await unitRequest(item, { kind: 'EXPLICIT' }, key, byLetters);
    // "So", " é" and " b".
    expect(unitScore(request, scored)).toMatchObject({ characters: 6, openTokens: 6 });
  });

  it('is of the characters of the open tokens, under a masking of tokens', async () => {
    const item = { id: 'a', group: null, text: 'a bc' };
    const masking = { kind: 'RATE', rate: 1, unit: 'TOKEN' } as const;
    const request = await unitRequest(item, masking, key, byLetters);
    expect(unitScore(request, scored)).toMatchObject({ characters: 4, openTokens: 4 });
  });
});

describe('the fill of a unit', () => {
  const item = { id: 'a', group: null, text: 'a b' };
  const masking = { kind: 'SPAN', length: 1, unit: 'TOKEN' } as const;
  const token = { slot: 0, index: 0, position: 1, text: '\uFFFD', logProb: -1, step: 0 };

  it('has the memory that was measured, and the same tokens as the same text', async () => {
    const request = await unitRequest(item, masking, key, byLetters);
    const [id = 0] = request.goldIds;
    const slots = [
      { index: 0, key: null, text: '\uFFFD', tokens: [{ ...token, id, alternatives: [] }] },
    ];
    const fill = unitFill(request, { ...scriptedOutcome, slots, peakBytes: 5 });
    expect(fill).toMatchObject({ exact: true, tokens: { open: 1, matches: 1 } });
    expect(fill.cost?.peakBytes).toBe(5);
    expect(unitFill(request, scriptedOutcome).cost?.peakBytes).toBe(null);
  });
});
