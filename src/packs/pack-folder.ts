/**
 * Makes a folder appear whole or not at all, and hashes the files in one.
 *
 * Knows the file system; knows no format.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, lstat, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InfillError } from '../errors.ts';
import { draftPrefix, removeAbandonedDrafts } from './folder-drafts.ts';
import { asFullDisk } from './full-disk.ts';

/**
 * Lets `fill` write into a temporary folder beside `target`, syncs it to disk and renames it. What processes that were
 * killed left of the same target is removed before.
 *
 * @returns what `fill` returns.
 * @throws InfillError CONFLICT when `target` exists, INVALID_OPTION when the folder it would lie in does not, STORAGE_FULL
 *   when the disk is full; what `fill` throws, after the temporary folder is removed.
 */
export async function createFolder<T>(
  target: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  await checkNewFolder(target);
  const path = resolve(target);
  await removeAbandonedDrafts(path);
  const temporary = await mkdtemp(await draftPrefix(path));
  try {
    const filled = await fill(temporary).catch((error) =>
      asFullDisk(error, `The disk is full: ${path} is not there. Free some space and try again.`),
    );
    // A temporary folder is the owner's alone; a pack is not a secret.
    await chmod(temporary, 0o755);
    for (const name of await readdir(temporary)) await syncToDisk(join(temporary, name));
    await syncToDisk(temporary);
    await rename(temporary, path);
    await syncToDisk(dirname(path));
    return filled;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @throws InfillError CONFLICT when `target` exists, INVALID_OPTION when the folder it would lie in does not. */
export async function checkNewFolder(target: string): Promise<void> {
  const path = resolve(target);
  const parent = dirname(path);
  if (!existsSync(parent) || !(await stat(parent)).isDirectory()) {
    const state = existsSync(parent) ? 'is not a folder' : 'does not exist';
    throw new InfillError(
      'INVALID_OPTION',
      `${parent} ${state}; a pack is built into a new folder in it.`,
    );
  }
  if ((await readdir(parent)).includes(basename(path))) {
    throw new InfillError('CONFLICT', `${path} exists already; a pack is built into a new folder.`);
  }
}

/** Windows cannot open a folder; there the rename alone has to do. */
async function syncToDisk(path: string): Promise<void> {
  if (process.platform === 'win32' && (await lstat(path)).isDirectory()) return;
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Size and sha256 (hex) of each file in `folder` that is named. */
export async function describeFiles(
  folder: string,
  names: readonly string[],
): Promise<Record<string, { size: number; sha256: string }>> {
  const files: Record<string, { size: number; sha256: string }> = {};
  for (const name of names) {
    const path = join(folder, name);
    files[name] = { size: (await lstat(path)).size, sha256: await hashFile(path) };
  }
  return files;
}

/** sha256 (hex) of a file, read as a stream. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
