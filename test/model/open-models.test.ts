/**
 * Opening and closing whole packs, and the untrained fusion.
 */
import { describe, expect, it } from 'vitest';
import type { LoadedModels } from '../../src/model/models.ts';
import { type Opened, openModels } from '../../src/model/open-models.ts';
import type { PackDescription } from '../../src/model/pack-description.ts';
import { bundledDescription } from '../support/bundled-pack.ts';
import { expectSameBits } from '../support/same-bits.ts';

const description = await bundledDescription();
const settings = { device: 'cpu', threads: 1 } as const;

/** Opens the bundled pack and narrows its roles to what they are: all there. */
async function openBundled(change: Partial<PackDescription> = {}) {
  const opened: Opened<LoadedModels> = await openModels({ ...description, ...change }, settings);
  const { causal, masked, fusion, close } = opened;
  if (causal === null || masked === null || fusion === null) {
    throw new Error('The bundled pack lacks a role.');
  }
  return { causal, masked, fusion, close };
}

describe('openModels', () => {
  it('opens no role that the pack lacks', async () => {
    const models = await openModels({ ...description, masked: null, fusion: null }, settings);
    expect(models.masked).toBeNull();
    expect(models.fusion).toBeNull();
    expect(models.causal).not.toBeNull();
    await models.close();
  });

  it('refuses a fusion of heads that are not both there', async () => {
    const opening = openModels({ ...description, masked: null }, settings);
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_PACK' });
    await expect(opening).rejects.toThrow('no masked role');
  });

  it('names the graph that ONNX Runtime cannot open', async () => {
    const { causal } = description;
    const damaged = causal && { ...causal, headPath: import.meta.filename };
    const opening = openModels({ ...description, causal: damaged }, settings);
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_PACK' });
    await expect(opening).rejects.toThrow('open-models.test.ts');
  });
});

describe('the untrained fusion', () => {
  it('is the mean of the two logits, exactly', async () => {
    const untrained = { fusion: { kind: 'mean-of-heads' } } as const;
    const { causal, masked, fusion, close } = await openBundled(untrained);
    const hiddenCausal = await causal.forward([1, 20, 30, 40], causal.createCache());
    const hiddenMasked = await masked.encode([20, 3, 40, 50]);
    const causalPart = await fusion.causalPart(hiddenCausal);
    const causalLogits = await causal.logits(hiddenCausal);
    const maskedLogits = await masked.logits(hiddenMasked);
    const maskedPart = await fusion.maskedPart(hiddenMasked, maskedLogits);
    const fused = causalPart.map(
      (part, i) => fusion.scale * (part + (maskedPart[i] ?? Number.NaN)),
    );
    const mean = causalLogits.map((logit, i) => (logit + (maskedLogits[i] ?? Number.NaN)) / 2);
    expectSameBits(fused, mean);
    await close();
  });
});

describe('an opened pack', () => {
  it('refuses a pass after close', async () => {
    const { causal, masked, fusion, close } = await openBundled();
    const cache = causal.createCache();
    const hidden = await causal.forward([1, 20], cache);
    await close();
    await expect(causal.forward([30], cache)).rejects.toThrow('closed session');
    await expect(masked.encode([20])).rejects.toThrow('closed session');
    await expect(fusion.causalPart(hidden)).rejects.toThrow('closed session');
  });

  it('finishes the pass that is running before it closes', async () => {
    const { causal, close } = await openBundled();
    const pass = causal.forward([1, 20, 30], causal.createCache());
    const closing = close();
    await expect(pass).resolves.toHaveLength(3 * causal.hiddenSize);
    await closing;
  });

  it('closes once, however often it is asked to', async () => {
    const { close } = await openBundled();
    await Promise.all([close(), close()]);
    await expect(close()).resolves.toBeUndefined();
  });

  it('refuses a second pass over a cache that one is reading, and keeps the first one right', async () => {
    const { causal, close } = await openBundled();
    const cache = causal.createCache();
    const first = causal.forward([1, 20, 30], cache);
    await expect(causal.forward([40], cache)).rejects.toThrow('another one is reading');
    const hidden = await first;
    expectSameBits(hidden, await causal.forward([1, 20, 30], causal.createCache()));
    expect(cache.length).toBe(3);
    await close();
  });

  it('runs passes asked for at once one after the other, with the bits of each alone', async () => {
    const { causal, masked, close } = await openBundled();
    const prefixes = [
      [1, 20, 30],
      [1, 50],
      [1, 20, 60, 70, 80],
    ];
    const forward = (ids: readonly number[]) => causal.forward(ids, causal.createCache());
    const alone: Float32Array[] = [];
    for (const prefix of prefixes) alone.push(await forward(prefix));
    const [encodedAlone, encoded, ...together] = await Promise.all([
      masked.encode([20, 3]),
      masked.encode([20, 3]),
      ...prefixes.map(forward),
    ]);
    for (const [index, hidden] of together.entries()) {
      expectSameBits(hidden, alone[index] ?? new Float32Array());
    }
    expectSameBits(encodedAlone, encoded);
    await close();
  });
});
