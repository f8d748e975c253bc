/**
 * Equality of float32 arrays to the last bit, with a message that names the first difference.
 */
import { expect } from 'vitest';

/** Fails unless both hold the same bits; says where they part. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  expect(firstDifference(actual, expected)).toBeNull();
}

function firstDifference(actual: Float32Array, expected: Float32Array): string | null {
  if (actual.length !== expected.length) {
    return `length ${actual.length} instead of ${expected.length}`;
  }
  if (bytesOf(actual).equals(bytesOf(expected))) {
    return null;
  }
  const index = actual.findIndex((value, at) => !Object.is(value, expected[at]));
  return `${actual[index]} instead of ${expected[index]} at ${index}`;
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
