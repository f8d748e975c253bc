import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { diffusion } from '../../plugins/diffusion/index.ts';
import { maria } from '../../plugins/maria/index.ts';
import { maskedLm } from '../../plugins/masked-lm/index.ts';
import { estimateBytes } from '../../src/decoding/estimate-bytes.ts';
import { fillCost } from '../../src/decoding/request-cost.ts';
import { checkTimeoutMs, engineOf, outcomeOf, requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';
import { shapeOf } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer([' a', ' b', ' cd']);
const { vocabularySize } = tokenizer;

/** A word and a slot whose length is one of some. */
const gaps = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }))
  .map(([least, more]) => `a [MASK:${least}-${least + more}]`);

describe('the cost of a fill', () => {
  it.each([autoregressive, maria, maskedLm, diffusion])(
    'is at least the passes that $name makes with either model, however lengths are found',
    async (plugin) => {
      const asked = fc.record({
        text: fc.array(gaps, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join(' ')}.`),
        lengthSearch: fc.constantFrom('CAL' as const, 'DECODE_ALL' as const),
        samples: fc.integer({ min: 1, max: 3 }),
        seed: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        salt: fc.nat({ max: 1000 }),
      });
      await fc.assert(
        fc.asyncProperty(asked, async ({ text, lengthSearch, samples, seed, salt }) => {
          const engine = engineOf(plugin, {
            tokenizer,
            models: fakeModels({ vocabularySize, salt }),
          });
          const source = { text };
          const request = requestOf(plugin, { source, lengthSearch, samples, seed });
          const { cost } = engine.prepare(request);
          const { usage } = await outcomeOf(engine, request);
          expect(usage.causalPasses).toBeLessThanOrEqual(cost);
          expect(usage.maskedPasses).toBeLessThanOrEqual(cost);
        }),
        { numRuns: 60 },
      );
    },
    checkTimeoutMs,
  );

  it('is that of the worked example', () => {
    const shape = shapeOf('a [MASK:1-2] b [MASK:3]', tokenizer);
    const asked = { samples: 2, maxSteps: (openCount: number) => openCount, comparingPasses: 1 };
    expect(fillCost(shape, { ...asked, lengthSearch: 'CAL' })).toBe((2 + 3) * 2 + 2);
    expect(fillCost(shape, { ...asked, lengthSearch: 'DECODE_ALL' })).toBe(5 + 6 + 5);
  });
});

describe('the estimate of a run', () => {
  it('has the drafts of MARIA in it: a row of float64 for each of a window', () => {
    const models = fakeModels({ vocabularySize });
    const bytesOf = (draftWindow: number | 'auto', text: string) => {
      const size = { shape: shapeOf(text, tokenizer), lengthSearch: 'CAL' } as const;
      const { ownBytes: _, ...bare } = maria;
      const options = { draftWindow };
      const whole = estimateBytes(models, { plugin: maria, options }, size);
      return (
        (whole - estimateBytes(models, { plugin: bare, options }, size)) / (8 * vocabularySize)
      );
    };
    expect(bytesOf(0, 'a [MASK:20].')).toBe(1);
    expect(bytesOf(3, 'a [MASK:20].')).toBe(4);
    expect(bytesOf('auto', 'a [MASK:20].')).toBe(8);
    expect(bytesOf(16, 'a [MASK:2].')).toBe(2);
  });
});
