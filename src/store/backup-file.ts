/**
 * Backups as gzip files: whole under their name, or not there.
 */
import { existsSync } from 'node:fs';
import { type FileHandle, link, open, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { InfillError } from '../errors.ts';
import { checkBackup } from './backup.ts';
import { hasCode } from './running-process.ts';
import type { RowCounts } from './stored-tables.ts';

/** A written backup. */
export type BackupFile = {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: RowCounts;
};

/**
 * Writes a backup, reads it again to check it, and gives it its name once it is on the disk.
 *
 * @param compressed - gzip.
 * @throws CONFLICT when there is a file of that name; INVALID_INPUT when its folder cannot be written to; INVALID_BACKUP
 *   when what came is none; STORAGE_FULL
 */
export async function writeBackupFile(path: string, compressed: Readable): Promise<BackupFile> {
  const target = resolve(path);
  if (existsSync(target)) throw exists(target);
  const draft = `${target}.${process.pid}.part`;
  // It has clients' texts.
  const file = await open(draft, 'wx', 0o600).catch((cause: unknown) => {
    throw fileError(`The backup ${target} cannot be written`, cause);
  });
  try {
    await fill(file, compressed);
    const rows = await checkBackup(readBackupFile(draft));
    // Unlike a rename, a link never replaces what has come there meanwhile.
    await link(draft, target);
    await syncFolder(dirname(target));
    return { path: target, bytes: (await stat(target)).size, rows };
  } finally {
    await unlink(draft);
  }
}

/** The bytes of a backup in a file, decompressed. @throws INVALID_INPUT when it cannot be read. */
export async function* readBackupFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await openToRead(path).catch((cause: unknown) => {
    throw fileError(`The backup ${path} cannot be read`, cause);
  });
  const content = createGunzip();
  joined(file.createReadStream(), content);
  yield* content as AsyncIterable<Uint8Array>;
}

/** The bytes of a backup as a file has them. */
export function compressed(backup: Readable): Readable {
  const gzip = createGzip();
  joined(backup, gzip);
  return gzip;
}

/** A folder can be opened too, and fails when it is read. */
async function openToRead(path: string): Promise<FileHandle> {
  const file = await open(path);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error('It is not a file.');
}

/** A failure of one end reaches the other; whoever reads `sink` meets it there. */
function joined(source: Readable, sink: Duplex): void {
  pipeline(source, sink).catch((error: Error) => sink.destroy(error));
}

async function fill(file: FileHandle, content: Readable): Promise<void> {
  await pipeline(content, file.createWriteStream({ flush: true })).catch((cause: unknown) => {
    throw hasCode(cause, 'ENOSPC') ? diskFull(cause) : cause;
  });
}

function diskFull(cause: unknown): InfillError {
  return new InfillError('STORAGE_FULL', 'The disk is full before the backup is whole.', { cause });
}

/** A name is on the disk once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function exists(path: string): InfillError {
  const message = `There is a file ${path} already; a backup does not replace one.`;
  return new InfillError('CONFLICT', message);
}

/** @param what - without its end; the system's reason names no content. */
function fileError(what: string, cause: unknown): InfillError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new InfillError('INVALID_INPUT', `${what}${reason}`, { cause });
}
