/**
 * The embedded database: PGlite on a folder. The only file that knows PGlite.
 *
 * Does not lock the folder; two processes that open it at once damage it.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { InfillError } from '../errors.ts';
import type { Connection } from './database.ts';
import { readIfPresent } from './running-process.ts';

/** The PostgreSQL major version whose folders this PGlite reads. */
const embeddedMajor = '18';

/**
 * Opens the database in `folder`, which is made when it is absent or empty.
 *
 * @param folder - in a folder that exists and is locked.
 * @throws STORE_VERSION when the folder is of another PostgreSQL major, or is no database; it is not touched then.
 */
export async function openPglite(folder: string): Promise<Connection> {
  if (isEmpty(folder)) await initialise(folder);
  checkMajor(folder);
  const client = await PGlite.create(folder);
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
  const client = await PGlite.create(draft);
  await client.close();
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
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
