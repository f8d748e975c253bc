import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FeatureFile } from '../../../src/packs/train/feature-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const width = 3;

/** Rows whose numbers float16 holds exactly. */
const rows = (count: number, first: number) => ({
  features: Float32Array.from({ length: count * width }, (_, i) => (first + i) / 4),
  targets: Int32Array.from({ length: count }, (_, i) => 50_000 + first + i),
});

async function written(name: string): Promise<string> {
  const path = join(root, name);
  const file = await FeatureFile.open(path, width);
  await file.add(rows(2, 0), 5);
  await file.add(rows(4, 10), 9);
  await file.close();
  return path;
}

describe('a feature file', () => {
  it('gives back what was added, and says where to go on', async () => {
    const file = await FeatureFile.open(await written('whole.bin'), width);
    expect([file.rowCount, file.nextExample]).toEqual([6, 9]);
    expect(await file.read(2, 4)).toEqual(rows(4, 10));
    expect(await file.read(0, 2)).toEqual(rows(2, 0));
    await file.add(rows(1, 7), 11);
    expect(await file.read(6, 1)).toEqual(rows(1, 7));
    await file.close();
  });

  it('gives any rows, whatever they were written with', async () => {
    const file = await FeatureFile.open(await written('across.bin'), width);
    const all = await file.read(0, 6);
    expect([...all.targets]).toEqual([50_000, 50_001, 50_010, 50_011, 50_012, 50_013]);
    for (const [start, count] of [
      [0, 6],
      [1, 3],
      [3, 2],
      [5, 1],
    ] as const) {
      expect(await file.read(start, count)).toEqual({
        features: all.features.slice(start * width, (start + count) * width),
        targets: all.targets.slice(start, start + count),
      });
    }
    await file.close();
  });

  it.each([1, 11, 12, 20])('forgets a record of which %i bytes were written', async (bytes) => {
    const path = await written(`cut-${bytes}.bin`);
    const whole = readFileSync(path);
    const firstLength = 12 + 2 * (2 * width + 4);
    truncateSync(path, firstLength + bytes);
    const file = await FeatureFile.open(path, width);
    expect([file.rowCount, file.nextExample]).toEqual([2, 5]);
    await file.add(rows(4, 10), 9);
    await file.close();
    expect(readFileSync(path)).toEqual(whole);
  });

  it.each([65_520, Number.NaN])('refuses a feature of %d', async (feature) => {
    const path = join(root, `large-${feature}.bin`);
    const file = await FeatureFile.open(path, width);
    const large = { features: Float32Array.of(1, feature, 2), targets: Int32Array.of(7) };
    await expect(file.add(large, 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(file.rowCount).toBe(0);
    await file.close();
  });

  it('names a record that is damaged, and reads the others', async () => {
    const path = await written('damaged.bin');
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(14) ^ 1, 14);
    writeFileSync(path, bytes);
    const file = await FeatureFile.open(path, width);
    await expect(file.read(1, 2)).rejects.toThrow(/damaged\.bin is damaged in record 0/);
    expect(await file.read(2, 4)).toEqual(rows(4, 10));
    await file.close();
  });

  it('takes what follows the last record for one that was not finished', async () => {
    const path = await written('tail.bin');
    appendFileSync(path, Buffer.alloc(40, 255));
    const file = await FeatureFile.open(path, width);
    expect(file.rowCount).toBe(6);
    await file.close();
  });
});
