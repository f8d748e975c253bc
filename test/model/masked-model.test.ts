/**
 * The masked role of the bundled pack, with and without a frame.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MaskedModel } from '../../src/model/models.ts';
import { type Opened, openMaskedModel } from '../../src/model/open-models.ts';
import type { MaskedDescription } from '../../src/model/pack-description.ts';
import { bundledDescription } from '../support/bundled-pack.ts';
import { expectSameBits } from '../support/same-bits.ts';

const { masked, facts } = await bundledDescription();
const settings = { device: 'cpu', threads: 2 } as const;
let model: Opened<MaskedModel>;

beforeAll(async () => {
  model = await openMaskedModel(description(), settings);
});
afterAll(() => model.close());

function description(): MaskedDescription {
  if (masked === null) {
    throw new Error('The bundled pack has no masked role.');
  }
  return masked;
}

function someIds(count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    i % 3 === 0 ? (facts.maskId ?? 0) : 4 + ((i * 7919) % 4000),
  );
}

describe('encode', () => {
  it.each([1, 2, facts.contextLength])(
    'gives a finite row for each of %i positions',
    async (count) => {
      const hidden = await model.encode(someIds(count));
      expect(hidden).toHaveLength(count * model.hiddenSize);
      expect(hidden.every(Number.isFinite)).toBe(true);
    },
  );

  it('gives the same bits each time', async () => {
    const ids = someIds(50);
    expectSameBits(await model.encode(ids), await model.encode(ids));
  });

  it('looks to the right as well as to the left', async () => {
    const ids = someIds(20);
    const [left, right] = [ids.with(0, 77), ids.with(19, 77)];
    const tenth = (hidden: Float32Array) =>
      hidden.slice(10 * model.hiddenSize, 11 * model.hiddenSize);
    const expected = tenth(await model.encode(ids));
    expect(tenth(await model.encode(left))).not.toEqual(expected);
    expect(tenth(await model.encode(right))).not.toEqual(expected);
  });

  it('puts the frame around the prompt and leaves it out of the rows', async () => {
    const framed = await openMaskedModel(
      { ...description(), prefixIds: [1, 2], suffixIds: [2] },
      settings,
    );
    const ids = someIds(9);
    const rows = await model.encode([1, 2, ...ids, 2]);
    const start = 2 * model.hiddenSize;
    expectSameBits(await framed.encode(ids), rows.subarray(start, start + 9 * model.hiddenSize));
    await framed.close();
  });
});

describe('logits', () => {
  it.each([1, 2, 65])('of %i rows are those of the same rows among others', async (count) => {
    const hidden = await model.encode(someIds(70));
    const rows = hidden.subarray(0, count * model.hiddenSize);
    const all = await model.logits(hidden);
    expectSameBits(await model.logits(rows), all.subarray(0, count * facts.vocabularySize));
  });

  it('refuses values that are no whole rows', async () => {
    await expect(model.logits(new Float32Array(model.hiddenSize + 1))).rejects.toThrow(
      'are no rows',
    );
    await expect(model.logits(new Float32Array(0))).rejects.toThrow('are no rows');
  });
});
