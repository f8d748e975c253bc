import { existsSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withNumbers, writeNumbers } from '../../../src/packs/train/number-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();

/** Reads two arrays of these lengths. */
function read(path: string, lengths: readonly number[]) {
  return withNumbers(path, async (facts, readInto) => {
    const arrays = lengths.map((length) => new Float32Array(length));
    await readInto(arrays);
    return { facts, arrays };
  });
}

/** Compared as a whole, because number by number takes seconds. */
const bytesOf = (array = new Float32Array(0)) => Buffer.from(array.buffer);

describe('a file of numbers', { timeout: 30_000 }, () => {
  it('gives back what was written, also of more than is written at once', async () => {
    const path = join(root, 'large.bin');
    // Pieces have 2^24 numbers.
    const large = new Float32Array(2 ** 24 + 3);
    large.set([1, 2, 3, 4, 5], 2 ** 24 - 2);
    // A view into the middle of a buffer.
    const small = new Float32Array([9, 1, 2, 3, 9]).subarray(1, 4);
    await writeNumbers(path, { name: 'a' }, [large, small]);
    const found = await read(path, [large.length, 3]);
    expect(found?.facts).toEqual({ name: 'a' });
    expect(bytesOf(found?.arrays[0]).equals(bytesOf(large))).toBe(true);
    expect(found?.arrays[1]).toEqual(small);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('is null where there is none', async () => {
    expect(await read(join(root, 'none.bin'), [])).toBeNull();
  });

  it.skipIf(!existsSync('/dev/full'))('stays as it was when the disk is full', async () => {
    const path = join(root, 'kept.bin');
    await writeNumbers(path, 1, [Float32Array.of(1, 2)]);
    // What is written first is a file beside it.
    symlinkSync('/dev/full', `${path}.new`);
    const write = writeNumbers(path, 2, [Float32Array.of(3, 4)]);
    await expect(write).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      message: expect.stringContaining('--resume'),
    });
    expect(await read(path, [2])).toEqual({ facts: 1, arrays: [Float32Array.of(1, 2)] });
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('is refused when it ends too early, or when anything in it was changed', async () => {
    const path = join(root, 'small.bin');
    await writeNumbers(path, null, [Float32Array.of(1, 2, 3)]);
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 1);
    await expect(read(path, [3])).rejects.toThrow(/^small\.bin is damaged\. Delete/);
    whole.writeUInt8(whole.readUInt8(whole.length - 5) ^ 1, whole.length - 5);
    writeFileSync(path, whole);
    await expect(read(path, [3])).rejects.toThrow(/^small\.bin is damaged\. Delete/);
    writeFileSync(path, '{"facts":null}\n');
    await expect(read(path, [])).rejects.toThrow(/^small\.bin is damaged: /);
    writeFileSync(path, 'no line');
    await expect(read(path, [])).rejects.toThrow(/^small\.bin is not JSON/);
  });
});
