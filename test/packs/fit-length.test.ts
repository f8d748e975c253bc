import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeLengthBias } from '../../src/packs/fit-length.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { damagedCopy, editManifest } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildTinyPack, writeTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
const source = { gapCount: 3, seed: '1', texts: [{ name: 'a.txt', sha256: 'a'.repeat(64) }] };
let whole = '';
beforeAll(async () => {
  whole = await writeTinyPack(root, { seed: 3 });
});
const copy = () => damagedCopy(root, whole, () => undefined);
const manifestText = (folder: string) => readFileSync(join(folder, 'pack.json'), 'utf8');

describe('writeLengthBias', () => {
  it('puts the bias where decoding finds it, and changes the digest', async () => {
    const folder = copy();
    const before = await loadPackDescription(folder);
    expect(before.description.facts.lengthBias).toBeNull();
    const written = await writeLengthBias(folder, [0.5, 1 / 3], source);
    const { description, manifest } = await loadPackDescription(folder);
    expect(manifest).toEqual(written);
    expect(description.facts.lengthBias).toEqual([0.5, 0.333333]);
    expect(description.facts.digest).not.toBe(before.description.facts.digest);
    expect(manifest.provenance.lengthBias).toEqual(source);
    expect(manifest.files).toEqual(before.manifest.files);
  });

  it('replaces a bias that is there, and gives the digest of the same bias again', async () => {
    const folder = copy();
    const { digest } = await writeLengthBias(folder, [0.5], source);
    expect((await writeLengthBias(folder, [0.25], source)).digest).not.toBe(digest);
    expect((await writeLengthBias(folder, [0.5], source)).digest).toBe(digest);
  });

  it.each([
    ['nothing', []],
    ['a figure of 0', [0.5, 0]],
    ['a figure above 1', [1.5]],
    ['what is no number', [Number.NaN]],
    ['more lengths than a pack may have', new Array<number>(257).fill(0.5)],
  ])('refuses %s and leaves the pack as it was', async (_, bias) => {
    const folder = copy();
    const before = manifestText(folder);
    await expect(writeLengthBias(folder, bias, source)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(manifestText(folder)).toBe(before);
    expect(readdirSync(dirname(folder)).filter((name) => name.startsWith('.pack-json'))).toEqual(
      [],
    );
  });

  it('refuses a damaged pack', async () => {
    const folder = copy();
    writeFileSync(join(folder, 'weights.bin'), 'x');
    await expect(writeLengthBias(folder, [0.5], source)).rejects.toMatchObject({
      code: 'INVALID_PACK',
    });
  });

  it('refuses a pack without a masked model', async () => {
    const outFolder = join(root, 'causal-only');
    await buildTinyPack({ causalFolder: join(root, 'causal'), outFolder });
    await expect(writeLengthBias(outFolder, [0.5], source)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });
});

describe('a pack with a length bias', () => {
  it('is refused when the bias was changed and the digest was not', async () => {
    const folder = copy();
    await writeLengthBias(folder, [0.5, 0.4], source);
    editManifest(folder, ({ roles }) => {
      if (roles.masked) roles.masked.lengthBias = [0.4, 0.5];
    });
    await expect(loadPackDescription(folder)).rejects.toThrow(
      'its digest is not that of its facts',
    );
  });
});
