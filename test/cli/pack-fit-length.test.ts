import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { damagedCopy, editManifest } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { buildTinyPack, writeTinyPack } from '../support/tiny-pack.ts';
import { runPack } from './run-pack.ts';

const root = temporaryFolder();
const prose = 'the cat sat on the mat and then it ran to a red hat in the sun. '.repeat(6);
let whole = '';
let text = '';
beforeAll(async () => {
  whole = await writeTinyPack(root, { seed: 3 });
  text = textFile('prose.txt', prose);
});

function textFile(name: string, content: string | Uint8Array): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

const copy = () => damagedCopy(root, whole, () => undefined);
const manifestOf = (folder: string) => readFileSync(join(folder, 'pack.json'), 'utf8');
const few = ['--max-length', '3', '--gaps', '4'];

describe('pack fit-length', () => {
  it('stores the figures it prints, with what they were measured on', async () => {
    const folder = copy();
    const { output } = await runPack('fit-length', folder, '--text', text, ...few, '--seed', '5');
    const { description, manifest } = await loadPackDescription(folder);
    const printed = [...output.matchAll(/^\d+ +(0\.\d+)$/gm)].map(([, value]) => Number(value));
    expect(printed).toHaveLength(3);
    expect(description.facts.lengthBias).toEqual(printed);
    expect(output).toContain(`digest ${manifest.digest}`);
    expect(manifest.provenance.lengthBias).toEqual({
      gapCount: 4,
      seed: '5',
      texts: [{ name: 'prose.txt', sha256: createHash('sha256').update(prose).digest('hex') }],
    });
  });

  it('measures the same again, and leaves the pack as it is in a dry run', async () => {
    const folder = copy();
    const before = manifestOf(folder);
    const args = ['fit-length', folder, '--text', text, ...few];
    const { output } = await runPack(...args, '--dry-run');
    expect(manifestOf(folder)).toBe(before);
    expect((await runPack(...args)).output).toContain(output);
    expect(manifestOf(folder)).not.toBe(before);
  });

  it.each([
    ['a file that is not there', () => join(root, 'none.txt'), /none\.txt cannot be read: ENOENT/],
    ['a folder', () => root, /cannot be read: EISDIR/],
    ['an empty text', () => textFile('empty.txt', ' \n'), /empty\.txt has no text\./],
    [
      'what is not UTF-8',
      () => textFile('latin.txt', Uint8Array.of(0x61, 0xe9, 0x20)),
      /latin\.txt is not UTF-8\./,
    ],
    ['a text too short for a gap', () => textFile('short.txt', 'a b'), /no word after a space/],
  ])('refuses %s and leaves the pack as it was', async (_, path, message) => {
    const folder = copy();
    const before = manifestOf(folder);
    const fitting = runPack('fit-length', folder, '--text', path(), ...few);
    await expect(fitting).rejects.toThrow(message);
    expect(manifestOf(folder)).toBe(before);
  });

  it('lists what is wrong with its numbers', async () => {
    const numbers = ['--max-length', '0', '--gaps', 'all', '--seed', '-1'];
    await expect(runPack('fit-length', whole, '--text', text, ...numbers)).rejects.toMatchObject({
      problems: [
        { path: ['--max-length'], message: '"0" is not a whole number from 1 to 256.' },
        { path: ['--gaps'] },
        { path: ['--seed'] },
      ],
    });
  });

  it('names what is wrong with a damaged pack', async () => {
    const folder = damagedCopy(root, whole, (damaged) =>
      editManifest(damaged, (manifest) => {
        manifest.digest = '0'.repeat(64);
      }),
    );
    await expect(runPack('fit-length', folder, '--text', text, ...few)).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: expect.stringContaining('digest'),
    });
  });

  it('refuses a pack without a masked model', async () => {
    const outFolder = join(root, 'causal-only');
    mkdirSync(join(root, 'alone'));
    const { causalFolder } = writeTinyCheckpoints(join(root, 'alone'), { seed: 1 });
    await buildTinyPack({ causalFolder, outFolder });
    await expect(runPack('fit-length', outFolder, '--text', text, ...few)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  it('needs a text', async () => {
    await expect(runPack('fit-length', whole)).rejects.toThrow('--text');
  });
});
