/**
 * Builds packs from tiny checkpoints.
 */
import { join } from 'node:path';
import { openModels } from '../../src/model/open-models.ts';
import { type BuildPackOptions, buildPack } from '../../src/packs/build-pack.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
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

/** Logits of both roles for a fixed text. */
export async function packLogits(pack: string): Promise<Float32Array[]> {
  const { description } = await loadPackDescription(pack);
  const { causal, masked, close } = await openModels(description, { device: 'cpu', threads: 1 });
  const ids = [5, 90, 3, 3, 120];
  const logits: Float32Array[] = [];
  if (causal)
    logits.push(await causal.logits(await causal.forward([1, ...ids], causal.createCache())));
  if (masked) logits.push(await masked.logits(await masked.encode(ids)));
  await close();
  return logits;
}
