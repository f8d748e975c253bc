/**
 * A temporary folder for the tests of one file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes a folder that is removed after the file's tests; returns its absolute path. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
