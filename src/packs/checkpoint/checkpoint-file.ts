/**
 * Files of a checkpoint folder, which may be a snapshot in the cache of Hugging Face's tools.
 *
 * There each file is a link to a blob beside the snapshots. That one form of link is followed; others are refused, so that
 * nothing else outside the folder can be read through it.
 */
import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InfillError } from '../../errors.ts';
import { findRegularFile, type RegularFile } from '../regular-file.ts';

const code = 'INVALID_CHECKPOINT';

/** A git or sha256 hash, which says what is in the blob. */
const blobLink = /^\.\.[/\\]\.\.[/\\]blobs[/\\]([0-9a-f]{40}|[0-9a-f]{64})$/;
const snapshotFolder = /[/\\]models--([^/\\]+?)--([^/\\]+)[/\\]snapshots[/\\]([0-9a-f]{40})$/;

/**
 * Finds `name` in `folder`.
 *
 * @returns null when nothing has that name.
 * @throws InfillError INVALID_CHECKPOINT for a name with a path in it, another link, or anything that is not a file.
 */
export async function findCheckpointFile(
  folder: string,
  name: string,
): Promise<RegularFile | null> {
  const blob = basename(name) === name ? await blobOf(join(folder, name)) : null;
  if (blob === null) return findRegularFile(folder, name, code);
  // The link counts from where the folder really is.
  const file = await findRegularFile(join(await realpath(folder), '../../blobs'), blob, code);
  return file === null ? null : { ...file, name };
}

/** As `findCheckpointFile`, but a missing file is an error too. */
export async function requireCheckpointFile(folder: string, name: string): Promise<RegularFile> {
  const file = await findCheckpointFile(folder, name);
  if (file === null) throw new InfillError(code, `${name} is missing in ${folder}.`);
  return file;
}

/** What a checkpoint is called: `owner/name@commit` for a snapshot, else the folder's own name. */
export function checkpointName(folder: string): string {
  const path = resolve(folder);
  const [, owner, name, commit] = snapshotFolder.exec(path) ?? [];
  return owner === undefined ? basename(path) : `${owner}/${name}@${commit}`;
}

/** Name of the blob that a link of a snapshot leads to; null for anything else. */
async function blobOf(path: string): Promise<string | null> {
  const stats = await lstat(path).catch(() => null);
  if (!stats?.isSymbolicLink()) return null;
  return blobLink.exec(await readlink(path))?.[1] ?? null;
}
