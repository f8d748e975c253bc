/**
 * Writes the database that new embedded ones are copies of; the last step of a build.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from './store/migrations.ts';
import { emptyDatabaseFile, openPglite } from './store/pglite.ts';

const folder = mkdtempSync(join(tmpdir(), 'lacuna-build-'));
try {
  const connection = await openPglite(join(folder, 'pglite'));
  await applyMigrations(connection);
  writeFileSync(emptyDatabaseFile(), await connection.dump());
  await connection.close();
} finally {
  rmSync(folder, { recursive: true });
}
