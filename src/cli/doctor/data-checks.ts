/**
 * Whether runs can be kept: the data folder, who has it, its disk, and the database.
 */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { requireKeys } from '../../require-keys.ts';
import { type LockHolder, readLock } from '../../store/folder-lock.ts';
import {
  type DatabaseState,
  inspectEmbedded,
  inspectPostgres,
} from '../../store/inspect-database.ts';
import { describeDatabase, sessionName } from '../../store/postgres.ts';
import { type Finding, failures, notOk, ok } from './finding.ts';
import { gibibytes, mebibytes } from './sizes.ts';

const folderSubject = { group: 'data', subject: 'DATA_DIR' } as const;
const lockSubject = { group: 'data', subject: 'lock' } as const;
const databaseSubject = { group: 'data', subject: 'database' } as const;
/** Runs are kilobytes; a disk with less than this is about to be full of other things. */
const littleBytes = 2 ** 30;

/** Who serves on the data folder; null when nobody does. */
export type Holder = LockHolder | null;

/** Checks folder and disk. */
export function checkFolder({ dataDir, databaseUrl, minFreeDiskMb }: Config): readonly Finding[] {
  // The disk of a database elsewhere is not seen from here.
  const minFreeMb = databaseUrl === null ? minFreeDiskMb : 0;
  const present = nearestPresent(dataDir);
  if (!statSync(present).isDirectory()) {
    const advice = 'Set DATA_DIR to a folder.';
    return [notOk(folderSubject, 'failed', [`${present} is not a folder.`, advice])];
  }
  try {
    accessSync(present, constants.W_OK | constants.X_OK);
  } catch {
    const advice = 'Give this user the right to write there, or set DATA_DIR to another folder.';
    return [notOk(folderSubject, 'failed', [`${present} cannot be written to.`, advice])];
  }
  const made = present === dataDir ? '' : ', which a start makes';
  return [ok(folderSubject, `${dataDir}${made}`), checkDisk(present, minFreeMb)];
}

function checkDisk(folder: string, minFreeMb: number): Finding {
  const subject = { group: 'data', subject: 'disk' } as const;
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < minFreeMb * 2 ** 20) {
    const message = `${mebibytes(free)} are free; below ${minFreeMb} MiB (MIN_FREE_DISK_MB) no run is admitted.`;
    return notOk(subject, 'warning', [
      message,
      'Free disk space, or set DATA_DIR to another disk.',
    ]);
  }
  if (free >= littleBytes) return ok(subject, `${gibibytes(free)} are free`);
  return notOk(subject, 'warning', [`Only ${mebibytes(free)} are free.`, 'Free disk space.']);
}

/** Checks who has the folder; a server that has it is what command lines use. */
export async function checkLock(dataDir: string): Promise<readonly [Finding, Holder]> {
  try {
    const holder = readLock(dataDir);
    return [holder === null ? freeLock(dataDir) : await heldLock(holder), holder];
  } catch (error) {
    const [finding] = failures(lockSubject, error);
    return [finding ?? freeLock(dataDir), null];
  }
}

function freeLock(dataDir: string): Finding {
  const isStale = existsSync(join(dataDir, 'lacuna.lock'));
  return ok(
    lockSubject,
    isStale ? 'left by a process that is gone; the next start takes it' : 'nobody has the folder',
  );
}

async function heldLock({ pid, host, url }: LockHolder): Promise<Finding> {
  const who = `process ${pid}${host === hostname() ? '' : ` of host "${host}"`}`;
  if (url === null) {
    return notOk(lockSubject, 'warning', [
      `${who} has the folder and serves nothing.`,
      'Wait for it to end.',
    ]);
  }
  const problem = await problemOf(url);
  if (problem === null) {
    return ok(lockSubject, `${who} serves ${url}; commands use it, and no second server can start`);
  }
  const advice = 'Its log says why.';
  return notOk(lockSubject, 'warning', [`${who} serves ${url}; ${problem}.`, advice]);
}

/** What keeps a server from taking work; null when nothing does. */
async function problemOf(url: string): Promise<string | null> {
  const answer = fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) });
  return answer.then(
    ({ status }) => (status === 200 ? null : 'it is not ready'),
    () => 'it does not answer',
  );
}

/** Looks into the database, unless a server has it. */
export async function checkDatabase(config: Config, holder: Holder): Promise<readonly Finding[]> {
  const { dataDir, databaseUrl } = config;
  if (databaseUrl === null && holder !== null) {
    return [ok(databaseSubject, 'embedded; the process that has the folder uses it')];
  }
  const name = databaseUrl === null ? 'embedded' : describeDatabase(databaseUrl);
  try {
    const state = await (databaseUrl === null
      ? inspectEmbedded(dataDir)
      : inspectPostgres(databaseUrl));
    return [
      ...serverOf(name, state, holder),
      tablesOf(name, state),
      ...(await checkKeys(config, state)),
    ];
  } catch (error) {
    return failures(databaseSubject, error);
  }
}

/** One other than that of the folder keeps a start from the database. */
function serverOf(name: string, state: DatabaseState | null, holder: Holder): readonly Finding[] {
  const server = state?.server ?? null;
  if (server === null) return [];
  if (holder !== null && server === sessionName(holder.pid, holder.host)) {
    return [ok(databaseSubject, `${name}; the process that has the folder uses it`)];
  }
  const advice = 'Stop that server, or set DATABASE_URL to another database.';
  return [
    notOk(databaseSubject, 'failed', [`${name} is in use by another server (${server}).`, advice]),
  ];
}

function tablesOf(name: string, state: DatabaseState | null): Finding {
  if (state === null) return ok(databaseSubject, `${name}; a start makes it`);
  const { missing, unknown } = state;
  if (unknown > 0) {
    const advice = 'Update Lacuna (npm install lacuna@latest), or use another database.';
    return notOk(databaseSubject, 'failed', [`${name}; a newer version made its tables.`, advice]);
  }
  if (missing === 0) return ok(databaseSubject, `${name}; its tables are those of this version`);
  return ok(databaseSubject, `${name}; a start brings its tables up to date (${missing} to apply)`);
}

/** A server that others can reach needs a key. */
async function checkKeys(config: Config, state: DatabaseState | null): Promise<readonly Finding[]> {
  const subject = { group: 'server', subject: 'HOST' } as const;
  const hasKeys = state?.hasKeys ?? false;
  try {
    await requireKeys(config, { hasKeys: async () => hasKeys });
    return [ok(subject, `${config.host}, ${hasKeys ? 'with API keys' : 'without an API key'}`)];
  } catch (error) {
    return failures(subject, error);
  }
}

function nearestPresent(folder: string): string {
  return existsSync(folder) ? folder : nearestPresent(dirname(folder));
}
