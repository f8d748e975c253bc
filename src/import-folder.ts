/**
 * Files of the folder that datasets may be imported from, line by line.
 *
 * Names are relative and stay in the folder, links followed; what is no plain file of a bearable size is refused.
 */
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { datasetLimits } from './benchmark/dataset-reader.ts';
import { type InfillError, type Problem, problemsError } from './errors.ts';
import type { ReadImport } from './service/datasets.ts';

/** Reads files below `folder`. */
export function importFolder(folder: string): ReadImport {
  return async function* readImport(path) {
    const file = fileBelow(folder, path);
    const lines = createInterface({
      input: createReadStream(file, { encoding: 'utf8' }),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    yield* lines;
  };
}

/** @throws INVALID_INPUT for what is no plain file in the folder, or is too large */
function fileBelow(folder: string, path: string): string {
  const file = isAbsolute(path) || path.includes('\0') ? null : realPath(join(folder, path));
  const root = realPath(folder);
  if (file === null || root === null || !isBelow(root, file)) throw refused(path, 'is not a file');
  const found = statSync(file);
  if (!found.isFile()) throw refused(path, 'is not a file');
  const { bytes } = datasetLimits;
  if (found.size > bytes) throw refused(path, `has ${found.size} bytes; the limit is ${bytes}:`);
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

function refused(path: string, what: string): InfillError {
  const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  const message = `"${shown}" ${what} in the folder that DATASETS_DIR names.`;
  const problem: Problem = {
    path: ['content', 'path'],
    code: 'INVALID_INPUT',
    message,
    value: shown,
    limit: null,
  };
  return problemsError([problem]);
}
