/**
 * The embedded database: PGlite on a folder. The only file that knows PGlite.
 *
 * Does not lock the folder; two processes that open it at once damage it.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { InfillError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import type { Connection } from './database.ts';
import { readIfPresent } from './running-process.ts';

/** The PostgreSQL major version whose folders this PGlite reads. */
const embeddedMajor = '18';

/** Where the build puts the database that new ones are copies of: empty, with the tables of this version. */
export function emptyDatabaseFile(): string {
  return join(packageRoot(), 'dist/empty-database.tar.gz');
}

/**
 * Opens the database in `folder`, which is made when it is absent or empty.
 *
 * @param folder - in a folder that exists and is locked.
 * @throws STORE_VERSION when the folder is of another PostgreSQL major, or is no database; it is not touched then.
 */
export async function openPglite(folder: string): Promise<Connection> {
  if (isEmpty(folder)) await initialise(folder);
  checkMajor(folder);
  return connectionTo(await startPglite(folder));
}

/**
 * Makes a database in `folder`, by `prepare`; from nothing, and not as a copy of what an earlier build made.
 *
 * @param folder - must not exist.
 * @returns all of it, as a new one can be made of: a tar file, compressed.
 */
export async function dumpPrepared(
  folder: string,
  prepare: (connection: Connection) => Promise<void>,
): Promise<Uint8Array> {
  const client = await startPglite(folder);
  try {
    await prepare(connectionTo(client));
    // A copy then has no log to replay.
    await client.exec('CHECKPOINT');
    const archive = await client.dumpDataDir('gzip');
    return new Uint8Array(await archive.arrayBuffer());
  } finally {
    await client.close();
  }
}

function connectionTo(client: PanicSafePglite): Connection {
  const database = drizzle(client);
  return {
    database,
    migrate: (migrationsFolder) => migrate(database, { migrationsFolder }),
    close: () => client.close(),
  };
}

function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}

/** A process that is killed while it initialises leaves half a database: so it is made beside and then renamed. */
async function initialise(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  const client = await startPglite(draft, readArchive(emptyDatabaseFile()));
  await client.close();
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
}

/** Null where there is none, as before a build: then PostgreSQL makes the database, which takes six times as long. */
function readArchive(file: string): Blob | null {
  return existsSync(file) ? new Blob([readFileSync(file)], { type: 'application/x-gzip' }) : null;
}

/** @param archive - what an empty folder is to have. */
async function startPglite(folder: string, archive: Blob | null = null): Promise<PanicSafePglite> {
  const client = new PanicSafePglite(folder, archive === null ? {} : { loadDataDir: archive });
  try {
    await client.waitReady;
  } catch (cause) {
    throw startFailure(folder, cause);
  }
  return client;
}

/** PGlite gives no reason; of those it can have, a full disk is the common one. */
function startFailure(folder: string, cause: unknown): InfillError {
  const message =
    `The embedded database could not start in ${folder}. ` +
    'It needs about 64 MiB of free disk space, and a folder that it may write to.';
  return new InfillError('STORE_FAILED', message, { cause });
}

/**
 * After a panic of PostgreSQL, such as a write-ahead log that cannot be written, PGlite's next query never returns and
 * blocks the thread. This one answers every query with the panic instead; what was acknowledged is there at the next start.
 */
class PanicSafePglite extends PGlite {
  #panic: Error | null = null;

  override execProtocolRawSync(message: Uint8Array): Uint8Array {
    if (this.#panic !== null) throw this.#panic;
    return super.execProtocolRawSync(message);
  }

  override execProtocol(...parameters: Parameters<PGlite['execProtocol']>) {
    return this.#noticePanic(super.execProtocol(...parameters));
  }

  override execProtocolStream(...parameters: Parameters<PGlite['execProtocolStream']>) {
    return this.#noticePanic(super.execProtocolStream(...parameters));
  }

  override async close(): Promise<void> {
    if (this.#panic === null) await super.close();
  }

  #noticePanic<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      if (isPanic(error)) this.#panic = error;
      throw error;
    });
  }
}

function isPanic(error: unknown): error is Error {
  return error instanceof Error && 'severity' in error && error.severity === 'PANIC';
}

function checkMajor(folder: string): void {
  const major = readIfPresent(join(folder, 'PG_VERSION'))?.trim();
  if (major === embeddedMajor) return;
  const what =
    major === undefined
      ? 'is not empty and has no PG_VERSION file, so it is no database'
      : `is of PostgreSQL ${major}; this version of Lacuna reads PostgreSQL ${embeddedMajor}`;
  throw new InfillError(
    'STORE_VERSION',
    `The database folder ${folder} ${what}. To start with an empty one, move it away ` +
      `(mv "${folder}" "${folder}-${major ?? 'other'}"), or set DATA_DIR to another folder.`,
  );
}
