/**
 * Opens the database that belongs to a data folder, embedded in it or on a server: lock, version, migrations, in that order.
 *
 * Knows what an open store consists of; knows no query.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Connection, Database } from './database.ts';
import { acquireLock } from './folder-lock.ts';
import { applyMigrations } from './migrations.ts';
import { type HeldDatabase, openHeldDatabase } from './open-postgres.ts';
import { openPglite } from './pglite.ts';

/** What opening a store takes. */
export type StoreOptions = {
  /** Made when absent; holds the lock, and the embedded database. */
  readonly dataDir: string;
  /** A PostgreSQL database to use in place of the embedded one. */
  readonly databaseUrl?: string | null;
  /** Where this process serves the API; null while it does not. */
  readonly serverUrl: string | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told when the database of a server is lost, and when this process has it to itself again. */
  readonly onHeld?: ((isHeld: boolean) => void) | undefined;
};

/** An open store: nobody else has its folder or its database open. */
export type Store = {
  readonly database: Database;
  /** Whether the database is this process's own now; false while a PostgreSQL server is lost. */
  isHeld(): boolean;
  /** What programs of this machine that may read the lock show to this process's server. */
  readonly machineSecret: string;
  /** Tells command lines that run beside this process where it serves. */
  setServerUrl(url: string | null): void;
  /** Waits for queries under way, closes the database and frees the folder. A second call does nothing more. */
  close(): Promise<void>;
};

/**
 * Opens the store of a data folder and brings its tables to this version.
 *
 * @throws DATA_DIR_IN_USE when another process has the folder; DATABASE_IN_USE when another server has the database.
 * @throws STORE_VERSION when either was written by another version that this one cannot read.
 * @throws DATABASE_UNAVAILABLE when the database of the URL cannot be connected to.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, serverUrl, now } = options;
  const folder = resolve(dataDir);
  // Clients' texts are in it.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = acquireLock(folder, new Date(now()), serverUrl);
  let isOpen = false;
  try {
    const { connection, isHeld } = await openDatabase(folder, options);
    isOpen = true;
    let closing: Promise<void> | null = null;
    return {
      database: connection.database,
      isHeld,
      machineSecret: lock.secret,
      setServerUrl: lock.setUrl,
      close() {
        closing ??= connection.close().finally(lock.release);
        return closing;
      },
    };
  } finally {
    if (!isOpen) lock.release();
  }
}

async function openDatabase(
  folder: string,
  { databaseUrl = null, now, onHeld }: StoreOptions,
): Promise<HeldDatabase> {
  if (databaseUrl !== null) return openHeldDatabase(databaseUrl, { now, onHeld });
  return { connection: await openMigrated(join(folder, 'pglite')), isHeld: () => true };
}

async function openMigrated(folder: string): Promise<Connection> {
  const connection = await openPglite(folder);
  let isMigrated = false;
  try {
    await applyMigrations(connection);
    isMigrated = true;
    return connection;
  } finally {
    if (!isMigrated) await connection.close();
  }
}
