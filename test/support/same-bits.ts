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
  const index = actual.findIndex((value, at) => !Object.is(value, expected[at]));
  return index === -1 ? null : `${actual[index]} instead of ${expected[index]} at ${index}`;
}
