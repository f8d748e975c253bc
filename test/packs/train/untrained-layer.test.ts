import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../../src/packs/load-pack.ts';
import { openPack } from '../../../src/packs/open-pack.ts';
import { quantisePack } from '../../../src/packs/quantise/quantise-pack.ts';
import { readMeanOfHeads } from '../../../src/packs/train/read-head.ts';
import { writeTrainedPack } from '../../../src/packs/train/write-fusion.ts';
import { follow, optionsOf, pack, root } from './train-case.ts';

describe('the untrained layer as a trained one', { timeout: 30_000 }, () => {
  it('gives the logits of the mean of the heads', async () => {
    const { manifest, models, close } = await openPack(pack, { device: 'cpu', threads: 1 });
    const layer = await readMeanOfHeads(pack, manifest);
    const source = {
      exampleCount: 1,
      stepCount: 0,
      bestStep: 0,
      seed: '0',
      options: {},
      texts: [],
      untrained: [],
      trained: [],
    };
    for (const [storage, tolerance] of [
      ['f32', 1e-5],
      ['f16', 2e-2],
    ] as const) {
      const folder = join(root, `same-${storage}`);
      await writeTrainedPack(pack, folder, {
        id: 'same',
        layer,
        source,
        storage,
        lossCurve: '<svg/>',
        cardWords: '',
        tool: 'test',
      });
      const trained = await openPack(folder, { device: 'cpu', threads: 1 });
      const ids = [5, 90, 3, 3, 120];
      const fused = await Promise.all(
        [models, trained.models].map(async ({ causal, masked, fusion }) => {
          if (!causal || !masked || !fusion) throw new Error('The pack has all roles.');
          const before = await causal.forward([1, ...ids.slice(0, -1)], causal.createCache());
          const within = await masked.encode(ids);
          const causalPart = await fusion.causalPart(before);
          const maskedPart = await fusion.maskedPart(within, await masked.logits(within));
          return causalPart.map((value, i) => fusion.scale * (value + (maskedPart[i] ?? 0)));
        }),
      );
      const [mean = [], linear = []] = fused.map((values) => [...values]);
      expect(linear).toHaveLength(mean.length);
      expect(
        Math.max(...mean.map((value, i) => Math.abs(value - (linear[i] ?? Number.NaN)))),
      ).toBeLessThan(tolerance);
      await trained.close();
    }
    await close();
  });

  it('leaves figures of the pack before it behind', async () => {
    const folder = join(root, 'with-figures');
    cpSync(pack, folder, { recursive: true });
    const path = join(folder, 'pack.json');
    const figure = { metric: 'perplexity', dataset: 'none', decoder: 'maria', value: 1 };
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, evaluation: [figure] }));
    expect((await loadPackDescription(folder)).manifest.evaluation).toEqual([figure]);
    const last = (await follow(optionsOf('no-figures', { folder }))).at(-1);
    expect(last?.type === 'written' && last.manifest.evaluation).toEqual([]);
    const precision = { folder, precision: 'int8', id: 'small', tool: 'test' } as const;
    expect((await quantisePack(join(root, 'small'), precision)).evaluation).toEqual([]);
  });

  it('is no part of where another training begins', async () => {
    const atStart = async (name: string, folder: string) => {
      const progress = await follow(
        optionsOf(name, { folder }),
        ({ type }) => type === 'evaluated',
      );
      return progress.at(-1);
    };
    await follow(optionsOf('learnt'));
    const learnt = await atStart('after-learnt', optionsOf('learnt').outFolder);
    const fresh = await atStart('after-none', pack);
    expect(learnt).toMatchObject({ type: 'evaluated', step: 0 });
    expect(learnt).toEqual(fresh);
    await follow(optionsOf('after-learnt', { folder: optionsOf('learnt').outFolder }));
    const [again, first] = ['after-learnt', 'learnt'].map((name) =>
      readFileSync(join(root, name, 'fusion.bin')),
    );
    expect(again?.equals(first ?? Buffer.alloc(0))).toBe(true);
    await loadPackDescription(join(root, 'after-learnt'));
  });
});
