/**
 * Files of float32 numbers behind a line of JSON, with a checksum: whole or not at all, whatever their size.
 *
 * Written to a temporary name, synced and renamed, so that a kill or a full disk leaves the file that was there. Knows
 * bytes; knows not what the numbers mean.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { asFullDisk } from '../full-disk.ts';
import { parseJson } from '../regular-file.ts';

/** Bytes hashed, read or written at once: Node.js does none of that with two gigabytes. */
const pieceBytes = 2 ** 26;
/** Most bytes of the line before the numbers. */
const maxLineBytes = 64 * 2 ** 20;
const numberBytes = 4;

const lineSchema = z.strictObject({
  facts: z.unknown(),
  /** SHA-256 of the numbers. */
  sha256: z.string(),
});

/**
 * Writes `facts`, which JSON can hold, and the numbers of `arrays` one after another.
 *
 * @throws InfillError STORAGE_FULL; then the file that was there is still there
 */
export async function writeNumbers(
  path: string,
  facts: unknown,
  arrays: readonly Float32Array[],
): Promise<void> {
  const hash = createHash('sha256');
  for (const piece of piecesOf(arrays)) hash.update(piece);
  const draft = `${path}.new`;
  const file = await open(draft, 'w').catch((error) => asFullDisk(error, fullDiskText(path)));
  try {
    await file.writeFile(`${JSON.stringify({ facts, sha256: hash.digest('hex') })}\n`);
    for (const piece of piecesOf(arrays)) await file.writeFile(piece);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    asFullDisk(error as NodeJS.ErrnoException, fullDiskText(path));
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** What is said when a file of a training does not fit. */
export function fullDiskText(path: string): string {
  return `The disk of ${dirname(path)} is full. Free some space and go on with --resume: what was done before is kept.`;
}

/**
 * Lets `use` read a file: its facts, and then its numbers into arrays that have their sizes.
 *
 * @returns null when there is no such file.
 * @throws InfillError INVALID_INPUT when it is damaged
 */
export async function withNumbers<T>(
  path: string,
  use: (facts: unknown, readInto: (arrays: readonly Float32Array[]) => Promise<void>) => Promise<T>,
): Promise<T | null> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { facts, sha256, offset } = await readLine(file, basename(path));
    return await use(facts, async (arrays) => {
      if ((await readArrays(file, offset, arrays)) !== sha256) throw damaged(path);
    });
  } finally {
    await file.close();
  }
}

/** What is said of a file that is not as it was written. */
export function damaged(path: string, why = ''): InfillError {
  const message = `${basename(path)} is damaged${why}. Delete it to train from the start.`;
  return new InfillError('INVALID_INPUT', message);
}

/** Fills the arrays; returns the SHA-256 of what they hold now. */
async function readArrays(
  file: FileHandle,
  offset: number,
  arrays: readonly Float32Array[],
): Promise<string> {
  const hash = createHash('sha256');
  let position = offset;
  for (const piece of piecesOf(arrays)) {
    await file.read(piece, 0, piece.length, position);
    hash.update(piece);
    position += piece.length;
  }
  return hash.digest('hex');
}

async function readLine(file: FileHandle, name: string) {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.min(size, maxLineBytes));
  await file.read(bytes, 0, bytes.length, 0);
  const end = Math.max(bytes.indexOf('\n'), 0);
  const parsed = lineSchema.safeParse(
    parseJson(bytes.toString('utf8', 0, end), name, 'INVALID_INPUT'),
  );
  if (!parsed.success) throw damaged(name, `: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, offset: end + 1 };
}

/** The memory of the arrays, in order. */
function* piecesOf(arrays: readonly Float32Array[]): Generator<Uint8Array> {
  for (const { buffer, byteOffset, length } of arrays) {
    const end = length * numberBytes;
    for (let start = 0; start < end; start += pieceBytes) {
      yield new Uint8Array(buffer, byteOffset + start, Math.min(pieceBytes, end - start));
    }
  }
}
