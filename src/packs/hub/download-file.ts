/**
 * One file, from the hub to the disk: resumed after whatever broke it off, and checked before it gets its name.
 *
 * Knows ranges, sizes and hashes; knows no folder layout.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { InfillError } from '../../errors.ts';
import { asFullDisk } from '../full-disk.ts';
import { type HubContext, persist, whileHeard } from './hub-context.ts';
import type { HubModel } from './hub-name.ts';
import { PassingFailure, requestHub } from './hub-request.ts';
import { bodyOf, type HubFile } from './list-files.ts';

/** What is downloaded, and where to. */
export type Download = {
  readonly model: HubModel;
  readonly file: HubFile;
  readonly url: URL;
  /** The complete file; `.incomplete` is added while it is not. */
  readonly path: string;
};

/** Told the bytes that are on the disk. */
export type OnBytes = (count: number) => void;

/**
 * Downloads the file; goes on where an earlier attempt ended.
 *
 * @throws InfillError HUB_REFUSED, HUB_UNAVAILABLE; DOWNLOAD_DAMAGED when what comes is not the file of the listing;
 *   STORAGE_FULL when it does not fit. What came so far stays, unless it was damaged.
 */
export async function downloadFile(
  context: HubContext,
  download: Download,
  onBytes: OnBytes,
): Promise<void> {
  const partial = incompletePath(download.path);
  const begun = await sizeOf(partial);
  await fill(context, download, onBytes);
  if (!(await isWhole(partial, download.file))) {
    await rm(partial, { force: true });
    // The beginning may have been another program's, or another file's.
    if (begun > 0) return downloadFile(context, download, onBytes);
    const { name, hash } = download.file;
    throw new InfillError(
      'DOWNLOAD_DAMAGED',
      `${name} of ${download.url.host} is damaged: its hash is not ${hash}.`,
    );
  }
  await rename(partial, download.path);
}

/** Name of a file that is not complete. */
export function incompletePath(path: string): string {
  return `${path}.incomplete`;
}

/** Bytes of a file; 0 without one. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function fill(context: HubContext, download: Download, onBytes: OnBytes): Promise<void> {
  const { size } = download.file;
  const handle = await open(incompletePath(download.path), 'a+').catch(asStorageError);
  try {
    // Of all attempts, also of those whose bytes had to be thrown away: else a server could keep this going for ever.
    let farthest = (await handle.stat()).size;
    let before = farthest;
    await persist(
      context,
      async () => {
        before = farthest;
        if ((await handle.stat()).size > size) await handle.truncate(0);
        const start = (await handle.stat()).size;
        if (start === size) return;
        await whileHeard(context, download.url.host, (signal, heard) =>
          append({ context, download, handle, signal }, start, (count) => {
            heard();
            farthest = Math.max(farthest, count);
            onBytes(count);
          }),
        );
      },
      () => farthest > before,
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
}

type Appending = {
  readonly context: HubContext;
  readonly download: Download;
  readonly handle: FileHandle;
  readonly signal: AbortSignal;
};

/** Writes what comes behind the first `start` bytes. */
async function append(
  { context, download, handle, signal }: Appending,
  start: number,
  onBytes: OnBytes,
): Promise<void> {
  const { model, url, file } = download;
  const headers: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {};
  const response = await requestHub(context.settings, { model, url, headers }, signal);
  const first = startOf(response, start);
  if (first !== start) await handle.truncate(0);
  if (first === null) {
    await response.body?.cancel();
    throw new PassingFailure(`${url.host} sent another part of ${file.name}`, 0);
  }
  let position = first;
  for await (const chunk of bodyOf(response, url.host)) {
    position += chunk.length;
    if (position > file.size) {
      await handle.truncate(0);
      const message = `${url.host} sends more of ${file.name} than its ${file.size} bytes.`;
      throw new InfillError('DOWNLOAD_DAMAGED', message);
    }
    await handle.appendFile(chunk).catch(asStorageError);
    onBytes(position);
  }
  if (position < file.size) {
    const message = `${url.host} broke off at byte ${position} of ${file.size} of ${file.name}`;
    throw new PassingFailure(message, null);
  }
}

/** Where the body begins: at 0 when the server knows no ranges; null when it cannot be used. */
function startOf(response: Response, wanted: number): number | null {
  if (response.status === 200) return 0;
  const [, first] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  return response.status === 206 && Number(first) === wanted ? wanted : null;
}

async function isWhole(path: string, { size, hash }: HubFile): Promise<boolean> {
  const isGitBlob = hash.length === 40;
  const digest = createHash(isGitBlob ? 'sha1' : 'sha256');
  if (isGitBlob) digest.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return digest.digest('hex') === hash;
}

/** @throws InfillError STORAGE_FULL for a full disk; the error itself for all else. */
function asStorageError(error: NodeJS.ErrnoException): never {
  const message = 'The disk is full. Free some space and run this again: what is there is kept.';
  return asFullDisk(error, message);
}
