/**
 * Opens a PostgreSQL database as a store: the right server, to itself, brought to the tables of this version.
 */
import { sql } from 'drizzle-orm';
import { InfillError } from '../errors.ts';
import type { Connection } from './database.ts';
import { applyMigrations } from './migrations.ts';
import { connectPostgres, describeDatabase } from './postgres.ts';
import {
  holdServerLock,
  type LockOptions,
  openLockConnection,
  whileMigrating,
} from './server-lock.ts';

/** A database that this process has to itself. */
export type HeldDatabase = {
  readonly connection: Connection;
  /** Whether that is so now; false after the server was lost, until it is had again. */
  isHeld(): boolean;
};

const poolSize = 10;
const statementTimeoutMs = 30_000;
/** PostgreSQL 13 is the oldest that its makers mended when this was written. */
const oldestVersion = 130_000;

/**
 * Opens a database for the only server that uses it; closing it frees it.
 *
 * @throws DATABASE_UNAVAILABLE when it cannot be connected to; DATABASE_IN_USE; STORE_VERSION for a server or a schema
 *   that this version cannot use.
 */
export async function openHeldDatabase(url: string, options: LockOptions): Promise<HeldDatabase> {
  await checkServer(url);
  const lock = await holdServerLock(url, options);
  let isOpen = false;
  try {
    await migrate(lock.connection);
    isOpen = true;
  } finally {
    if (!isOpen) await lock.release();
  }
  const pool = openPool(url);
  const close = () => pool.close().finally(lock.release);
  return { connection: { ...pool, close }, isHeld: lock.isHeld };
}

/**
 * Opens a database that a server may be using: for work that lives in single rows, such as keys, and not for runs.
 *
 * @throws as `openHeldDatabase`, but not DATABASE_IN_USE.
 */
export async function openSharedDatabase(url: string): Promise<Connection> {
  await checkServer(url);
  const own = openLockConnection(url);
  try {
    await migrate(own);
  } finally {
    await own.close();
  }
  return openPool(url);
}

function migrate(connection: Connection): Promise<void> {
  return whileMigrating(connection, () => applyMigrations(connection));
}

function openPool(url: string): Connection {
  return connectPostgres(url, { connections: poolSize, statementTimeoutMs });
}

/**
 * Connects once, so that a wrong URL is told as what it is, and before anything waits for a lock.
 *
 * @throws DATABASE_UNAVAILABLE, STORE_VERSION
 */
export async function checkServer(url: string): Promise<void> {
  const { version, encoding } = await askServer(url);
  if (version >= oldestVersion && encoding === 'UTF8') return;
  const what =
    version < oldestVersion
      ? `is of PostgreSQL ${Math.floor(version / 10_000)}; the oldest that Lacuna uses is ${oldestVersion / 10_000}`
      : `has the encoding ${encoding}; it must be UTF8`;
  throw new InfillError(
    'STORE_VERSION',
    `The database ${describeDatabase(url)} ${what}. Set DATABASE_URL to another database.`,
  );
}

async function askServer(url: string) {
  const connection = openLockConnection(url);
  try {
    const [row] = await connection.database
      .select({
        version: sql<number>`current_setting('server_version_num')::int`,
        encoding: sql<string>`current_setting('server_encoding')`,
      })
      .from(sql`(select 1) as one`);
    return { version: row?.version ?? 0, encoding: row?.encoding ?? '' };
  } catch (cause) {
    throw unavailable(url, cause);
  } finally {
    await connection.close();
  }
}

/** The driver's message names hosts, users and databases, never a password. */
function unavailable(url: string, error: unknown): InfillError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new InfillError(
    'DATABASE_UNAVAILABLE',
    `The database ${describeDatabase(url)} of DATABASE_URL cannot be used: ${reason}.`,
    { cause },
  );
}

/** A refused connection to several addresses has a code only. */
function reasonOf(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name);
}
