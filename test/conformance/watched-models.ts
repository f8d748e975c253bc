/**
 * Models with something changed around each pass: counted, failing, or forgetful.
 *
 * Works on any models, real ones included; knows no decoder.
 */
import assert from 'node:assert/strict';
import type { CausalModel, KvCache, LoadedModels } from '../../src/model/models.ts';

/** Calls `onPass` before every model pass. */
export function withEachPass(
  models: LoadedModels,
  onPass: (role: 'causal' | 'masked') => void,
): LoadedModels {
  const { causal, masked } = models;
  return {
    ...models,
    causal: causal && {
      hiddenSize: causal.hiddenSize,
      createCache: () => causal.createCache(),
      cacheBytes: (length) => causal.cacheBytes(length),
      logits: (hidden) => causal.logits(hidden),
      async forward(ids, cache) {
        onPass('causal');
        return causal.forward(ids, cache);
      },
    },
    masked: masked && {
      hiddenSize: masked.hiddenSize,
      logits: (hidden) => masked.logits(hidden),
      async encode(ids) {
        onPass('masked');
        return masked.encode(ids);
      },
    },
  };
}

/** A cache that holds ids and nothing computed. */
class IdCache implements KvCache {
  readonly ids: number[] = [];
  get length(): number {
    return this.ids.length;
  }
  get sizeBytes(): number {
    return 0;
  }
  rewind(length: number): void {
    assert(length <= this.ids.length, 'A cache rewinds to a shorter length.');
    this.ids.length = length;
  }
}

/** The same models, but every causal pass is computed from the start, with nothing kept of the one before. */
export function withoutCache(models: LoadedModels): LoadedModels {
  const { causal } = models;
  if (causal === null) return models;
  const forgetful: CausalModel = {
    hiddenSize: causal.hiddenSize,
    createCache: () => new IdCache(),
    cacheBytes: (length) => causal.cacheBytes(length),
    logits: (hidden) => causal.logits(hidden),
    async forward(ids, cache) {
      assert(cache instanceof IdCache, 'A cache is one that this model made.');
      cache.ids.push(...ids);
      const hidden = await causal.forward(cache.ids, causal.createCache());
      return hidden.slice(-ids.length * causal.hiddenSize);
    },
  };
  return { ...models, causal: forgetful };
}
