import { describe, expect, it } from 'vitest';
import { Denoiser } from '../../src/decoding/denoiser.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';
import type { MaskedModel } from '../../src/model/models.ts';
import { fakeModels, maskedRow } from '../support/fake-models.ts';

const vocabularySize = 9;
const maskId = 3;
const rules = new TokenRules([0, 1, 2, 3], new Uint8Array(vocabularySize), new Set());

/** A denoiser over the fake masked model, with the ids of its passes and the row counts of its heads. */
function watchedDenoiser(ids: readonly (number | null)[], choiceRules = rules) {
  const { masked } = fakeModels({ vocabularySize });
  if (masked === null) throw new Error('The fake models have a masked role.');
  const encoded: number[][] = [];
  const blockSizes: number[] = [];
  const watched: MaskedModel = {
    hiddenSize: masked.hiddenSize,
    encode(given) {
      encoded.push([...given]);
      return masked.encode(given);
    },
    logits(hidden) {
      blockSizes.push(hidden.length / masked.hiddenSize);
      return masked.logits(hidden);
    },
  };
  const passes = { causal: 0, masked: 0 };
  const denoiser = new Denoiser({ masked: watched, maskId }, { ids, rules: choiceRules }, passes);
  return { denoiser, passes, encoded, blockSizes };
}

async function rowsOf(denoiser: Denoiser, positions: readonly number[]) {
  const rows = new Map<number, number[]>();
  await denoiser.forEachRow(positions, (row, position) => rows.set(position, [...row]));
  return rows;
}

const expectedRow = (ids: readonly number[], position: number) => [
  ...maskedRow(ids, position, { vocabularySize }).fill(Number.NEGATIVE_INFINITY, 0, 4),
];

describe('Denoiser', () => {
  it('gives the rows of a pass with open positions masked, specials forbidden', async () => {
    const { denoiser } = watchedDenoiser([5, null, 6, null]);
    const rows = await rowsOf(denoiser, [1, 3]);
    expect(rows.get(1)).toEqual(expectedRow([5, maskId, 6, maskId], 1));
    expect(rows.get(3)).toEqual(expectedRow([5, maskId, 6, maskId], 3));
  });

  it('makes a pass only when something changed', async () => {
    const { denoiser, passes, encoded } = watchedDenoiser([null, 5, null]);
    expect(passes.masked).toBe(0);
    await rowsOf(denoiser, [0, 2]);
    await rowsOf(denoiser, [2]);
    expect(passes.masked).toBe(1);
    denoiser.commit(0, 7);
    await rowsOf(denoiser, [2]);
    denoiser.reopen(0);
    await rowsOf(denoiser, []);
    expect(passes.masked).toBe(2);
    await rowsOf(denoiser, [0, 2]);
    expect(encoded).toEqual([
      [maskId, 5, maskId],
      [7, 5, maskId],
      [maskId, 5, maskId],
    ]);
  });

  it('computes logits of at most 64 rows at once, in the order asked', async () => {
    const { denoiser, blockSizes } = watchedDenoiser(new Array<null>(150).fill(null));
    const seen: number[] = [];
    await denoiser.forEachRow(denoiser.open, (_, position) => seen.push(position));
    expect(blockSizes).toEqual([64, 64, 22]);
    expect(seen).toEqual(denoiser.open);
    await rowsOf(denoiser, [149, 130]);
    expect(blockSizes).toEqual([64, 64, 22]);
    await rowsOf(denoiser, [149, 3]);
    expect(blockSizes).toEqual([64, 64, 22, 2]);
  });

  it('gives a committed position the row of a pass that has its token in place', async () => {
    const { denoiser } = watchedDenoiser([null, null]);
    denoiser.commit(0, 8);
    expect((await rowsOf(denoiser, [0])).get(0)).toEqual(expectedRow([8, maskId], 0));
    expect(denoiser.open).toEqual([1]);
    expect(denoiser.committed).toEqual([0]);
  });

  it('narrows choices by the other positions of the slot, never by the position’s own token', async () => {
    const choices = [
      [4, 5],
      [4, 6],
      [7, 8],
    ];
    const slot = { index: 0, start: 0, length: 2, bannedIds: [], choices };
    const choiceRules = new TokenRules([0, 1, 2, 3], new Uint8Array(9), new Set(), [slot]);
    const { denoiser } = watchedDenoiser([null, null], choiceRules);
    const allowed = async (position: number) =>
      (await rowsOf(denoiser, [position]))
        .get(position)
        ?.flatMap((logit, id) => (Number.isFinite(logit) ? [id] : []));
    expect(await allowed(1)).toEqual([5, 6, 8]);
    denoiser.commit(0, 4);
    expect(await allowed(1)).toEqual([5, 6]);
    expect(await allowed(0)).toEqual([4, 7]);
  });
});
