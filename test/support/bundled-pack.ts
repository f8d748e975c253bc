/**
 * The pack in `models/bundled`, for tests that need real models.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PackDescription } from '../../src/model/pack-description.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';

/** Its folder. */
export const bundledFolder = resolve(import.meta.dirname, '../../models/bundled');

/** What it is served as. */
export const bundledId: string = JSON.parse(
  readFileSync(join(bundledFolder, 'pack.json'), 'utf8'),
).id;

/** Returns what `openModels` needs to open it. */
export async function bundledDescription(): Promise<PackDescription> {
  const { description } = await loadPackDescription(bundledFolder);
  return description;
}
