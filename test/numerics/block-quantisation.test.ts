import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockSize,
  blocksPerRow,
  packedRowBytes,
  type QuantisedBits,
  quantiseRows,
} from '../../src/numerics/block-quantisation.ts';

const allBits = [4, 8] as const;

describe('quantising', () => {
  it('of a block whose extreme is −4 to 4 bits is the worked example', () => {
    const row = new Float32Array(blockSize);
    row.set([-4, 0, 0.5, 4, 1]);
    const { packed, scales } = quantised(row, row.length, 4);
    expect([...scales]).toEqual([0.5]);
    expect([...packed.subarray(0, 3)]).toEqual([0x80, 0xf9, 0x8a]);
  });

  it('of a block whose extreme is positive takes a negative scale', () => {
    const row = new Float32Array(blockSize);
    row.set([128, -127, 1]);
    const { packed, scales } = quantised(row, row.length, 8);
    expect([...scales]).toEqual([-1]);
    expect([...packed.subarray(0, 4)]).toEqual([0, 255, 127, 128]);
  });

  it.each(allBits)('keeps zeros zero, %i bits', (bits) => {
    const { packed, scales } = quantised(new Float32Array(2 * blockSize), blockSize, bits);
    expect([...scales]).toEqual([-0, -0]);
    expect(new Set(packed)).toEqual(new Set([bits === 8 ? 0x80 : 0x88]));
  });

  it.each(allBits)('of numbers below what float32 can divide is zero, %i bits', (bits) => {
    const row = new Float32Array(blockSize).fill(2 ** -149);
    expect([...dequantised(row, blockSize, bits)].every((value) => value === 0)).toBe(true);
  });

  it.each(allBits)('fills up a block that is not full with zeros, %i bits', (bits) => {
    const width = blockSize + 3;
    const values = Float32Array.from({ length: 2 * width }, (_, i) => i - 30);
    const { packed, scales } = quantised(values, width, bits);
    expect(scales.length).toBe(4);
    const codes = codesOf(packed, bits);
    for (const row of [0, 1]) {
      const rest = codes.slice(row * 2 * blockSize + width, (row + 1) * 2 * blockSize);
      expect(new Set(rest)).toEqual(new Set([2 ** (bits - 1)]));
    }
  });

  // A shrunken scale may cut off the extreme, by a fifth at most; every other value is rounded to half a step.
  it.each(allBits)('is within a step of each value, %i bits', (bits) => {
    const float = fc.float({ noNaN: true, min: -1000, max: 1000 });
    const rows = fc.array(float, { minLength: 64, maxLength: 64 });
    const property = fc.property(rows, (numbers) => {
      const values = Float32Array.from(numbers);
      const restored = dequantised(values, blockSize, bits);
      for (const [i, value] of values.entries()) {
        const block = values.subarray(i - (i % blockSize), i - (i % blockSize) + blockSize);
        const extreme = block.reduce((most, other) => Math.max(most, Math.abs(other)), 0);
        const bound = bits === 8 ? extreme / 128 : extreme * (0.2 + 1 / 8);
        expect(Math.abs(value - (restored[i] ?? Number.NaN))).toBeLessThanOrEqual(bound * 1.0001);
      }
    });
    fc.assert(property, { seed: 1 });
  });

  it('to 4 bits has a smaller squared error than the widest scale alone', () => {
    // One number of a block of ordinary ones lies far out.
    const values = Float32Array.from(
      { length: 320 },
      (_, i) => Math.sin(i) * (i % 32 === 0 ? 2 : 1),
    );
    const restored = dequantised(values, blockSize, 4);
    const error = (other: Float32Array) =>
      values.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0);
    expect(error(restored)).toBeLessThan(0.97 * error(widestScales(values)));
  });
});

function quantised(values: Float32Array, width: number, bits: QuantisedBits) {
  const rows = values.length / width;
  const packed = new Uint8Array(rows * packedRowBytes(width, bits));
  const scales = new Float32Array(rows * blocksPerRow(width));
  quantiseRows({ values, width }, { bits, packed, scales });
  return { packed, scales };
}

function codesOf(packed: Uint8Array, bits: QuantisedBits): number[] {
  return [...packed].flatMap((byte) => (bits === 8 ? [byte] : [byte & 15, byte >> 4]));
}

/** @param width - a multiple of 32. */
function dequantised(values: Float32Array, width: number, bits: QuantisedBits): Float32Array {
  const { packed, scales } = quantised(values, width, bits);
  const codes = codesOf(packed, bits);
  return Float32Array.from(
    codes,
    (code, i) => (code - 2 ** (bits - 1)) * (scales[Math.floor(i / blockSize)] ?? 0),
  );
}

/** 4 bits, with the extreme on the lowest code. */
function widestScales(values: Float32Array): Float32Array {
  return values.map((value, i) => {
    const block = values.subarray(i - (i % blockSize), i - (i % blockSize) + blockSize);
    const extreme = block.reduce(
      (most, other) => (Math.abs(other) > Math.abs(most) ? other : most),
      0,
    );
    const scale = -extreme / 8;
    return scale * Math.max(-8, Math.min(7, Math.round(value / scale)));
  });
}
