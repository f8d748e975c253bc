import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitLengthBias,
  type Gap,
  GapCutter,
  type LengthBiasProgress,
} from '../../src/decoding/fit-length-bias.ts';
import { lengthBiasOf } from '../../src/decoding/span-confidence.ts';
import { wordStartIds } from '../../src/text/tokenizer.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels, maskedRow } from '../support/fake-models.ts';

const tokenizer = new ByteTokenizer([' a', ' b', ' cd', 'ef']);
const { vocabularySize } = tokenizer;
const models = fakeModels({ vocabularySize });
const starts = wordStartIds(tokenizer, vocabularySize);
const texts = ['So a cdef b, a b and a bef cd. Then cd a!', 'Or b a cd b a cd b a?'];
const options = { maxLength: 5, gapCount: 6, seed: 9n };

async function fitted(change: Partial<typeof options> = {}): Promise<LengthBiasProgress[]> {
  const all: LengthBiasProgress[] = [];
  for await (const each of fitLengthBias(models, tokenizer, texts, { ...options, ...change }))
    all.push(each);
  return all;
}

describe('fitLengthBias', () => {
  it('is, for each length, the mean of the largest probabilities over all gaps', async () => {
    const cutter = new GapCutter(tokenizer, starts, texts, { maxLength: 5, contextLength: 64 });
    const expected = [1, 2, 3, 4, 5].map((length) => {
      const means = Array.from({ length: 6 }, (_, index) => {
        const { left, right } = cutter.gap(9n, index);
        const ids = [...left, ...new Array<number>(length).fill(3), ...right];
        const largest = Array.from({ length }, (_, offset) => {
          const row = maskedRow(ids, left.length + offset, { vocabularySize });
          const weights = Array.from(row, (logit, id) =>
            id < 4 || (offset === 0 && starts[id] !== 1) ? 0 : Math.exp(logit),
          );
          return Math.max(...weights) / weights.reduce((sum, weight) => sum + weight, 0);
        });
        return largest.reduce((sum, each) => sum + each, 0) / length;
      });
      return means.reduce((sum, each) => sum + each, 0) / means.length;
    });
    const last = (await fitted()).at(-1);
    expect(last?.gapCount).toBe(6);
    for (const [index, value] of expected.entries())
      expect(last?.bias[index]).toBeCloseTo(value, 9);
  });

  it('tells the means after each gap, the same for the same seed', async () => {
    const progress = await fitted();
    expect(progress.map(({ gapCount }) => gapCount)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await fitted({ gapCount: 2 })).toEqual(progress.slice(0, 2));
    expect((await fitted({ seed: 10n })).at(-1)?.bias).not.toEqual(progress.at(-1)?.bias);
  });

  it.each([
    ['texts without a word after a space', { texts: ['', 'abcdefghijklmnop'] }, 'INVALID_INPUT'],
    ['texts that are too short', { texts: [' a b'] }, 'INVALID_INPUT'],
    ['no length', { maxLength: 0 }, 'INVALID_OPTION'],
    ['lengths that leave no room in the context', { maxLength: 57 }, 'INVALID_OPTION'],
    ['a pack without a masked model', { models: { ...models, masked: null } }, 'UNSUPPORTED'],
  ])('refuses %s', async (_, change, code) => {
    const asked = { models, texts, ...options, ...change };
    const fit = fitLengthBias(asked.models, tokenizer, asked.texts, asked);
    await expect(fit.next()).rejects.toMatchObject({ code });
  });
});

describe('GapCutter', () => {
  it('opens whole words of a text, with known tokens around them that fit the context', () => {
    const known = texts.map((text) => tokenizer.encode(text));
    /** Whether the gap is where a word begins in that text. */
    const isIn = (ids: readonly number[], { left, right, trueLength }: Gap) =>
      ids.some((id, start) => {
        const before = ids.slice(Math.max(0, start - left.length), start);
        const after = ids.slice(start + trueLength, start + trueLength + right.length);
        return starts[id] === 1 && before.join() === left.join() && after.join() === right.join();
      });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        (maxLength, seed) => {
          const cutter = new GapCutter(tokenizer, starts, texts, { maxLength, contextLength: 20 });
          for (let index = 0; index < 5; index++) {
            const { left, right, trueLength } = cutter.gap(seed, index);
            expect(left.length + maxLength + right.length).toBeLessThanOrEqual(20);
            expect(trueLength).toBeGreaterThan(0);
            expect(known.some((ids) => isIn(ids, { left, right, trueLength }))).toBe(true);
            const next =
              right[0] === undefined
                ? ' '
                : String.fromCharCode(tokenizer.bytesOf(right[0])[0] ?? 0);
            expect(next).toMatch(/[^a-z]/);
          }
        },
      ),
    );
  });

  it('opens gaps of many lengths, all words of all texts, to either side', () => {
    const cutter = new GapCutter(tokenizer, starts, texts, { maxLength: 6, contextLength: 30 });
    const gaps = Array.from({ length: 300 }, (_, index) => cutter.gap(1n, index));
    expect(new Set(gaps.map(({ trueLength }) => trueLength)).size).toBeGreaterThan(4);
    expect(gaps.some(({ left }) => left.length > 15)).toBe(true);
    expect(gaps.some(({ right }) => right.length > 15)).toBe(true);
  });
});

describe('lengthBiasOf', () => {
  it('is 1 without figures, and that of the last length beyond them', () => {
    expect([1, 2, 3].map((length) => lengthBiasOf([0.5, 0.25], length))).toEqual([0.5, 0.25, 0.25]);
    expect(lengthBiasOf(null, 4)).toBe(1);
  });
});
