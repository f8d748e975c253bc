import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packFolders } from '../src/pack-folders.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = temporaryFolder();

function folderWith(...names: readonly string[]): string {
  const folder = mkdtempSync(join(root, 'models-'));
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'pack.json'), '{}');
  }
  return folder;
}

describe('the packs of a folder', () => {
  it('are the folders with a manifest, by name', () => {
    const folder = folderWith('b', 'a');
    mkdirSync(join(folder, 'a.training'));
    expect(packFolders(folder)).toEqual([join(folder, 'a'), join(folder, 'b')]);
  });

  it('are not those that are being written, or were when their program was killed', () => {
    const folder = folderWith('.a-0a1b2c3d-42-abcdef', 'a');
    expect(packFolders(folder)).toEqual([join(folder, 'a')]);
    expect(() => packFolders(folderWith('.a-0a1b2c3d-42-abcdef'))).toThrow(/no folder with a pack/);
  });
});
