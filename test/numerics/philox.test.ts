import { describe, expect, it } from 'vitest';
import { keyedUniform, sampleSeed } from '../../src/numerics/keyed-random.ts';
import { philox, type Words4 } from '../../src/numerics/philox.ts';

const hex = (words: Words4) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('philox', () => {
  // Known answers of the Random123 distribution for philox4x32-10.
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as const)('gives the known answer for %j', (counter, key, expected) => {
    expect(hex(philox(counter, key))).toBe(expected);
  });
});

describe('keyedUniform', () => {
  it('gives the same number for the same key and another for any other', () => {
    const key = { purpose: 'sample', position: 3, step: 0 } as const;
    const draw = keyedUniform(7n, key);
    expect(keyedUniform(7n, { ...key })).toBe(draw);
    const others = [
      keyedUniform(8n, key),
      keyedUniform(7n + 2n ** 32n, key),
      keyedUniform(7n, { ...key, purpose: 'accept' }),
      keyedUniform(7n, { ...key, position: 4 }),
      keyedUniform(7n, { ...key, step: 1 }),
    ];
    expect(new Set([draw, ...others]).size).toBe(6);
  });

  it('is uniform: a chi-square test over 100 cells of 100,000 draws', () => {
    const cells = new Array<number>(100).fill(0);
    for (let position = 0; position < 100_000; position++) {
      const cell = Math.floor(keyedUniform(1n, { purpose: 'sample', position, step: 0 }) * 100);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: above 161 with probability below 1e-4, were the seed not fixed.
    expect(chiSquare).toBeLessThan(161);
  });
});

describe('sampleSeed', () => {
  it('gives each sample of each run a seed of its own below 2^63', () => {
    const seeds = [0n, 1n, 2n ** 32n, 2n ** 63n - 1n];
    const given = seeds.flatMap((seed) => [1, 2, 15].map((index) => sampleSeed(seed, index)));
    expect(new Set([...seeds, ...given]).size).toBe(seeds.length + given.length);
    for (const seed of given) {
      expect(seed >= 0n && seed < 2n ** 63n).toBe(true);
    }
    expect(given.some((seed) => seed >= 2n ** 32n)).toBe(true);
    expect(sampleSeed(1n, 2)).toBe(sampleSeed(1n, 2));
  });
});
