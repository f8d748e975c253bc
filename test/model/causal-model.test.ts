/**
 * Prefill, single steps, chunks and steps after a rewind against one full pass, on the bundled pack.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CausalModel, KvCache } from '../../src/model/models.ts';
import { type Opened, openCausalModel } from '../../src/model/open-models.ts';
import { bundledDescription } from '../support/bundled-pack.ts';
import { expectSameBits } from '../support/same-bits.ts';

const { causal: description, facts } = await bundledDescription();
/** Hundreds of passes, on a machine that may have other work. */
const unhurried = { timeout: 60_000 };
let model: Opened<CausalModel>;

beforeAll(async () => {
  if (description === null) {
    throw new Error('The bundled pack has no causal role.');
  }
  model = await openCausalModel(description, { device: 'cpu', threads: 2 });
});
afterAll(() => model.close());

/** Ordinary ids in no order that a chunk border could agree with. */
function someIds(count: number, seed = 1): number[] {
  return Array.from(
    { length: count },
    (_, i) => 4 + ((i * 7919 + seed * 104_729) % (facts.vocabularySize - 4)),
  );
}

/** Logits of every id of `ids`, fed in chunks of `sizes`, repeated until all are fed. */
async function logitsInChunks(
  ids: readonly number[],
  sizes: readonly number[],
  cache: KvCache,
): Promise<Float32Array> {
  const logits = new Float32Array(ids.length * facts.vocabularySize);
  let start = 0;
  for (let turn = 0; start < ids.length; turn++) {
    const chunk = ids.slice(start, start + (sizes[turn % sizes.length] ?? 1));
    logits.set(await model.logits(await model.forward(chunk, cache)), start * facts.vocabularySize);
    start += chunk.length;
  }
  return logits;
}

function fullPass(ids: readonly number[]): Promise<Float32Array> {
  return logitsInChunks(ids, [ids.length], model.createCache());
}

describe('logits', () => {
  it(
    'are those of one full pass, bit for bit, in single steps across 64 and 128',
    unhurried,
    async () => {
      const ids = someIds(facts.contextLength + 1);
      const cache = model.createCache();
      expectSameBits(await logitsInChunks(ids, [1], cache), await fullPass(ids));
      expect(cache.length).toBe(ids.length);
    },
  );

  it('are those of one full pass, bit for bit, in chunks of any size', unhurried, async () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(1000), async (sizes, seed) => {
        const ids = someIds(100, seed);
        expectSameBits(await logitsInChunks(ids, sizes, model.createCache()), await fullPass(ids));
      }),
      { numRuns: 12 },
    );
  });

  it('after a rewind are those of a cache that never held anything else', unhurried, async () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 90 }), chunks, async (kept, sizes) => {
        const cache = model.createCache();
        await model.forward(someIds(90, 2), cache);
        cache.rewind(kept);
        const continuation = someIds(30, 3);
        const ids = [...someIds(90, 2).slice(0, kept), ...continuation];
        const expected = await fullPass(ids);
        const actual = await logitsInChunks(continuation, sizes, cache);
        expectSameBits(actual, expected.subarray(kept * facts.vocabularySize));
      }),
      { numRuns: 12 },
    );
  });

  it('of a row do not depend on the rows beside it', async () => {
    const hidden = await model.forward(someIds(65), model.createCache());
    const together = await model.logits(hidden);
    for (const count of [1, 2, 65]) {
      const rows = hidden.subarray(0, count * model.hiddenSize);
      expectSameBits(await model.logits(rows), together.subarray(0, count * facts.vocabularySize));
    }
  });

  it('depend on every id before them', async () => {
    const ids = someIds(40);
    const last = (logits: Float32Array) => logits.slice(-facts.vocabularySize);
    const expected = last(await fullPass(ids));
    for (const changed of [0, 20, 38]) {
      const others = ids.map((id, i) => (i === changed ? id + 1 : id));
      expect(last(await fullPass(others))).not.toEqual(expected);
    }
  });

  it('do not depend on the ids after them', async () => {
    const ids = someIds(40);
    const others = [...ids.slice(0, 39), 5];
    const before = 39 * facts.vocabularySize;
    const expected = await fullPass(ids);
    expectSameBits((await fullPass(others)).subarray(0, before), expected.subarray(0, before));
  });
});

describe('a cache', () => {
  it('takes the bytes that `cacheBytes` says for what it holds', async () => {
    const cache = model.createCache();
    for (const count of [1, 60, 3, 30, 33, 1]) {
      await model.forward(someIds(count), cache);
      expect(cache.sizeBytes).toBeLessThanOrEqual(model.cacheBytes(cache.length));
    }
    expect(cache.sizeBytes).toBe(model.cacheBytes(128));
  });

  it('of another making is refused', async () => {
    const foreign: KvCache = { length: 0, sizeBytes: 0, rewind: () => undefined };
    await expect(model.forward([4, 5], foreign)).rejects.toThrow('not one that this model made');
  });

  it('of its own serves each of two interleaved runs', async () => {
    const [a, b] = [someIds(20, 4), someIds(20, 5)];
    const caches = [model.createCache(), model.createCache()] as const;
    const rows: [Float32Array[], Float32Array[]] = [[], []];
    for (let i = 0; i < 20; i++) {
      rows[0].push(await model.logits(await model.forward(a.slice(i, i + 1), caches[0])));
      rows[1].push(await model.logits(await model.forward(b.slice(i, i + 1), caches[1])));
    }
    expectSameBits(joined(rows[0]), await fullPass(a));
    expectSameBits(joined(rows[1]), await fullPass(b));
  });
});

function joined(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]));
}
