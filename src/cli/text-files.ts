/**
 * Text files that a command is given, whole.
 *
 * Knows the file system; knows no tokens.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InfillError } from '../errors.ts';

/** A text, and what identifies the file it is from. */
export type TextFile = {
  /** Without its folder. */
  readonly name: string;
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly text: string;
};

/** Most bytes of one file. */
const maxBytes = 64 * 2 ** 20;

/** @throws INVALID_INPUT naming the file, where it cannot be read, is empty, too long or not UTF-8 */
export async function readTextFile(path: string): Promise<TextFile> {
  const bytes = await readBytes(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause instanceof InfillError) throw cause;
    throw new InfillError('INVALID_INPUT', `${path} cannot be read: ${cause.message}.`, { cause });
  });
  const text = decode(bytes, path);
  if (text.trim() === '') throw new InfillError('INVALID_INPUT', `${path} has no text.`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: basename(path), sha256, sizeBytes: bytes.length, text };
}

async function readBytes(path: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > maxBytes) {
    throw new InfillError('INVALID_INPUT', `${path} has ${size} bytes; the limit is ${maxBytes}.`);
  }
  return readFile(path);
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw notUtf8(path, cause);
  }
}

function notUtf8(path: string, cause: unknown): InfillError {
  return new InfillError('INVALID_INPUT', `${path} is not UTF-8.`, { cause });
}
