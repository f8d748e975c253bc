/**
 * Files of the folder that datasets may be imported from, line by line.
 *
 * Names are relative and stay in the folder, links followed; what is no plain file of a bearable size is refused.
 */
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { datasetLimits } from './benchmark/dataset-reader.ts';
import { InfillError, type Problem } from './errors.ts';
import type { ReadImport } from './service/datasets.ts';

/** Reads files below `folder`. */
export function importFolder(folder: string): ReadImport {
  return async function* readImport(path) {
    const file = fileBelow(folder, path);
    // Lines end as those of a request do: `node:readline` ends them at U+2028 too, which a text of JSON may hold.
    let line = '';
    for await (const text of textsOf(file, path)) {
      const [end = '', ...others] = text.split('\n');
      line += end;
      for (const next of others) {
        yield withoutReturn(line);
        line = next;
      }
    }
    if (line !== '') yield withoutReturn(line);
  };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** A file, piece by piece. @throws INVALID_INPUT for what is not UTF-8 */
async function* textsOf(file: string, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Buffer) => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw refused(path, 'is not UTF-8', cause);
    }
  };
  for await (const bytes of piecesOf(file, path)) yield decode(bytes);
  yield decode();
}

/** @throws INVALID_INPUT for what this process may not read, or no longer can */
async function* piecesOf(file: string, path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file);
  } catch (cause) {
    if (isOutOfFiles(cause)) throw cause;
    throw refused(path, 'cannot be read', cause);
  }
}

/** Too many open files, here or on the machine, are no fault of the file. */
function isOutOfFiles(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}

/** @throws INVALID_INPUT for what is no plain file in the folder, or is too large */
function fileBelow(folder: string, path: string): string {
  const file = isAbsolute(path) || path.includes('\0') ? null : realPath(join(folder, path));
  const root = realPath(folder);
  const noFile = 'is not a file in the folder that DATASETS_DIR names';
  if (file === null || root === null || !isBelow(root, file)) throw refused(path, noFile);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw refused(path, noFile);
  const { bytes } = datasetLimits;
  if (found.size > bytes) throw refused(path, `has ${found.size} bytes; the limit is ${bytes}`);
  return file;
}

function isBelow(root: string, file: string): boolean {
  const way = relative(root, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Null of what is not there. */
function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function refused(path: string, what: string, cause?: unknown): InfillError {
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  const message = `"${shown}" ${what}.`;
  const problem: Problem = {
    path: ['content', 'path'],
    code: 'INVALID_INPUT',
    message,
    value: shown,
    limit: null,
  };
  return new InfillError('INVALID_INPUT', message, { problems: [problem], cause });
}
