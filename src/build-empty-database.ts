/**
 * Writes the database that new embedded ones are copies of; the last step of a build.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from './store/migrations.ts';
import { emptyDatabaseFile, openPglite } from './store/pglite.ts';

// Else the database would be a copy of the last one.
rmSync(emptyDatabaseFile(), { force: true });
const folder = mkdtempSync(join(tmpdir(), 'lacuna-build-'));
try {
  await write(emptyDatabaseFile());
} finally {
  rmSync(folder, { recursive: true });
}

/** A build that is killed leaves no half of it. */
async function write(file: string): Promise<void> {
  const connection = await openPglite(join(folder, 'pglite'));
  try {
    await applyMigrations(connection);
    writeFileSync(`${file}.new`, await connection.dump());
  } finally {
    await connection.close();
  }
  renameSync(`${file}.new`, file);
}
