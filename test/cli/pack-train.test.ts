import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';
import { runPack } from './run-pack.ts';

const root = temporaryFolder();
let pack = '';
let text = '';
beforeAll(async () => {
  pack = await writeTinyPack(root, { seed: 3 });
  text = join(root, 'prose.txt');
  const documents = Array.from({ length: 60 }, (_, i) => `the hen ran to shed ${i} and sat.`);
  writeFileSync(text, documents.join('\n\n'));
});

const few = ['--examples', '8', '--batch', '40', '--held-out', '0.3', '--held-out-examples', '2'];

describe('pack train', () => {
  it('prints held-out perplexities as it goes, and the pack that it wrote', async () => {
    const out = join(root, 'trained');
    const { output } = await runPack('train', pack, '--text', text, '--out', out, ...few);
    const { manifest } = await loadPackDescription(out);
    expect(output).toMatch(/^step 0 of \d+: held-out perplexity 0\.1: [\d.]+ {2}0\.3: /m);
    expect(output).toMatch(/^ {2}mask rate 0\.9: [\d.]+ before, [\d.]+ after$/m);
    expect(output).toContain(`digest ${manifest.digest}`);
    expect(manifest.id).toBe('trained');
    expect(manifest.provenance.fusion?.texts).toMatchObject([{ name: 'prose.txt' }]);
  });

  it('refuses a bad name for the pack before it begins', async () => {
    const out = join(root, 'named');
    const args = ['train', pack, '--text', text, '--out', out, ...few];
    const run = runPack(...args, '--id', 'Not a name');
    await expect(run).rejects.toThrow(/The id of a pack is "Not a name"/);
    expect(existsSync(`${out}.training`)).toBe(false);
    await runPack(...args, '--id', 'another');
    const { manifest } = await loadPackDescription(out);
    expect(manifest.id).toBe('another');
  });

  it('names every option that is wrong, and writes nothing', async () => {
    const out = join(root, 'wrong');
    const wrong = ['--examples', '0', '--rate', '2', '--patience', 'x', '--seed', '-1'];
    const run = runPack('train', pack, '--text', text, '--out', out, ...wrong);
    const error = await run.then(
      () => null,
      (reason: { problems: readonly { path: readonly string[] }[] }) => reason,
    );
    expect(error?.problems.map(({ path }) => path[0])).toEqual([
      '--examples',
      '--rate',
      '--patience',
      '--seed',
    ]);
    expect(existsSync(`${out}.training`)).toBe(false);
  });

  it('goes on with a training only where it is asked to, and where there is one', async () => {
    const out = join(root, 'again');
    const args = ['train', pack, '--text', text, '--out', out, ...few];
    await expect(runPack(...args, '--resume')).rejects.toThrow(/holds no training to go on with/);
    await runPack(...args);
    rmSync(out, { recursive: true });
    await expect(runPack(...args)).rejects.toThrow(/holds this training: .*--resume.*--work/);
    const other = runPack(...args, '--resume', '--rate', '0.5');
    await expect(other).rejects.toThrow(/has --rate 0\.001 \(not 0\.5\)\. Without --resume/);
    expect(existsSync(out)).toBe(false);
    const { output } = await runPack(...args, '--resume');
    expect(output).not.toContain('step ');
    expect(output).toContain('Trained in');
  });

  it('begins another training on the features of one that is there', async () => {
    const [first, second] = [join(root, 'first'), join(root, 'second')];
    await runPack('train', pack, '--text', text, '--out', first, ...few);
    const work = ['--work', `${first}.training`, '--rate', '0.01'];
    await runPack('train', pack, '--text', text, '--out', second, ...work, ...few);
    const { manifest } = await loadPackDescription(second);
    expect(manifest.provenance.fusion?.options).toMatchObject({ rate: 0.01 });
    const features = readdirSync(`${first}.training`).filter((name) => /-features/.test(name));
    expect(features).toHaveLength(1);
  });

  it('keeps its work beside the pack, also where a slash follows the name of the folder', async () => {
    const out = join(root, 'slash');
    await runPack('train', pack, '--text', text, '--out', `${out}/`, ...few);
    expect(existsSync(`${out}.training`)).toBe(true);
  });

  it('says so where no step made it better', async () => {
    const out = join(root, 'worse');
    const wild = ['--rate', '1', '--evaluate-every', '1', '--patience', '1'];
    const run = await runPack('train', pack, '--text', text, '--out', out, ...wild, ...few);
    expect(run.progress).toContain(
      'No step made it better: the layer in the pack is the untrained',
    );
    const sane = await runPack('train', pack, '--text', text, '--out', `${out}-not`, ...few);
    expect(sane.progress).toBe('');
  });

  it('writes a card of its own, behind the words it is given', async () => {
    const out = join(root, 'carded');
    const words = ['--card', 'Tiny models.'];
    await runPack('train', pack, '--text', text, '--out', out, ...words, ...few);
    const { card, provenance } = (await loadPackDescription(out)).manifest;
    expect(card).toMatch(/^Tiny models\. The models of pack "tiny" .*by lacuna 0\.0\.0-test, /);
    const [file] = provenance.fusion?.texts ?? [];
    expect(card).toContain(`prose.txt (${statSync(text).size} bytes, sha256 ${file?.sha256})`);
  });

  it('leaves a folder alone that is there', async () => {
    const out = join(root, 'there');
    mkdirSync(out);
    const run = runPack('train', pack, '--text', text, '--out', out, ...few);
    await expect(run).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
