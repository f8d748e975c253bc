/**
 * Files that commands write for their callers: never over one that is there.
 */
import { writeFile } from 'node:fs/promises';
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
