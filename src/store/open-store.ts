/**
 * Opens the database of a data folder: lock, PostgreSQL version, migrations, in that order.
 *
 * Knows what an open store consists of; knows no query.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Connection, Database } from './database.ts';
import { acquireLock } from './folder-lock.ts';
import { applyMigrations } from './migrations.ts';
import { openPglite } from './pglite.ts';

/** What opening a store takes. */
export type StoreOptions = {
  /** Made when absent; holds the database and its lock. */
  readonly dataDir: string;
  /** Where this process serves the API; null while it does not. */
  readonly serverUrl: string | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** An open store: nobody else has its folder open. */
export type Store = {
  readonly database: Database;
  /** What programs of this machine that may read the lock show to this process's server. */
  readonly machineSecret: string;
  /** Tells command lines that run beside this process where it serves. */
  setServerUrl(url: string | null): void;
  /** Waits for queries under way, closes the database and frees the folder. A second call does nothing more. */
  close(): Promise<void>;
};

/**
 * Opens the store in a data folder and brings its tables to this version.
 *
 * @throws DATA_DIR_IN_USE when another process has the folder.
 * @throws STORE_VERSION when the folder was written by another version that this one cannot read.
 */
export async function openStore({ dataDir, serverUrl, now }: StoreOptions): Promise<Store> {
  const folder = resolve(dataDir);
  // Clients' texts are in it.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = acquireLock(folder, new Date(now()), serverUrl);
  let isOpen = false;
  try {
    const connection = await openMigrated(join(folder, 'pglite'));
    isOpen = true;
    let closing: Promise<void> | null = null;
    return {
      database: connection.database,
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
