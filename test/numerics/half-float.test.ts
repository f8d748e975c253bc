import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bfloatsToFloats,
  floatsToHalves,
  floatToHalf,
  halfToFloat,
  halvesToFloats,
} from '../../src/numerics/half-float.ts';

const everyHalf = Array.from({ length: 0x10000 }, (_, half) => half);

describe('halves', () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x8000, -0],
  ])('0x%s is %s', (half, value) => {
    expect(halfToFloat(half)).toBe(value);
    expect(floatToHalf(value)).toBe(half);
  });

  it('come back from float32 unchanged, all of them', () => {
    const lost = everyHalf.filter((half) => {
      const value = halfToFloat(half);
      return !Number.isNaN(value) && floatToHalf(value) !== half;
    });
    expect(lost).toEqual([]);
  });

  it('are not numbers exactly where the exponent is full and the fraction is not zero', () => {
    const nans = everyHalf.filter((half) => Number.isNaN(halfToFloat(half)));
    expect(nans).toEqual(
      everyHalf.filter((half) => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0),
    );
  });

  it('are the nearest to any float32, ties to the even fraction', () => {
    const float = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true, min: -65504, max: 65504 }),
      fc.float({ noNaN: true, min: Math.fround(-1e-4), max: Math.fround(1e-4) }),
    );
    fc.assert(
      fc.property(float, (value) => {
        const half = floatToHalf(value);
        const distance = Math.abs(halfToFloat(half) - value);
        for (const neighbour of [half - 1, half + 1]) {
          const other = halfToFloat(neighbour & 0xffff);
          if (!Number.isFinite(other) || Math.sign(other) * Math.sign(value) < 0) continue;
          expect(Math.abs(other - value)).toBeGreaterThanOrEqual(distance);
          if (Math.abs(other - value) === distance) expect(half % 2).toBe(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [65519, 0x7bff],
    [65520, 0x7c00],
    [1e30, 0x7c00],
    [2 ** -25, 0],
    [2 ** -25 * 1.001, 1],
    [2047 * 2 ** -25, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [-1 - 3 * 2 ** -11, 0xbc02],
    [2 - 2 ** -11, 0x4000],
    [Number.NaN, 0x7e00],
  ])('%s rounds to %i', (value, half) => {
    expect(floatToHalf(value)).toBe(half);
  });
});

describe('arrays', () => {
  it('convert halves and brain floats to float32', () => {
    const floats = new Float32Array(3);
    halvesToFloats(Uint16Array.of(0x3c00, 0xc000, 0x3555), floats);
    expect([...floats]).toEqual([1, -2, 0.333251953125]);
    bfloatsToFloats(Uint16Array.of(0x3f80, 0xc000, 0x3eab), floats);
    expect([...floats]).toEqual([1, -2, 0.333984375]);
  });

  it('name the first value that a half cannot hold', () => {
    const halves = new Uint16Array(4);
    expect(floatsToHalves(Float32Array.of(1, -2, 0.5, 65504), halves)).toBe(-1);
    expect(floatsToHalves(Float32Array.of(1, 1 / 3, 0.1, 0), halves)).toBe(1);
    expect([...halves]).toEqual([0x3c00, 0x3555, 0x2e66, 0]);
    expect(floatsToHalves(Float32Array.of(Number.NaN), halves)).toBe(0);
  });
});
