/**
 * Keeps two processes from writing one file of the cache.
 *
 * Knows process ids; a lock whose process is gone counts for nothing.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InfillError } from '../../errors.ts';

/**
 * Runs `work` while the file `path` holds this process's id.
 *
 * @throws InfillError CONFLICT while another process holds it.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  if (!(await take(path))) {
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isRunning(holder)) {
      throw new InfillError(
        'CONFLICT',
        `Process ${holder} is downloading the same file; if it is not, delete ${path}.`,
      );
    }
    await rm(path, { force: true });
    if (!(await take(path))) {
      throw new InfillError('CONFLICT', `Another process is downloading the same file (${path}).`);
    }
  }
  return work().finally(() => rm(path, { force: true }));
}

async function take(path: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  if (file === null) return false;
  await file.writeFile(String(process.pid));
  await file.close();
  return true;
}

function isRunning(pid: number): boolean {
  // In containers, process ids come again: a lock with our own is one that an earlier process left.
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
