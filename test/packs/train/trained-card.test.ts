import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../../src/packs/load-pack.ts';
import { maxCardLength } from '../../../src/packs/manifest.ts';
import { quantisePack } from '../../../src/packs/quantise/quantise-pack.ts';
import { trainedCard } from '../../../src/packs/train/trained-card.ts';
import { follow, optionsOf, pack, root, settings } from './train-case.ts';

/** A pack trained in a moment. */
async function trained(name: string, given = {}) {
  const short = { ...settings, examples: 6, epochs: 2 };
  const last = (await follow(optionsOf(name, { settings: short, ...given }))).at(-1);
  if (last?.type !== 'written') throw new Error('No pack was written.');
  return last.manifest;
}

describe('the card of a trained pack', { timeout: 30_000 }, () => {
  it('says what was trained, on what, how, and what came of it; that of the parent is kept apart', async () => {
    const { manifest: parent } = await loadPackDescription(pack);
    const { card, provenance, roles } = await trained('carded', {
      cardWords: ' Two tiny models. ',
    });
    const { fusion, trainedFrom } = provenance;
    expect(trainedFrom).toEqual({
      id: 'tiny',
      version: '1.0.0',
      digest: parent.digest,
      card: 'Random weights.',
      tool: 'lacuna test',
    });
    expect(card).toMatch(/^Two tiny models\. The models of pack "tiny" 1\.0\.0 \(digest /);
    expect(card).toContain(`(digest ${parent.digest}), unchanged`);
    expect(card).not.toContain(parent.card);
    expect(
      roles.fusion?.kind === 'linear' && card.includes(`${roles.fusion.parameterCount} weights`),
    ).toBe(true);
    expect(card).toContain(
      `by lacuna test, ${fusion?.stepCount} steps, the layer after ${fusion?.bestStep} of them, stored as f32.`,
    );
    expect(card).toContain(
      'examples 6, length 24, epochs 2, batch 60, rate 0.02, weightDecay 0.01,',
    );
    expect(card).toContain('seed 5.');
    const [before, after] = [fusion?.untrained, fusion?.trained].map((list) =>
      list?.[4]?.perplexity.toFixed(2),
    );
    expect(card).toContain(`; 0.9: ${before} and ${after}.`);
    const [text] = optionsOf('carded').texts;
    expect(card).toMatch(
      new RegExp(`Texts: text\\.txt \\(${text?.sizeBytes} bytes, sha256 ${'ab'.repeat(32)}\\)\\.$`),
    );
    expect(fusion?.texts).toEqual([
      { name: 'text.txt', sha256: text?.sha256, sizeBytes: text?.sizeBytes },
    ]);
  });

  it('says so where no step made it better', async () => {
    const worse = { ...settings, rate: 1, evaluateEvery: 1, patience: 1 };
    const { card, provenance } = await trained('worse', { settings: worse });
    expect(provenance.fusion?.bestStep).toBe(0);
    expect(card).toContain(
      '1 steps, none of which made it better: the layer is the one it began as',
    );
  });

  it('names the pack it was trained from also where that one was trained', async () => {
    const first = await trained('parent');
    const second = await trained('child', { folder: join(root, 'parent') });
    expect(second.card).toContain(`pack "parent" 1.0.0 (digest ${first.digest})`);
    expect(second.card).not.toContain(pack);
    expect(second.provenance.trainedFrom?.card).toBe(first.card);
  });

  it('stays with the quantised pack, and says which figures are of the one in float', async () => {
    await trained('floating');
    const options = {
      folder: join(root, 'floating'),
      precision: 'int8',
      id: 'small',
      tool: 'test',
    } as const;
    const { card, provenance } = await quantisePack(join(root, 'small'), options);
    expect(card).toContain('held out, in float32,');
    expect(provenance.trainedFrom?.id).toBe('tiny');
  });

  it('has room for every fact but a long list of texts, which is cut and counted', async () => {
    const { manifest: parent } = await loadPackDescription(pack);
    const figures = (perplexity: number) =>
      [0.1, 0.3, 0.5, 0.7, 0.9].map((maskRate) => ({ maskRate, perplexity }));
    const texts = Array.from({ length: 40 }, (_, index) => ({
      name: `${index}-${'n'.repeat(240)}.txt`,
      sha256: 'ef'.repeat(32),
      sizeBytes: 10 ** 9,
    }));
    const source = {
      exampleCount: 10 ** 7,
      stepCount: 10 ** 6,
      bestStep: 10 ** 6,
      seed: '9'.repeat(19),
      options: settings,
      texts,
      untrained: figures(50_000),
      trained: figures(40_000),
    };
    const fusion = {
      kind: 'linear',
      causalHead: 'a',
      maskedHead: 'b',
      parameterCount: 2 ** 40,
      storage: 'f32',
    } as const;
    const facts = { words: 'w'.repeat(2000), parent, fusion, source, tool: 'lacuna 10.20.30' };
    const card = trainedCard(facts);
    expect(card.length).toBeLessThanOrEqual(maxCardLength);
    expect(card).toMatch(/; and 3\d more, listed in pack\.json\.$/);
    const whole = trainedCard({ ...facts, source: { ...source, texts: texts.slice(0, 1) } });
    expect(whole).toMatch(/sha256 (?:ef){32}\)\.$/);
  });

  it('is refused before the work where the words given for it are too long', async () => {
    const options = optionsOf('wordy', { cardWords: 'w'.repeat(2001) });
    await expect(follow(options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('has 2001 characters; the limit is 2000'),
    });
    expect(existsSync(options.workFolder)).toBe(false);
  });
});
