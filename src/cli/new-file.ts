/**
 * Files that commands write for their callers: never over one that is there.
 */
import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InfillError } from '../errors.ts';

/** @throws CONFLICT where there is such a file, INVALID_INPUT where it cannot be written */
export async function writeNewFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const isThere = cause.code === 'EEXIST';
    const why = isThere
      ? 'is there already; give another --out'
      : `cannot be written: ${cause.message}`;
    throw new InfillError(isThere ? 'CONFLICT' : 'INVALID_INPUT', `${path} ${why}.`, { cause });
  });
}

/** To be asked before work whose outcome goes into the file. @throws as `writeNewFile`, as far as it is known before */
export async function requireNewFile(path: string): Promise<void> {
  if (await statOf(path)) {
    throw new InfillError('CONFLICT', `${path} is there already; give another --out.`);
  }
  const folder = dirname(path);
  if ((await statOf(folder))?.isDirectory() === true) return;
  throw new InfillError('INVALID_INPUT', `${path} cannot be written: ${folder} is no folder.`);
}

/** Undefined where there is nothing. */
function statOf(path: string) {
  return stat(path).catch(() => undefined);
}
