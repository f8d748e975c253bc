/**
 * Damages copies of packs, with or without making their hashes right again.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, packDigest } from '../../src/packs/manifest.ts';

/** A manifest that may be written to. */
export type MutableManifest = Mutable<Manifest>;
/** Changes a pack folder in place. */
export type Damage = (pack: string) => void;
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

/** A damaged copy of `pack` in a new folder inside `root`. */
export function damagedCopy(root: string, pack: string, damage: Damage): string {
  const copy = mkdtempSync(join(root, 'damaged-'));
  cpSync(pack, copy, { recursive: true });
  damage(copy);
  return copy;
}

/** Rewrites `pack.json`. */
export function editManifest(pack: string, edit: (manifest: MutableManifest) => void): void {
  const path = join(pack, 'pack.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  edit(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

/** Makes hashes and digest agree with the files again, as a forger would. */
export function reseal(pack: string): void {
  editManifest(pack, (manifest) => {
    for (const [name, entry] of Object.entries(manifest.files)) {
      const bytes = readFileSync(join(pack, name));
      entry.size = bytes.length;
      entry.sha256 = createHash('sha256').update(bytes).digest('hex');
    }
    manifest.digest = packDigest(manifest);
  });
}
