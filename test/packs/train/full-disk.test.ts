import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../../src/packs/load-pack.ts';
import type { TrainPackProgress } from '../../../src/packs/train/train-pack.ts';
import { smallDisk } from '../../store/support/folders.ts';
import { follow, optionsOf, root } from './train-case.ts';

/** Has another program leave so many bytes of the disk. */
function leaveFree(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(bavail * bsize - bytes));
}

/** More than a training asks for before it begins. */
const diskMegabytes = 80;

describe('a training whose disk fills up', { timeout: 60_000 }, () => {
  it.for<{
    name: string;
    when: string;
    free: number;
    at: (progress: TrainPackProgress) => boolean;
  }>([
    {
      name: 'features',
      when: 'among its features',
      free: 8192,
      at: ({ type }) => type === 'features',
    },
    {
      name: 'layer',
      when: 'at its first layer',
      free: 40_960,
      at: (progress) => progress.type === 'features' && progress.examples === progress.total,
    },
    {
      name: 'state',
      when: 'at its state',
      free: 163_840,
      at: (progress) => progress.type === 'step' && progress.step === 6,
    },
  ])(
    '$when says so, writes no pack, and goes on when there is room',
    async ({ name, when, free, at }, { skip }) => {
      const disk = smallDisk(diskMegabytes) ?? skip('This user may not mount a file system.');
      const straight = optionsOf(`full-${name}`);
      await follow(straight);
      const outFolder = join(disk, 'trained');
      const options = { ...straight, outFolder, workFolder: join(disk, 'work') };
      let isFull = false;
      const filling = follow(options, (progress) => {
        if (!isFull && at(progress)) {
          isFull = true;
          leaveFree(disk, free);
        }
        return false;
      });
      await expect(filling, when).rejects.toMatchObject({
        code: 'STORAGE_FULL',
        message: `The disk of ${join(disk, 'work')} is full. Free some space and go on with --resume: what was done before is kept.`,
      });
      expect(readdirSync(disk).sort((a, b) => a.localeCompare(b))).toEqual(['ballast', 'work']);
      rmSync(join(disk, 'ballast'));
      await follow({ ...options, isResumed: true });
      await loadPackDescription(outFolder);
      for (const file of ['fusion.bin', 'pack.json', 'loss-curve.svg']) {
        const [whole, resumed] = [straight.outFolder, outFolder].map((folder) =>
          readFileSync(join(folder, file)),
        );
        expect(resumed?.equals(whole ?? Buffer.alloc(0)), file).toBe(true);
      }
    },
  );

  it('at the pack leaves nothing of it, and writes it when there is room', async ({ skip }) => {
    const disk = smallDisk(8) ?? skip('This user may not mount a file system.');
    const options = { ...optionsOf('elsewhere'), outFolder: join(disk, 'trained') };
    leaveFree(disk, 100_000);
    await expect(follow(options)).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      message: `The disk is full: ${options.outFolder} is not there. Free some space and try again.`,
    });
    expect(readdirSync(disk)).toEqual(['ballast']);
    rmSync(join(disk, 'ballast'));
    const all = await follow({ ...options, isResumed: true });
    expect(all.map(({ type }) => type)).toEqual(['written']);
    await loadPackDescription(options.outFolder);
    expect(existsSync(join(root, 'elsewhere'))).toBe(false);
  });
});
