/**
 * Where this package is on disk, from the sources as well as from the build.
 *
 * Knows one fact: the root is the nearest folder upwards whose package.json is named "lacuna".
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Returns the absolute path of the folder that holds `migrations/`, `models/` and `schema/`,
 * whatever the working directory is.
 */
export function packageRoot(): string {
  return nearestPackage(import.meta.dirname).root;
}

/** Returns the version in this package's package.json. */
export function packageVersion(): string {
  return nearestPackage(import.meta.dirname).version;
}

function nearestPackage(folder: string): { root: string; version: string } {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8'));
    if (name === 'lacuna') return { root: folder, version };
  }
  const parent = dirname(folder);
  assert(parent !== folder, `No package.json named "lacuna" above ${import.meta.dirname}.`);
  return nearestPackage(parent);
}
