import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder } from '../../src/packs/pack-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));

/** Name of a draft of `target` with the id of another process in it. */
async function draftOf(target: string, process: number | string): Promise<string> {
  const probe = join(newFolder(), basename(target));
  const name = await createFolder(probe, async (folder) => basename(folder));
  const [, machine = ''] = /-([0-9a-f]{8})-\d+-\w{6}$/.exec(name) ?? [];
  return `.${basename(target)}-${machine}-${process}-abcdef`;
}

describe('a folder that appears whole', () => {
  it('takes what a killed process left of it away', async () => {
    const folder = newFolder();
    const target = join(folder, 'pack');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'children/fill-folder.ts'), target],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    const [left = ''] = readdirSync(folder);
    expect(readdirSync(join(folder, left))).toEqual(['half']);
    // While it lives, its folder is left alone.
    await expect(createFolder(target, () => Promise.reject(new Error('not now')))).rejects.toThrow(
      'not now',
    );
    expect(readdirSync(folder)).toEqual([left]);
    child.kill('SIGKILL');
    await ended;
    await createFolder(target, async (draft) => writeFileSync(join(draft, 'whole'), ''));
    expect(readdirSync(folder)).toEqual(['pack']);
  }, 30_000);

  it('leaves alone what may be of a live process, of another machine, or of another folder', async () => {
    const folder = newFolder();
    const target = join(folder, 'pack');
    const dead = 999_999_999;
    const kept = [
      await draftOf(target, process.pid),
      await draftOf(target, process.ppid),
      await draftOf(join(folder, 'pack-2'), dead),
      `.pack-00000000-${dead}-abcdef`,
      `${await draftOf(target, dead)}-more`,
      await draftOf(target, 'x'),
      '.pack-abcdef',
    ];
    const gone = await draftOf(target, dead);
    for (const name of [...kept, gone]) mkdirSync(join(folder, name));
    await createFolder(target, async () => undefined);
    const left = readdirSync(folder).filter((name) => name.startsWith('.'));
    expect(new Set(left)).toEqual(new Set(kept));
  });
});
