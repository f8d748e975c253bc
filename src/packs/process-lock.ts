/**
 * Keeps two processes from writing the same files.
 *
 * Knows process ids; a lock whose process is gone counts for nothing.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InfillError } from '../errors.ts';

/** What is locked. */
export type Lock = {
  /** The file that holds the id of the process which has the lock. */
  readonly path: string;
  /** What that process does, as the end of a sentence: "is downloading the same file". */
  readonly use: string;
};

/**
 * Takes a lock; returns what gives it back.
 *
 * @throws InfillError CONFLICT while another process holds it.
 */
export async function takeLock({ path, use }: Lock): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  if (!(await make(path))) {
    const holder = await readFile(path, 'utf8').catch(() => '');
    // Empty: another process has made it and not written its id yet.
    if (holder === '' || isRunning(Number(holder))) {
      const who = holder === '' ? 'Another process' : `Process ${holder}`;
      throw new InfillError('CONFLICT', `${who} ${use}; if it is not, delete ${path}.`);
    }
    await rm(path, { force: true });
    if (!(await make(path))) throw new InfillError('CONFLICT', `Another process ${use} (${path}).`);
  }
  return () => rm(path, { force: true });
}

async function make(path: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  if (file === null) return false;
  try {
    await file.writeFile(String(process.pid));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

/** Whether another process of this machine has the id, as far as can be seen from here. */
export function isRunning(pid: number): boolean {
  // In containers, process ids come again: a lock with our own is one that an earlier process left.
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
