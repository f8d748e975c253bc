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

/**
 * The same models, but each prefix and each masked prompt is computed once: for many runs over few texts.
 *
 * Rows are copies, as a decoder may write to what it is given.
 */
export function remembered(models: LoadedModels): LoadedModels {
  const { causal, masked } = models;
  const rows = new Map<string, Float32Array>();
  const prompts = new Map<string, Float32Array>();
  return {
    ...models,
    causal: causal && {
      ...withoutCacheModel(causal),
      async forward(ids, cache) {
        assert(cache instanceof IdCache, 'A cache is one that this model made.');
        const hidden = new Float32Array(ids.length * causal.hiddenSize);
        for (const [index, id] of ids.entries()) {
          cache.ids.push(id);
          const row = await once(rows, cache.ids, async (prefix) =>
            (await causal.forward(prefix, causal.createCache())).slice(-causal.hiddenSize),
          );
          hidden.set(row, index * causal.hiddenSize);
        }
        return hidden;
      },
    },
    masked: masked && {
      hiddenSize: masked.hiddenSize,
      logits: (hidden) => masked.logits(hidden),
      async encode(ids) {
        return (await once(prompts, ids, (prompt) => masked.encode(prompt))).slice();
      },
    },
  };
}

async function once(
  known: Map<string, Float32Array>,
  ids: readonly number[],
  compute: (ids: readonly number[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const key = ids.join();
  const found = known.get(key) ?? (await compute(ids));
  known.set(key, found);
  return found;
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
  return { ...models, causal: models.causal && withoutCacheModel(models.causal) };
}

function withoutCacheModel(causal: CausalModel): CausalModel {
  return {
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
}
