import { describe, expect, it } from 'vitest';
import { unitRequest, unitScore } from '../../src/service/benchmark-unit.ts';
import { scriptedPack, scriptedScore } from '../support/scripted-dispatcher.ts';

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
