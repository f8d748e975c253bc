/**
 * Writes the database that new embedded ones are copies of; the last step of a build.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from './store/migrations.ts';
import { dumpPrepared, emptyDatabaseFile } from './store/pglite.ts';

const file = emptyDatabaseFile();
const folder = mkdtempSync(join(tmpdir(), 'lacuna-build-'));
try {
  // A build that is killed leaves no half of it.
  writeFileSync(`${file}.new`, await dumpPrepared(join(folder, 'pglite'), applyMigrations));
  renameSync(`${file}.new`, file);
} finally {
  rmSync(folder, { recursive: true });
}
