/**
 * Puts a measured length bias into a pack.
 *
 * Knows the manifest; how a bias is measured is in `decoding/fit-length-bias.ts`. Nothing but `pack.json` changes, whole
 * or not at all.
 */
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InfillError } from '../errors.ts';
import { loadPackDescription } from './load-pack.ts';
import { type Manifest, manifestFileName, packDigest, parseManifest } from './manifest.ts';

/** What a bias was measured on, for provenance. */
export type LengthBiasSource = NonNullable<Manifest['provenance']['lengthBias']>;

/** Digits after the point that are kept: the rest is below what a thousand gaps can tell. */
const keptDigits = 6;

/**
 * Writes the bias into the pack in `folder` and returns the new manifest. The digest changes, since results do.
 *
 * @param bias - entry i is of spans of i + 1 tokens, in (0, 1].
 * @throws INVALID_PACK when anything in the folder is wrong; UNSUPPORTED without a masked role; INVALID_OPTION when the
 *   figures are not such a bias. The pack is as it was then.
 */
export async function writeLengthBias(
  folder: string,
  bias: readonly number[],
  source: LengthBiasSource,
): Promise<Manifest> {
  const { manifest } = await loadPackDescription(folder);
  const { masked } = manifest.roles;
  if (masked === undefined) {
    throw new InfillError('UNSUPPORTED', `Pack "${manifest.id}" has no masked model.`);
  }
  const lengthBias = bias.map((value) => Number(value.toFixed(keptDigits)));
  const facts = { ...manifest, roles: { ...manifest.roles, masked: { ...masked, lengthBias } } };
  const fitted = parseManifest(
    {
      ...facts,
      digest: packDigest(facts),
      provenance: { ...manifest.provenance, lengthBias: source },
    },
    'INVALID_OPTION',
  );
  await replaceManifest(resolve(folder), `${JSON.stringify(fitted, null, 2)}\n`);
  return fitted;
}

/** Beside the pack: a pack folder has no other files. */
async function replaceManifest(folder: string, text: string): Promise<void> {
  const beside = await mkdtemp(join(dirname(folder), '.pack-json-'));
  try {
    const path = join(beside, manifestFileName);
    const file = await open(path, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, join(folder, manifestFileName));
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
