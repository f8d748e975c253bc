import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maria } from '../../plugins/maria/index.ts';
import { drawnProbsInto } from '../../src/decoding/distribution.ts';
import { InfillEngine } from '../../src/decoding/infill-engine.ts';
import { maskedShareOf } from '../../src/decoding/masked-share.ts';
import { createRegistry } from '../../src/decoding/registry.ts';
import { argmax, penaliseRepeats } from '../../src/numerics/sampling.ts';

import { engineOf, outcomeOf, requestOf, tokensOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { causalRow, fakeModels, maskedRow } from '../support/fake-models.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' sat', 'é']);
const { vocabularySize } = tokenizer;
const maskId = 3;

/** The option as a client sends it: chosen by the decoder when absent. */
const windowOption = (size: number | 'auto') => (size === 'auto' ? {} : { draftWindow: size });

/** The mean of both models' logits, specials forbidden: what the untrained fusion is. */
function fusedRow(
  prefix: readonly number[],
  ids: readonly (number | null)[],
  size: number,
): Float32Array {
  const masked = ids.map((id) => id ?? maskId);
  const other = maskedRow(masked, prefix.length - 1, { vocabularySize: size });
  return causalRow(prefix, size)
    .map((logit, id) => logit / 2 + (other[id] ?? 0) / 2)
    .fill(Number.NEGATIVE_INFINITY, 0, 4);
}

describe('maria', () => {
  it('takes the most probable token of the mean of both models’ logits, with one masked pass', async () => {
    const tokens = [10, null, 12, 13, null, null, 16];
    const decoder = { name: 'maria', options: { draftWindow: 0 } };
    const outcome = await outcomeOf(
      engineOf(maria),
      requestOf(maria, { source: { tokens }, decoder }),
    );
    const prefix = [1];
    for (const [position, token] of tokens.entries()) {
      const expected = token ?? argmax(fusedRow(prefix, tokens, vocabularySize));
      prefix.push(expected);
      if (token === null) {
        expect(tokensOf(outcome).find((fill) => fill.position === position)?.id).toBe(expected);
      }
    }
    expect(outcome.usage).toMatchObject({ causalPasses: 3, maskedPasses: 1, committedTokens: 3 });
  });

  it('tells the masked model’s share in each token', async () => {
    const tokens = [10, null, 12];
    const outcome = await outcomeOf(engineOf(maria), requestOf(maria, { source: { tokens } }));
    const row = fusedRow([1, 10], tokens, vocabularySize);
    const part = maskedRow([10, maskId, 12], 1, { vocabularySize });
    const tokenId = argmax(row);
    expect(tokensOf(outcome)).toMatchObject([
      { id: tokenId, maskedShare: maskedShareOf(row, { part, scale: 1 / 2 }, tokenId) },
    ]);
  });

  it('gives the same tokens and log-probabilities for every draft window', async () => {
    const sources = fc.array(
      fc.option(fc.integer({ min: 4, max: vocabularySize - 1 }), { freq: 1 }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    const samplings = fc.record(
      {
        temperature: fc.constantFrom(0, 0.5, 1, 2),
        topK: fc.integer({ min: 1, max: 20 }),
        topP: fc.double({ min: 0.1, max: 1, noNaN: true }),
        repetitionPenalty: fc.double({ min: 1, max: 3, noNaN: true }),
      },
      { requiredKeys: ['temperature'] },
    );
    await fc.assert(
      fc.asyncProperty(
        sources,
        samplings,
        fc.bigInt({ min: 0n, max: 1000n }),
        async (tokens, sampling, seed) => {
          const fill = async (draftWindow: number | 'auto') => {
            const decoder = { name: 'maria', options: windowOption(draftWindow) };
            const request = requestOf(maria, {
              source: { tokens },
              sampling,
              seed,
              decoder,
              alternatives: 2,
            });
            return outcomeOf(engineOf(maria), request);
          };
          const plain = await fill(0);
          for (const draftWindow of ['auto', 1, 2, 5, 16] as const) {
            const drafted = await fill(draftWindow);
            const strip = tokensOf(drafted).map(({ step: _, ...token }) => token);
            expect(strip).toEqual(tokensOf(plain).map(({ step: _, ...token }) => token));
            expect(drafted.usage.causalPasses).toBeLessThanOrEqual(plain.usage.causalPasses);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('gives the same choice for every draft window, and scores it as it reported it', async () => {
    const choices = ['cow', 'cat', 'dot', 'dog', 'dig'];
    const slot = { length: { tokens: 3 }, choices };
    const source = { segments: [{ text: 'a' }, { slot }, { text: 'b' }, { slot }] };
    const engine = engineOf(maria);
    const chosen = new Set<string>();
    for (let seed = 0n; seed < 30n; seed++) {
      const sampling = { temperature: seed === 0n ? 0 : 1 };
      const fill = (draftWindow: number | 'auto') => {
        const decoder = { name: 'maria', options: windowOption(draftWindow) };
        return outcomeOf(engine, requestOf(maria, { source, sampling, seed, decoder }));
      };
      const plain = await fill(0);
      const ids = tokensOf(plain).map(({ id }) => id);
      for (const draftWindow of ['auto', 1, 3] as const) {
        expect(tokensOf(await fill(draftWindow)).map(({ id }) => id)).toEqual(ids);
      }
      const request = requestOf(maria, { source });
      const fillGiven = { request, fill: { tokens: ids }, draws: 1 };
      const { likelihood } = await engine.score(fillGiven, new AbortController().signal);
      expect(likelihood.logProb).toBeCloseTo(plain.likelihood?.logProb ?? Number.NaN, 9);
      for (const { text } of plain.slots) chosen.add(text);
    }
    // Each of five has a part of 60 fills.
    expect(chosen).toEqual(new Set(choices));
  }, 60_000);

  it('accepts several drafts in one pass where the models agree', async () => {
    // A causal part without an opinion: the fused distribution is then the masked model's own.
    const fusion = {
      scale: 1,
      causalPart: async (hidden: Float32Array) => hidden.fill(0),
      maskedPart: async (hidden: Float32Array) => hidden.slice(),
    };
    const engine = new InfillEngine({
      models: { ...fakeModels({ vocabularySize }), fusion },
      tokenizer,
      registry: createRegistry([maria]),
      limits: { maxRunning: 1, maxWaiting: 1, maxBytes: 2 ** 30 },
      now: () => 0,
    });
    const source = { tokens: new Array<null>(20).fill(null) };
    for (const temperature of [0, 1]) {
      const passesOf = async (draftWindow: number | 'auto') => {
        const decoder = { name: 'maria', options: windowOption(draftWindow) };
        const request = requestOf(maria, { source, decoder, sampling: { temperature } });
        return (await outcomeOf(engine, request)).usage.causalPasses;
      };
      expect(await passesOf(4)).toBe(4);
      // More than the one draft that costs nothing.
      expect(await passesOf('auto')).toBeLessThan(await passesOf(1));
    }
  });

  it('applies the repetition penalty to known tokens on both sides and to what it committed', async () => {
    // Among so many of 264 ids some would repeat.
    const tokens = [10, ...new Array<null>(50).fill(null), 12];
    const repetitionPenalty = 5;
    const fills = tokensOf(
      await outcomeOf(
        engineOf(maria),
        requestOf(maria, { source: { tokens }, sampling: { repetitionPenalty } }),
      ),
    );
    const ids = [...tokens];
    for (const { position, id } of fills) {
      const prefix = [1, ...ids.slice(0, position).map((known) => known ?? maskId)];
      const row = fusedRow(prefix, tokens, vocabularySize);
      penaliseRepeats(row, new Set(ids.filter((known) => known !== null)), repetitionPenalty);
      expect(id).toBe(argmax(row));
      ids[position] = id;
    }
  });

  describe('with more open positions than a block of logits', () => {
    const tokens = [10, ...new Array<null>(150).fill(null), 12];
    const rowCounts: number[] = [];
    const models = fakeModels({ vocabularySize });
    const { masked } = models;
    if (masked === null) throw new Error('The fake pack has a masked role.');
    const counted = {
      hiddenSize: masked.hiddenSize,
      encode: (ids: readonly number[]) => masked.encode(ids),
      logits: (hidden: Float32Array) => {
        rowCounts.push(hidden.length / masked.hiddenSize);
        return masked.logits(hidden);
      },
    };
    const engine = new InfillEngine({
      models: { ...models, masked: counted, facts: { ...models.facts, contextLength: 256 } },
      tokenizer,
      registry: createRegistry([maria]),
      limits: { maxRunning: 1, maxWaiting: 1, maxBytes: 2 ** 30 },
      now: () => 0,
    });
    const fill = (draftWindow: number | 'auto', temperature: number) =>
      outcomeOf(
        engine,
        requestOf(maria, {
          source: { tokens },
          sampling: { temperature },
          decoder: { name: 'maria', options: windowOption(draftWindow) },
        }),
      );

    it('takes the most probable token of the right row, and computes at most a block at once', async () => {
      const prefix = [1, 10];
      for (const { id } of tokensOf(await fill(0, 0))) {
        expect(id).toBe(argmax(fusedRow(prefix, tokens, vocabularySize)));
        prefix.push(id);
      }
      expect(prefix.length).toBe(152);
      expect(rowCounts).toEqual([64, 64, 22]);
    });

    it('gives the same tokens for every draft window, and scores them as it reported them', async () => {
      const plain = await fill(0, 1);
      const ids = tokensOf(plain).map(({ id }) => id);
      for (const draftWindow of ['auto', 1, 5, 16] as const) {
        expect(tokensOf(await fill(draftWindow, 1)).map(({ id }) => id)).toEqual(ids);
      }
      const signal = new AbortController().signal;
      const score = await engine.score(
        { request: requestOf(maria, { source: { tokens } }), fill: { tokens: ids }, draws: 1 },
        signal,
      );
      expect(score.likelihood.logProb).toBeCloseTo(plain.likelihood?.logProb ?? Number.NaN, 9);
    });
  });

  const windowOptions = (['auto', 0, 1, 2] as const).map(windowOption);

  it('samples from the fused distribution: chi-square over all fills of two positions', async () => {
    const size = 8;
    const engine = new InfillEngine({
      models: fakeModels({ vocabularySize: size }),
      tokenizer: new ByteTokenizer(),
      registry: createRegistry([maria]),
      limits: { maxRunning: 1, maxWaiting: 1, maxBytes: 2 ** 30 },
      now: () => 0,
    });
    const tokens = [5, null, 6, null];
    const runs = 20_000;
    const counts = new Map<string, number>();
    for (let seed = 0n; seed < runs; seed++) {
      const decoder = { name: 'maria', options: windowOptions[Number(seed % 4n)] ?? {} };
      const request = requestOf(maria, {
        source: { tokens },
        seed,
        sampling: { temperature: 1 },
        decoder,
      });
      const key = tokensOf(await outcomeOf(engine, request))
        .map(({ id }) => id)
        .join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    let chiSquare = 0;
    let total = 0;
    const probs = new Float64Array(size);
    for (let first = 4; first < size; first++) {
      drawnProbsInto(fusedRow([1, 5], tokens, size), { temperature: 1 }, probs);
      const firstProb = probs[first] ?? 0;
      drawnProbsInto(fusedRow([1, 5, first, 6], tokens, size), { temperature: 1 }, probs);
      for (let second = 4; second < size; second++) {
        const prob = firstProb * (probs[second] ?? 0);
        total += prob;
        chiSquare += ((counts.get(`${first},${second}`) ?? 0) - runs * prob) ** 2 / (runs * prob);
      }
    }
    expect(total).toBeCloseTo(1, 10);
    // 15 degrees of freedom: above 44.3 with probability 1e-4, were the seeds not fixed.
    expect(chiSquare).toBeLessThan(44.3);
  }, 180_000);
});
