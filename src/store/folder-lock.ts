/**
 * The lock of a data folder: a file that names the one process that may open the database in it, and its server,
 * with a secret by which that server knows whoever may read the file.
 *
 * Knows files and processes of this machine; knows nothing of the database.
 *
 * A stale lock is replaced only by whoever holds the claim on it, a second lock file that is named after the stale
 * lock's token; claims of dead processes are replaced in the same way. So of two processes that find the same stale
 * lock one wins, and a late one cannot replace the winner's lock.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InfillError } from '../errors.ts';
import { findProcess, hasCode, readIfPresent } from './running-process.ts';
import { newSecret } from './secret.ts';

/** Who holds a data folder. */
export type LockHolder = {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, ISO 8601. */
  readonly startedAt: string;
  /** Tells the process from an earlier or later one with the same pid; null where the system does not say. */
  readonly processStart: string | null;
  /** Unique to one taking of the lock. */
  readonly token: string;
  /** Where the holder serves the API; null while it does not. */
  readonly url: string | null;
  /** What whoever can read the lock shows to the holder's server; null of a lock of an earlier version. */
  readonly secret: string | null;
};

/** A held lock. */
export type FolderLock = {
  /** Of one taking of the lock; the lock file has it, for its owner's eyes only. */
  readonly secret: string;
  /** Writes into the lock where the holder serves; null when it stops serving. */
  setUrl(url: string | null): void;
  /** Frees the folder. */
  release(): void;
};

/**
 * Takes the lock of an existing folder, from a dead process too.
 *
 * @throws DATA_DIR_IN_USE when a process that runs, or that is on another host, has it.
 */
export function acquireLock(dataDir: string, startedAt: Date, url: string | null): FolderLock {
  const path = lockPath(dataDir);
  const secret = newSecret('lm');
  let mine: LockHolder = {
    pid: process.pid,
    host: hostname(),
    startedAt: startedAt.toISOString(),
    processStart: findProcess(process.pid)?.start ?? null,
    token: randomBytes(8).toString('hex'),
    url,
    secret,
  };
  const rival = take(path, mine);
  if (rival !== null) throw inUse(dataDir, rival);
  return {
    secret,
    setUrl(next) {
      mine = { ...mine, url: next };
      replace(path, mine);
    },
    release() {
      if (readHolder(path)?.token === mine.token) unlinkSync(path);
    },
  };
}

/**
 * Returns who holds the folder: a running process, or one of another host; null when nobody does.
 *
 * @throws DATA_DIR_IN_USE when the lock file is damaged.
 */
export function readLock(dataDir: string): LockHolder | null {
  const holder = readHolder(lockPath(dataDir));
  return holder !== null && mayRun(holder) ? holder : null;
}

function lockPath(dataDir: string): string {
  return join(dataDir, 'lacuna.lock');
}

/** Returns null once the lock at `path` is `mine`, else who has it or is just taking it. */
function take(path: string, mine: LockHolder): LockHolder | null {
  while (!create(path, mine)) {
    const theirs = readHolder(path);
    if (theirs === null) continue; // Released since.
    if (theirs.token === mine.token) return null;
    const rival = mayRun(theirs) ? theirs : replaceStale(path, theirs, mine);
    if (rival !== null) return rival;
  }
  return null;
}

/** Replaces the lock unless somebody else did; returns who is just doing so. */
function replaceStale(path: string, stale: LockHolder, mine: LockHolder): LockHolder | null {
  const claim = `${path}.${stale.token}`;
  const rival = take(claim, mine);
  if (rival !== null) return rival;
  // subtle: an earlier claim on the same stale lock may have been used and given up since `stale` was read.
  if (readHolder(path)?.token === stale.token) replace(path, mine);
  unlinkSync(claim);
  return null;
}

function mayRun({ host, pid, processStart }: LockHolder): boolean {
  // A process of another host cannot be looked at.
  if (host !== hostname()) return true;
  const running = findProcess(pid);
  if (running === null) return false;
  return running.start === null || processStart === null || running.start === processStart;
}

/** Makes the lock, whole or not at all; returns whether there was none. */
function create(path: string, mine: LockHolder): boolean {
  const draft = writeDraft(path, mine);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function replace(path: string, mine: LockHolder): void {
  renameSync(writeDraft(path, mine), path);
}

function writeDraft(path: string, holder: LockHolder): string {
  const draft = `${path}.draft-${holder.token}`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(holder, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
}

function readHolder(path: string): LockHolder | null {
  const text = readIfPresent(path);
  return text === null ? null : parseHolder(text, path);
}

function parseHolder(text: string, path: string): LockHolder {
  try {
    const holder: unknown = JSON.parse(text);
    assert(isHolder(holder), 'It is not the record of a holder.');
    return { ...holder, secret: holder.secret ?? null };
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause: unknown): InfillError {
  const advice = 'If no process uses its folder, delete it.';
  return new InfillError('DATA_DIR_IN_USE', `The lock file ${path} is damaged. ${advice}`, {
    cause,
  });
}

function isHolder(value: unknown): value is Omit<LockHolder, 'secret'> & Partial<LockHolder> {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, token, url, processStart, secret } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(pid) &&
    Number(pid) > 0 &&
    typeof host === 'string' &&
    typeof token === 'string' &&
    /^[0-9a-f]{16}$/.test(token) &&
    (url === null || typeof url === 'string') &&
    (processStart === null || typeof processStart === 'string') &&
    (secret === undefined || secret === null || typeof secret === 'string')
  );
}

function inUse(dataDir: string, holder: LockHolder): InfillError {
  const isHere = holder.host === hostname();
  const who = `process ${holder.pid}${isHere ? '' : ` of host "${holder.host}"`}`;
  const where = holder.url === null ? '' : `, which serves ${holder.url}`;
  const advice = isHere
    ? 'Stop that process'
    : `Stop that process (if it is gone, delete ${lockPath(dataDir)})`;
  return new InfillError(
    'DATA_DIR_IN_USE',
    `The data folder ${dataDir} is in use by ${who}${where}. ${advice}, or set DATA_DIR to another folder.`,
  );
}
