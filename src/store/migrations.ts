/**
 * Brings a database to the tables of this version, or refuses one that is ahead of it.
 *
 * Knows drizzle's table of applied migrations; knows no driver.
 */
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { bigint, pgSchema, text } from 'drizzle-orm/pg-core';
import { InfillError } from '../errors.ts';
import { packageRoot, packageVersion } from '../package-root.ts';
import type { Connection, Database } from './database.ts';

const applied = pgSchema('drizzle').table('__drizzle_migrations', {
  /** When the migration was made (its folderMillis), not when it was applied. */
  madeAt: bigint('created_at', { mode: 'number' }),
});

const existing = pgSchema('information_schema').table('tables', {
  schema: text('table_schema'),
  name: text('table_name'),
});

/**
 * Applies the migrations that the database lacks, all or none.
 *
 * Migrations are known by when they were made and not by their hash, which line endings change.
 *
 * @throws STORE_VERSION when the database has one that this version does not know; nothing is changed then.
 */
export async function applyMigrations(connection: Connection): Promise<void> {
  const { unknown } = await compareMigrations(connection.database);
  const newest = unknown.at(-1);
  if (newest !== undefined) {
    throw new InfillError(
      'STORE_VERSION',
      `The database has a migration of ${new Date(newest).toISOString()} that Lacuna ${packageVersion()} does not ` +
        'know: a newer version made it. Update Lacuna (npm install lacuna@latest), or set DATA_DIR to another folder or DATABASE_URL to another database.',
    );
  }
  await connection.migrate(migrationsFolder());
}

/** When each migration of this version was made, ascending, in milliseconds since the epoch. */
export function knownMigrations(): readonly number[] {
  return readMigrationFiles({ migrationsFolder: migrationsFolder() }).map(
    ({ folderMillis }) => folderMillis,
  );
}

/** When the newest migration of this version was made: that of every database it has open. */
export function newestMigration(): number {
  return Math.max(...knownMigrations());
}

function migrationsFolder(): string {
  return join(packageRoot(), 'migrations');
}

/** How the migrations of a database differ from those of this version: when each was made, ascending. */
export async function compareMigrations(
  database: Database,
): Promise<{ readonly missing: readonly number[]; readonly unknown: readonly number[] }> {
  const known = knownMigrations();
  const present = await appliedMigrations(database);
  return {
    missing: known.filter((madeAt) => !present.includes(madeAt)),
    unknown: present.filter((madeAt) => !known.includes(madeAt)),
  };
}

/** Times of making, ascending. */
async function appliedMigrations(database: Database): Promise<number[]> {
  const tables = await database
    .select({ name: existing.name })
    .from(existing)
    .where(and(eq(existing.schema, 'drizzle'), eq(existing.name, '__drizzle_migrations')));
  if (tables.length === 0) return [];
  const rows = await database.select().from(applied).orderBy(applied.madeAt);
  return rows.map(({ madeAt }) => Number(madeAt));
}
