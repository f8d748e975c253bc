/**
 * Builds packs from tiny checkpoints.
 */
import { join } from 'node:path';
import { type BuildPackOptions, buildPack } from '../../src/packs/build-pack.ts';
import type { Manifest } from '../../src/packs/manifest.ts';
import { type TinyOptions, writeTinyCheckpoints } from './tiny-checkpoint.ts';

/** What every build needs and no test of it cares about. */
export const buildDefaults = {
  storage: 'f32',
  id: 'tiny',
  version: '1.0.0',
  licence: 'CC0-1.0',
  card: 'Random weights.',
  tool: 'test',
  builtAt: null,
  notes: '',
} as const satisfies Omit<BuildPackOptions, 'outFolder'>;

/** Writes checkpoints and builds a pack of both roles in `folder`, which must exist; returns the pack's folder. */
export async function writeTinyPack(folder: string, options: TinyOptions): Promise<string> {
  const outFolder = join(folder, 'pack');
  await buildPack({ ...buildDefaults, ...writeTinyCheckpoints(folder, options), outFolder });
  return outFolder;
}

/** Builds a pack with `options` over the defaults. */
export function buildTinyPack(
  options: Partial<BuildPackOptions> & Pick<BuildPackOptions, 'outFolder'>,
): Promise<Manifest> {
  return buildPack({ ...buildDefaults, ...options });
}
