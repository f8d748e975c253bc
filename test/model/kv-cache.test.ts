import { describe, expect, it } from 'vitest';
import { AppendKvCache, cacheSizeBytes, capacityFor } from '../../src/model/kv-cache.ts';
import { loadOnnxRuntime } from '../../src/model/onnx-runtime.ts';

const shape = { layerCount: 2, keyValueHeadCount: 3, headSize: 4 };
const runtime = await loadOnnxRuntime();

/** A value that tells buffer, head, position and component apart. */
function valueAt(buffer: number, head: number, position: number, component: number): number {
  return ((buffer * 10 + head) * 1000 + position) * 10 + component;
}

/** New keys and values of positions `start` … `start + count − 1`, (2L, Hk, count, hd). */
function newKeysValues(start: number, count: number): Float32Array {
  const values: number[] = [];
  for (let buffer = 0; buffer < 4; buffer++) {
    for (let head = 0; head < 3; head++) {
      for (let position = start; position < start + count; position++) {
        for (let component = 0; component < 4; component++) {
          values.push(valueAt(buffer, head, position, component));
        }
      }
    }
  }
  return Float32Array.from(values);
}

function feed(cache: AppendKvCache, count: number, keptCount = count): void {
  cache.reserve(cache.length + count);
  cache.append(newKeysValues(cache.length, count), count, keptCount);
}

/** What the graph would read at the held positions of every buffer, in the order of `newKeysValues`. */
function held(cache: AppendKvCache): Float32Array {
  const values: number[] = [];
  for (const tensor of Object.values(cache.feeds)) {
    const [, headCount = 0, capacity = 0, headSize = 0] = tensor.dims;
    const { data } = tensor;
    if (!(data instanceof Float32Array)) {
      throw new TypeError(`A cache tensor holds ${tensor.type}.`);
    }
    for (let head = 0; head < headCount; head++) {
      const start = head * capacity * headSize;
      values.push(...data.subarray(start, start + cache.length * headSize));
    }
  }
  return Float32Array.from(values);
}

describe('capacity', () => {
  it.each([
    [0, 64],
    [64, 64],
    [65, 128],
    [128, 128],
    [129, 256],
    [1000, 1024],
  ])('for %i positions is %i', (length, capacity) => {
    expect(capacityFor(length)).toBe(capacity);
  });

  it('counts keys and values of every layer and head in float32', () => {
    expect(cacheSizeBytes(shape, 64)).toBe(2 * 2 * 3 * 64 * 4 * 4);
  });
});

describe('AppendKvCache', () => {
  it('names its tensors by layer and keeps keys before values', () => {
    const cache = new AppendKvCache(runtime, shape);
    expect(Object.keys(cache.feeds)).toEqual([
      'past_key_0',
      'past_value_0',
      'past_key_1',
      'past_value_1',
    ]);
  });

  it('keeps every key and value in place when it grows past 64 and 128', () => {
    const cache = new AppendKvCache(runtime, shape);
    for (const count of [60, 4, 1, 62, 1, 1, 70]) {
      feed(cache, count);
      expect(held(cache)).toEqual(newKeysValues(0, cache.length));
    }
    expect(cache.length).toBe(199);
    expect(cache.sizeBytes).toBe(cacheSizeBytes(shape, 256));
  });

  it('leaves out the rows of a pass that it is told not to keep', () => {
    const cache = new AppendKvCache(runtime, shape);
    feed(cache, 2, 1);
    feed(cache, 5, 3);
    expect(cache.length).toBe(4);
    expect(held(cache)).toEqual(newKeysValues(0, 4));
  });

  it('reuses its tensors until it grows', () => {
    const cache = new AppendKvCache(runtime, shape);
    const before = cache.feeds;
    feed(cache, 64);
    expect(cache.feeds).toBe(before);
    feed(cache, 1);
    expect(cache.feeds).not.toBe(before);
  });

  it('overwrites what it rewound over', () => {
    const cache = new AppendKvCache(runtime, shape);
    cache.append(new Float32Array(4 * 3 * 9 * 4).fill(-1), 9, 9);
    cache.rewind(0);
    feed(cache, 9);
    expect(held(cache)).toEqual(newKeysValues(0, 9));
  });

  it.each([-1, 4, 1.5])('refuses to rewind from 3 to %d', (length) => {
    const cache = new AppendKvCache(runtime, shape);
    feed(cache, 3);
    expect(() => cache.rewind(length)).toThrow(`length 3 cannot rewind to ${length}`);
  });
});
