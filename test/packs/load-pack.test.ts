import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { bundledFolder } from '../support/bundled-pack.ts';
import { type Damage, damagedCopy, editManifest, reseal } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
let whole = '';
beforeAll(async () => {
  whole = await writeTinyPack(root, { seed: 3 });
});
const damaged = (damage: Damage) => damagedCopy(root, whole, damage);

describe('a whole pack', () => {
  it('loads', async () => {
    const { description, tokenizerPath } = await loadPackDescription(whole);
    expect(description.causal?.backbonePath).toBe(join(whole, 'causal-backbone.onnx'));
    expect(tokenizerPath).toBe(join(whole, 'tokenizer.json'));
  });

  it('loads after its files were hashed anew, so that the tests below test more than hashes', async () => {
    const pack = damaged(reseal);
    await expect(loadPackDescription(pack)).resolves.toMatchObject({ manifest: { id: 'tiny' } });
  });

  it('is what lies in models/bundled, within 24 MiB', async () => {
    const { manifest, description } = await loadPackDescription(bundledFolder);
    const { causal, masked, fusion } = description;
    expect([causal, masked, fusion]).not.toContain(null);
    const size = Object.values(manifest.files).reduce((sum, file) => sum + file.size, 0);
    expect(size).toBeLessThan(24 * 1024 * 1024);
  });

  it('keeps its digest with other evaluation figures', async () => {
    const pack = damaged((folder) =>
      editManifest(folder, (manifest) => {
        manifest.evaluation.push({
          metric: 'perplexity',
          dataset: 'd',
          decoder: 'maria',
          value: 20,
        });
      }),
    );
    const { manifest } = await loadPackDescription(pack);
    expect(manifest.evaluation).toHaveLength(1);
  });
});

describe('a damaged pack', () => {
  it.each<[string, Damage, string]>([
    ['no manifest', (pack) => rmSync(join(pack, 'pack.json')), 'pack.json is missing'],
    [
      'a manifest that is not JSON',
      (pack) => writeFileSync(join(pack, 'pack.json'), '{'),
      'pack.json is not JSON',
    ],
    [
      'a manifest that is null',
      (pack) => writeFileSync(join(pack, 'pack.json'), 'null'),
      'no formatVersion',
    ],
    [
      'a later format',
      (pack) => editManifest(pack, (m) => Object.assign(m, { formatVersion: 2 })),
      'formatVersion is 2',
    ],
    [
      'an unknown field',
      (pack) => editManifest(pack, (m) => Object.assign(m, { script: 'x' })),
      'script',
    ],
    [
      'an unknown field of a role',
      (pack) => editManifest(pack, (m) => Object.assign(m.roles.causal ?? {}, { x: 1 })),
      '"x"',
    ],
    ['changed facts', (pack) => editManifest(pack, (m) => m.bannedIds.pop()), 'digest'],
    [
      'a changed weight',
      (pack) => flipByte(join(pack, 'weights.bin'), 5000),
      'weights.bin is damaged',
    ],
    [
      'a changed graph',
      (pack) => flipByte(join(pack, 'causal-head.onnx'), 10),
      'causal-head.onnx is damaged',
    ],
    [
      'a changed tokenizer',
      (pack) => flipByte(join(pack, 'tokenizer.json'), 10),
      'tokenizer.json is damaged',
    ],
    [
      'weights cut short',
      (pack) => truncateSync(join(pack, 'weights.bin'), 5000),
      'weights.bin has 5000 bytes',
    ],
    ['no weights', (pack) => rmSync(join(pack, 'weights.bin')), 'weights.bin is missing'],
    ['no tokenizer', (pack) => rmSync(join(pack, 'tokenizer.json')), 'tokenizer.json is missing'],
    [
      'a file too many',
      (pack) => writeFileSync(join(pack, 'run.sh'), ''),
      'run.sh does not belong',
    ],
    [
      'a file named like a property',
      (pack) => writeFileSync(join(pack, 'constructor'), ''),
      'constructor does not belong',
    ],
    ['a link for its weights', (pack) => link(pack, 'weights.bin'), 'symbolic link'],
    ['a link for its manifest', (pack) => link(pack, 'pack.json'), 'symbolic link'],
  ])('with %s is refused', async (_name, damage, message) => {
    await expect(loadPackDescription(damaged(damage))).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: expect.stringContaining(message),
    });
  });
});

function flipByte(path: string, index: number): void {
  const bytes = readFileSync(path);
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function link(pack: string, name: string): void {
  const elsewhere = join(mkdtempSync(join(root, 'elsewhere-')), name);
  renameSync(join(pack, name), elsewhere);
  symlinkSync(elsewhere, join(pack, name));
}
