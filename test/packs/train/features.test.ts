import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPack } from '../../../src/packs/open-pack.ts';
import { FeatureSource } from '../../../src/packs/train/features.ts';
import { freshParameters } from '../../../src/packs/train/fusion-parameters.ts';
import { FusionStep } from '../../../src/packs/train/fusion-step.ts';
import { readMeanOfHeads } from '../../../src/packs/train/read-head.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../../support/tiny-checkpoint.ts';
import { buildTinyPack, writeTinyPack } from '../../support/tiny-pack.ts';

const root = temporaryFolder();
const [startId, maskId] = [1, 3];

describe('features of an example', () => {
  it('give each masked token the loss that MARIA gives it from what stands before it and around it', async () => {
    const folder = await writeTinyPack(root, { seed: 3 });
    const { manifest, models, close } = await openPack(folder, { device: 'cpu', threads: 1 });
    const { causal, masked } = models;
    if (causal === null || masked === null) throw new Error('The pack has both models.');
    const ids = [60, 70, 80, 90, 100, 110];
    const open = [0, 1, 4];
    const rows = await new FeatureSource(models).rowsOf({ ids, masked: open });
    const step = await FusionStep.open({ blockRows: 100, threads: 1 });
    const layer = freshParameters(await readMeanOfHeads(folder, manifest));
    const losses = await step.losses(layer, rows);

    expect([...rows.targets]).toEqual([60, 70, 100]);
    const around = await masked.encode(ids.map((id, i) => (open.includes(i) ? maskId : id)));
    for (const [row, position] of open.entries()) {
      // Of the tokens before it alone: the model cannot have seen the answer.
      const before = await causal.forward(
        [startId, ...ids.slice(0, position)],
        causal.createCache(),
      );
      const left = await causal.logits(before.subarray(-causal.hiddenSize));
      const hidden = around.subarray(position * masked.hiddenSize).subarray(0, masked.hiddenSize);
      const right = await masked.logits(hidden);
      const logits = [...left].map((value, id) => (value + (right[id] ?? Number.NaN)) / 2);
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expect(losses[row]).toBeCloseTo(total - (logits[ids[position] ?? 0] ?? 0), 4);
    }
    await step.close();
    await close();
  });

  it('are refused of a pack with one model', async () => {
    const folder = mkdtempSync(join(root, 'one-'));
    const { causalFolder } = writeTinyCheckpoints(folder, { seed: 1 });
    await buildTinyPack({ causalFolder, outFolder: join(folder, 'pack') });
    const { models, close } = await openPack(join(folder, 'pack'), { device: 'cpu', threads: 1 });
    expect(() => new FeatureSource(models)).toThrowError(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
    await close();
  });
});
