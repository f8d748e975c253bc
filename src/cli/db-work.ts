/**
 * What `lacuna db` does: which database it works on, and who may read it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Environment, isDatabaseUrl, readConfig } from '../config.ts';
import { InfillError } from '../errors.ts';
import { machineBackupPath } from '../machine-backup.ts';
import { backupStream, type OnRows, restoreBackup } from '../store/backup.ts';
import {
  type BackupFile,
  compressed,
  readBackupFile,
  writeBackupFile,
} from '../store/backup-file.ts';
import type { Database } from '../store/database.ts';
import { openHeldDatabase, openSharedDatabase } from '../store/open-postgres.ts';
import { openStore } from '../store/open-store.ts';
import type { RowCounts } from '../store/stored-tables.ts';
import { askLocalServer, findLocalServer } from './machine-client.ts';

/** Something open that is closed after its use. */
type Open = { readonly database: Database; close(): Promise<void> };

/**
 * Writes the configured database into a file. The embedded one of a running server is asked of that server.
 *
 * @throws CONFLICT when the file exists; SERVER_FAILED; DATA_DIR_IN_USE by a process that serves nothing.
 */
export async function backUp(env: Environment, out: string, onRows: OnRows): Promise<BackupFile> {
  const { databaseUrl, dataDir } = readConfig(env);
  const server = databaseUrl === null ? findLocalServer(dataDir) : null;
  if (server !== null) {
    const { body } = await askLocalServer(server, machineBackupPath, {});
    if (body === null) throw new InfillError('SERVER_FAILED', 'The server sent no backup.');
    return writeBackupFile(out, Readable.from(body));
  }
  const source =
    databaseUrl === null ? await openEmbedded(dataDir) : await openSharedDatabase(databaseUrl);
  return closing(source, ({ database }) =>
    writeBackupFile(out, compressed(backupStream(database, onRows))),
  );
}

/**
 * Puts a backup into the configured database.
 *
 * @throws as `restoreBackup`; DATA_DIR_IN_USE, DATABASE_IN_USE while a server runs.
 */
export async function restore(env: Environment, file: string, onRows: OnRows): Promise<RowCounts> {
  const { databaseUrl, dataDir } = readConfig(env);
  const target = await openStore({ dataDir, databaseUrl, serverUrl: null, now: Date.now });
  return closing(target, ({ database }) => restoreBackup(database, readBackupFile(file), onRows));
}

/**
 * Copies the embedded database into one of PostgreSQL.
 *
 * @param to - DATABASE_URL when undefined.
 * @throws INVALID_INPUT when there is no such database; else as `restore`.
 */
export async function moveTo(
  env: Environment,
  to: string | undefined,
  onRows: OnRows,
): Promise<RowCounts> {
  const { databaseUrl, dataDir } = readConfig(env);
  const url = targetUrl(to ?? databaseUrl);
  return closing(await openEmbedded(dataDir), async (source) => {
    const { connection } = await openHeldDatabase(url, { now: Date.now });
    return closing(connection, async ({ database }) => {
      const chunks = backupStream(source.database);
      try {
        return await restoreBackup(database, chunks, onRows);
      } finally {
        // What is not read to its end would hold the source open.
        chunks.destroy();
      }
    });
  });
}

function openEmbedded(dataDir: string): Promise<Open> {
  if (!existsSync(join(dataDir, 'pglite'))) {
    const message = `There is no embedded database in ${dataDir}. Set DATA_DIR to the folder that has it.`;
    throw new InfillError('INVALID_INPUT', message);
  }
  return openStore({ dataDir, serverUrl: null, now: Date.now });
}

/** The message does not repeat the URL, which may hold a password. */
function targetUrl(url: string | null): string {
  if (url !== null && isDatabaseUrl(url)) return url;
  const wrong = url === null ? 'No database is named.' : 'That is not the URL of a database.';
  const advice = 'Use --to or DATABASE_URL with a URL such as postgres://user@host:5432/lacuna.';
  throw new InfillError('INVALID_INPUT', `${wrong} ${advice}`);
}

async function closing<O extends Pick<Open, 'close'>, T>(
  open: O,
  use: (open: O) => Promise<T>,
): Promise<T> {
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}
