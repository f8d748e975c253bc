/**
 * Keys and values of past positions, in buffers that a causal graph reads in place and this class appends to.
 *
 * Knows layouts and lengths; knows no ids and runs nothing.
 */
import assert from 'node:assert/strict';
import type { Tensor } from 'onnxruntime-node';
import type { KvCache } from './models.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';

/** Sizes of a cache that do not change. */
type CacheShape = {
  readonly layerCount: number;
  readonly keyValueHeadCount: number;
  readonly headSize: number;
};

const smallestCapacity = 64;

/** Returns the positions a cache has room for when it holds `length`: 64, doubled as often as needed. */
export function capacityFor(length: number): number {
  let capacity = smallestCapacity;
  while (capacity < length) {
    capacity *= 2;
  }
  return capacity;
}

/** Returns the bytes of a cache with room for `capacity` positions: float32 keys and values of each layer. */
export function cacheSizeBytes(shape: CacheShape, capacity: number): number {
  const { layerCount, keyValueHeadCount, headSize } = shape;
  return 2 * layerCount * keyValueHeadCount * capacity * headSize * Float32Array.BYTES_PER_ELEMENT;
}

/** A cache whose graph returns only new keys and values (`"append"` in a pack). */
export class AppendKvCache implements KvCache {
  readonly #shape: CacheShape;
  readonly #runtime: OnnxRuntime;
  #length = 0;
  #capacity = 0;
  /** Keys of layer 0, values of layer 0, keys of layer 1 …; each (Hk, C, hd). */
  #buffers: Float32Array[];
  #feeds: Readonly<Record<string, Tensor>> = {};
  /** Whether a pass is under way. */
  #isRead = false;

  constructor(runtime: OnnxRuntime, shape: CacheShape) {
    this.#runtime = runtime;
    this.#shape = shape;
    this.#buffers = Array.from({ length: 2 * shape.layerCount }, () => new Float32Array(0));
    this.reserve(smallestCapacity);
  }

  get length(): number {
    return this.#length;
  }

  get sizeBytes(): number {
    return cacheSizeBytes(this.#shape, this.#capacity);
  }

  /** `past_key_0`, `past_value_0` …, each (1, Hk, C, hd) over the cache's own buffers; until the next `reserve`. */
  get feeds(): Readonly<Record<string, Tensor>> {
    return this.#feeds;
  }

  /**
   * Runs a pass that reads what is held and will append at most `count` positions.
   *
   * Another one before it has ended would read positions that are not there yet: a caller's defect.
   */
  async duringPass<T>(count: number, pass: () => Promise<T>): Promise<T> {
    assert(!this.#isRead, 'A pass was asked over a cache that another one is reading.');
    this.reserve(this.#length + count);
    this.#isRead = true;
    try {
      return await pass();
    } finally {
      this.#isRead = false;
    }
  }

  /** Makes room for `length` positions in all; keeps what is held. */
  reserve(length: number): void {
    if (length <= this.#capacity) {
      return;
    }
    const capacity = capacityFor(length);
    this.#buffers = this.#buffers.map((buffer) => this.#grown(buffer, capacity));
    this.#capacity = capacity;
    this.#feeds = this.#tensors();
  }

  /**
   * Appends the first `keptCount` positions of a pass over `fedCount`.
   *
   * @param newKeysValues - (2L, Hk, fedCount, hd), keys of layer 0 first, then its values.
   * @param keptCount - in [1, fedCount]; `reserve` made room for it.
   */
  append(newKeysValues: Float32Array, fedCount: number, keptCount: number): void {
    const { keyValueHeadCount, headSize } = this.#shape;
    assert(this.#length + keptCount <= this.#capacity, 'The cache has no room for the pass.');
    const fedSize = fedCount * headSize;
    const keptSize = keptCount * headSize;
    let from = 0;
    for (const buffer of this.#buffers) {
      let to = this.#length * headSize;
      for (let head = 0; head < keyValueHeadCount; head++) {
        buffer.set(newKeysValues.subarray(from, from + keptSize), to);
        from += fedSize;
        to += this.#capacity * headSize;
      }
    }
    this.#length += keptCount;
  }

  rewind(length: number): void {
    assert(
      Number.isInteger(length) && length >= 0 && length <= this.#length,
      `A cache of length ${this.#length} cannot rewind to ${length}.`,
    );
    this.#length = length;
  }

  #grown(buffer: Float32Array, capacity: number): Float32Array {
    const { keyValueHeadCount, headSize } = this.#shape;
    const grown = new Float32Array(keyValueHeadCount * capacity * headSize);
    for (let head = 0; head < keyValueHeadCount; head++) {
      const from = head * this.#capacity * headSize;
      const held = buffer.subarray(from, from + this.#length * headSize);
      grown.set(held, head * capacity * headSize);
    }
    return grown;
  }

  #tensors(): Record<string, Tensor> {
    const { keyValueHeadCount, headSize } = this.#shape;
    const dims = [1, keyValueHeadCount, this.#capacity, headSize];
    return Object.fromEntries(
      this.#buffers.map((buffer, index) => {
        const kind = index % 2 === 0 ? 'key' : 'value';
        const name = `past_${kind}_${Math.floor(index / 2)}`;
        return [name, new this.#runtime.Tensor('float32', buffer, dims)];
      }),
    );
  }
}
