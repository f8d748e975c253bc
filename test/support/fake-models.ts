/**
 * Models that compute nothing: logits are random numbers keyed by what a real model would have seen.
 *
 * The causal model's row depends on the whole prefix, the masked model's on all ids and the position, so a decoder that
 * reads a wrong prefix, a stale cache or a wrong row gets other tokens. D = V and heads are the identity.
 */
import assert from 'node:assert/strict';
import type { CausalModel, KvCache, LoadedModels, MaskedModel } from '../../src/model/models.ts';
import { philox } from '../../src/numerics/philox.ts';

/** What fake models are made of. */
export type FakeOptions = { readonly vocabularySize: number; readonly salt?: number };

const bannedIds = [0, 1, 2, 3];
const startId = 1;
const maskId = 3;

/** Causal, masked and fused roles over `vocabularySize` ids, the first four special. */
export function fakeModels({ vocabularySize, salt = 0 }: FakeOptions): LoadedModels {
  const causal = new FakeCausalModel(vocabularySize, salt);
  const masked = new FakeMaskedModel(vocabularySize, salt);
  return {
    facts: {
      id: 'fake',
      version: '1',
      digest: 'fake',
      vocabularySize,
      contextLength: 64,
      maskId,
      bannedIds,
      startId,
      lengthBias: null,
    },
    causal,
    masked,
    fusion: {
      scale: 1 / 2,
      causalPart: async (hidden) => hidden.slice(),
      maskedPart: async (_, logits) => logits,
    },
  };
}

/** The logits that follow a prefix, start id included. @returns (V). */
export function causalRow(
  prefix: readonly number[],
  vocabularySize: number,
  salt = 0,
): Float32Array {
  return randomRow(vocabularySize, hashOf([salt, 17, ...prefix]));
}

/** The masked model's logits at one position. @returns (V). */
export function maskedRow(
  ids: readonly number[],
  position: number,
  { vocabularySize, salt = 0 }: FakeOptions,
): Float32Array {
  return randomRow(vocabularySize, hashOf([salt, 29, position, ...ids]));
}

class FakeKvCache implements KvCache {
  ids: number[] = [];
  get length(): number {
    return this.ids.length;
  }
  get sizeBytes(): number {
    return this.ids.length * 4;
  }
  rewind(length: number): void {
    assert(length <= this.ids.length);
    this.ids.length = length;
  }
}

class FakeCausalModel implements CausalModel {
  readonly hiddenSize: number;
  readonly #salt: number;
  constructor(vocabularySize: number, salt: number) {
    this.hiddenSize = vocabularySize;
    this.#salt = salt;
  }
  createCache(): KvCache {
    return new FakeKvCache();
  }
  cacheBytes(length: number): number {
    return length * 4;
  }
  async forward(ids: readonly number[], cache: KvCache): Promise<Float32Array> {
    assert(cache instanceof FakeKvCache && ids.length > 0);
    const hidden = new Float32Array(ids.length * this.hiddenSize);
    for (const [index, id] of ids.entries()) {
      cache.ids.push(id);
      hidden.set(causalRow(cache.ids, this.hiddenSize, this.#salt), index * this.hiddenSize);
    }
    return hidden;
  }
  async logits(hidden: Float32Array): Promise<Float32Array> {
    return hidden.slice();
  }
}

class FakeMaskedModel implements MaskedModel {
  readonly hiddenSize: number;
  readonly #salt: number;
  constructor(vocabularySize: number, salt: number) {
    this.hiddenSize = vocabularySize;
    this.#salt = salt;
  }
  async encode(ids: readonly number[]): Promise<Float32Array> {
    const options = { vocabularySize: this.hiddenSize, salt: this.#salt };
    return Float32Array.from(ids.flatMap((_, position) => [...maskedRow(ids, position, options)]));
  }
  async logits(hidden: Float32Array): Promise<Float32Array> {
    return hidden.slice();
  }
}

/** FNV-1a over 32-bit words. */
function hashOf(words: readonly number[]): number {
  return words.reduce((hash, word) => Math.imul(hash ^ word, 0x01000193) >>> 0, 0x811c9dc5);
}

/** Uniform in [−3, 3). */
function randomRow(size: number, key: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, id) => (philox([id, 0, 0, 0], [key, 0])[0] / 2 ** 32) * 6 - 3,
  );
}
