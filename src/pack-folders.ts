/**
 * Where the packs of an installation are.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InfillError } from './errors.ts';

/**
 * Folders that hold a pack, by name; hidden ones are packs that are being written, or were when their program was killed.
 *
 * @throws INVALID_CONFIG when there is none.
 */
export function packFolders(modelsDir: string): string[] {
  const folder = resolve(modelsDir);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const packs = names
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'pack.json')));
  if (packs.length === 0) {
    throw new InfillError(
      'INVALID_CONFIG',
      `MODELS_DIR is ${folder}; there is no folder with a pack.json in it.`,
    );
  }
  return packs;
}
