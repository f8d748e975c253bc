/**
 * Looks at the database that a start would open, and changes nothing in it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasApiKeys } from './api-keys.ts';
import type { Connection } from './database.ts';
import { acquireLock } from './folder-lock.ts';
import { compareMigrations } from './migrations.ts';
import { checkServer } from './open-postgres.ts';
import { openPglite } from './pglite.ts';
import { connectPostgres } from './postgres.ts';
import { serverOf } from './server-lock.ts';

/** What a start would find. */
export type DatabaseState = {
  /** Migrations of this version that the database lacks. */
  readonly missing: number;
  /** Migrations that it has of other versions. */
  readonly unknown: number;
  /** Whether there is an API key; false where its tables are not those of this version, since they cannot be asked. */
  readonly hasKeys: boolean;
  /** What the server that uses it calls itself; null when none does, and always of an embedded one. */
  readonly server: string | null;
};

const statementTimeoutMs = 5000;

/**
 * Looks at the embedded database of a data folder, which no process may be using.
 *
 * @returns null where there is none.
 * @throws DATA_DIR_IN_USE, STORE_VERSION, STORE_FAILED
 */
export async function inspectEmbedded(dataDir: string): Promise<DatabaseState | null> {
  const folder = join(dataDir, 'pglite');
  if (!existsSync(folder)) return null;
  const lock = acquireLock(dataDir, new Date(), null);
  try {
    const connection = await openPglite(folder);
    try {
      return await stateOf(connection);
    } finally {
      await connection.close();
    }
  } finally {
    lock.release();
  }
}

/**
 * Looks at a PostgreSQL database, which a server may be using.
 *
 * @throws DATABASE_UNAVAILABLE, STORE_VERSION
 */
export async function inspectPostgres(url: string): Promise<DatabaseState> {
  await checkServer(url);
  const connection = connectPostgres(url, { connections: 1, statementTimeoutMs });
  try {
    const server = await serverOf(connection.database);
    return { ...(await stateOf(connection)), server };
  } finally {
    await connection.close();
  }
}

async function stateOf({ database }: Connection): Promise<DatabaseState> {
  const { missing, unknown } = await compareMigrations(database);
  const isCurrent = missing.length === 0 && unknown.length === 0;
  const hasKeys = isCurrent && (await hasApiKeys(database));
  return { missing: missing.length, unknown: unknown.length, hasKeys, server: null };
}
