/**
 * The only way packs and checkpoints are reached: a base name in a folder, and a regular file behind it.
 *
 * Knows no format. Links are refused, so that nothing outside the folder can be read through it.
 */
import { lstat, open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ErrorCode, InfillError } from '../errors.ts';

/** A file that was checked when this was made. */
export type RegularFile = { readonly path: string; readonly name: string; readonly size: number };

/** Whether a name leads nowhere but into the folder that it is put behind, on any system. */
export function isBaseName(name: string): boolean {
  return (
    name !== '' && name !== '.' && name !== '..' && basename(name) === name && !/[\\\0]/.test(name)
  );
}

/**
 * Finds `name` in `folder`.
 *
 * @returns null when nothing has that name.
 * @throws InfillError with `code` for a name with a path in it, a link, or anything that is not a file.
 */
export async function findRegularFile(
  folder: string,
  name: string,
  code: ErrorCode,
): Promise<RegularFile | null> {
  if (!isBaseName(name)) {
    throw new InfillError(
      code,
      `"${name}" is not a plain file name; files must lie in the folder itself.`,
    );
  }
  const path = join(folder, name);
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (stats === null) return null;
  if (!stats.isFile()) {
    const kind = stats.isSymbolicLink() ? 'a symbolic link (copy the file itself)' : 'not a file';
    throw new InfillError(code, `${name} in ${folder} is ${kind}.`);
  }
  return { path, name, size: stats.size };
}

/** As `findRegularFile`, but a missing file is an error too. */
export async function requireRegularFile(
  folder: string,
  name: string,
  code: ErrorCode,
): Promise<RegularFile> {
  const file = await findRegularFile(folder, name, code);
  if (file === null) throw new InfillError(code, `${name} is missing in ${folder}.`);
  return file;
}

/** A text file read whole. @throws InfillError with `code` when it is longer than `limit` bytes. */
export async function readBounded(
  file: RegularFile,
  limit: number,
  code: ErrorCode,
): Promise<Buffer> {
  if (file.size > limit) {
    throw new InfillError(code, `${file.name} has ${file.size} bytes; the limit is ${limit}.`);
  }
  return readFile(file.path);
}

/** A JSON file. @throws InfillError with `code` when it is too long or is not JSON. */
export async function readJson(
  file: RegularFile,
  limit: number,
  code: ErrorCode,
): Promise<unknown> {
  return parseJson((await readBounded(file, limit, code)).toString('utf8'), file.name, code);
}

/** @throws InfillError with `code` naming `name` when `text` is not JSON. */
export function parseJson(text: string, name: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(name, code, cause);
  }
}

function notJson(name: string, code: ErrorCode, cause: unknown): InfillError {
  return new InfillError(code, `${name} is not JSON.`, { cause });
}

/** Most bytes of one read or write: Node.js refuses two gigabytes at once. */
export const maxTransferBytes = 2 ** 30;

/** Bytes `[start, start + target.length)` of a file, written to `target`. @throws when the file ends before. */
export async function readRange(path: string, start: number, target: Uint8Array): Promise<void> {
  const file = await open(path, 'r');
  try {
    let done = 0;
    while (done < target.length) {
      const length = Math.min(target.length - done, maxTransferBytes);
      const { bytesRead } = await file.read(target, done, length, start + done);
      if (bytesRead === 0)
        throw new InfillError('INVALID_CHECKPOINT', `${basename(path)} ends too early.`);
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
}
