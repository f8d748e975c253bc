import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openPack } from '../../../src/packs/open-pack.ts';
import { quantisePack } from '../../../src/packs/quantise/quantise-pack.ts';
import { FusionStep } from '../../../src/packs/train/fusion-step.ts';
import type { TrainPackProgress } from '../../../src/packs/train/train-pack.ts';
import type { TrainPackOptions } from '../../../src/packs/train/training-options.ts';
import { writeTinyPack } from '../../support/tiny-pack.ts';
import { follow, optionsOf, pack, root, settings } from './train-case.ts';

type Options = Pick<TrainPackOptions, 'workFolder'>;

const bestNames = ({ workFolder }: Options) =>
  readdirSync(workFolder).filter((name) => name.includes('-best-'));

/** Path of the file that holds the best layer. */
const bestOf = (options: Options) => {
  const [name = '', ...others] = bestNames(options);
  expect(others).toEqual([]);
  return join(options.workFolder, name);
};

/** Path of the file that the training goes on from. */
const stateOf = ({ workFolder }: Options) => {
  const name = readdirSync(workFolder).find((each) => each.endsWith('-state.bin'));
  return join(workFolder, name ?? 'none');
};

const layerOf = (name: string) => readFileSync(join(root, name, 'fusion.bin'));

describe('a quantised pack', { timeout: 30_000 }, () => {
  it('is refused before any features are computed', async () => {
    const folder = join(root, 'quantised');
    await quantisePack(folder, { folder: pack, precision: 'int8', id: 'quantised', tool: 'test' });
    const options = optionsOf('never', { folder });
    await expect(follow(options)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('precision int8'),
    });
    expect(existsSync(options.workFolder)).toBe(false);
  });
});

describe('training a pack', { timeout: 30_000 }, () => {
  it('lowers the held-out loss at every mask rate, and says so in the pack', async () => {
    const progress = await follow(optionsOf('learnt'));
    const last = progress.at(-1);
    const fusion = last?.type === 'written' ? last.manifest.provenance.fusion : undefined;
    for (const [index, { maskRate, perplexity }] of (fusion?.trained ?? []).entries()) {
      const before = fusion?.untrained[index];
      expect(before?.maskRate).toBe(maskRate);
      expect(perplexity).toBeLessThan((before?.perplexity ?? 0) * 0.7);
    }
    expect(fusion?.trained).toHaveLength(5);
    expect(fusion).toMatchObject({ seed: '5', options: settings, exampleCount: 24 });
    const { models, manifest, close } = await openPack(join(root, 'learnt'), {
      device: 'cpu',
      threads: 1,
    });
    expect(manifest.roles.fusion).toMatchObject({ kind: 'linear' });
    expect(models.fusion?.scale).toBe(1);
    await close();
    expect(readFileSync(join(root, 'learnt/loss-curve.svg'), 'utf8')).toMatch(
      /^<svg .*<\/svg>\n$/s,
    );
  });

  it('reaches the same weights when it is stopped anywhere and resumed', async () => {
    const evaluatedIn = (all: readonly TrainPackProgress[]) =>
      all.flatMap((progress) => (progress.type === 'evaluated' ? [progress.step] : []));
    const straight = evaluatedIn(await follow(optionsOf('straight')));
    const stops: ((progress: TrainPackProgress) => boolean)[] = [
      ({ type }) => type === 'features',
      (progress) => progress.type === 'step' && progress.step === 4,
      (progress) => progress.type === 'evaluated' && progress.step === 8,
      (progress) => progress.type === 'step' && progress.step === 13,
    ];
    const options = optionsOf('stopped');
    const evaluated: number[] = [];
    for (const stop of stops) {
      const part = await follow(options, stop);
      expect(stop(part.at(-1) as TrainPackProgress)).toBe(true);
      expect(existsSync(options.outFolder)).toBe(false);
      evaluated.push(...evaluatedIn(part));
    }
    evaluated.push(...evaluatedIn(await follow(options)));
    expect(evaluated).toEqual(straight);
    expect(layerOf('stopped').equals(layerOf('straight'))).toBe(true);
  });

  it('goes on from the last save after a kill', async () => {
    const options = optionsOf('killed');
    await follow(options, (progress) => progress.type === 'step' && progress.step === 6);
    const state = stateOf(options);
    copyFileSync(state, `${state}.kept`);
    const keptBest = bestOf(options);
    copyFileSync(keptBest, `${state}.best`);
    await follow(options, (progress) => progress.type === 'step' && progress.step === 9);
    copyFileSync(`${state}.kept`, state);
    renameSync(`${state}.best`, keptBest);
    let most = 0;
    await follow(options, () => {
      most = Math.max(most, bestNames(options).length);
      return false;
    });
    // Of the state and the newest: another kill finds what it needs.
    expect(most).toBe(2);
    expect(bestNames(options)).toHaveLength(1);
    expect(layerOf('killed').equals(layerOf('straight'))).toBe(true);
  });

  it('cuts its texts to the context of the pack', async () => {
    // The causal model's start token takes one of the positions.
    const narrow = await writeTinyPack(join(root, 'narrow'), { seed: 5, contextLength: 18 });
    for (const length of [17, 24]) {
      const given = { folder: narrow, settings: { ...settings, length } };
      await follow(optionsOf(`cut-${length}`, given));
    }
    expect(layerOf('cut-24').equals(layerOf('cut-17'))).toBe(true);
  });

  it('is saved every fifty steps', async () => {
    const long = { ...settings, epochs: 20, patience: 1000, evaluateEvery: 1000 };
    const options = optionsOf('long', { settings: long });
    const saved: number[] = [];
    await follow(options, (progress) => {
      if (progress.type !== 'step') return false;
      if (existsSync(stateOf(options))) saved.push(progress.step);
      return progress.step === 52;
    });
    expect(saved).toEqual([51, 52]);
  });

  it('goes on from the last save after a step that failed halfway', async () => {
    const { take } = FusionStep.prototype;
    const failing = vi.spyOn(FusionStep.prototype, 'take');
    failing.mockImplementation(function (this: FusionStep, parameters, batch, size) {
      if (parameters.stepCount < 6) return take.call(this, parameters, batch, size);
      parameters.stepCount += 1;
      parameters.layer.weight.fill(0, 0, 100);
      return Promise.reject(new Error('There is no memory left.'));
    });
    await expect(follow(optionsOf('halfway'))).rejects.toThrow('no memory');
    failing.mockRestore();
    await follow(optionsOf('halfway'));
    expect(layerOf('halfway').equals(layerOf('straight'))).toBe(true);
  });

  it('refuses features that are damaged, and goes on without them to the same weights', async () => {
    const options = optionsOf('featureless');
    await follow(options, (progress) => progress.type === 'step' && progress.step === 2);
    const name =
      readdirSync(options.workFolder).find((each) => each.endsWith('-features.bin')) ?? '';
    const path = join(options.workFolder, name);
    const bytes = readFileSync(path);
    // In the first record, behind its header; each round reads every record.
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    writeFileSync(path, bytes);
    const damaged = `${name} is damaged in record 0: delete it, and its features are computed again.`;
    await expect(follow(options)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: damaged,
    });
    expect(existsSync(options.outFolder)).toBe(false);
    rmSync(path);
    await follow(options);
    expect(layerOf('featureless').equals(layerOf('straight'))).toBe(true);
  });

  it('refuses a state that is damaged, and writes no pack', async () => {
    const options = optionsOf('refused');
    await follow(options, (progress) => progress.type === 'step' && progress.step === 2);
    const path = stateOf(options);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(path, bytes);
    await expect(follow(options)).rejects.toThrow(/-state\.bin is damaged/);
    writeFileSync(path, 'no state');
    await expect(follow(options)).rejects.toThrow(/-state\.bin is not JSON/);
    expect(existsSync(options.outFolder)).toBe(false);
  });

  it('refuses a best layer that is damaged or gone, and writes no pack', async () => {
    const options = optionsOf('worst');
    await follow(options);
    renameSync(options.outFolder, join(root, 'written-before'));
    const path = bestOf(options);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(path, bytes);
    await expect(follow(options)).rejects.toThrow(/-best-\d+\.bin is damaged\. Delete/);
    renameSync(path, `${path}.away`);
    await expect(follow(options)).rejects.toThrow(/-state\.bin .* best layer is gone/);
    expect(existsSync(options.outFolder)).toBe(false);
  });

  it('refuses a work folder in which another process trains, and leaves it alone', async () => {
    const options = optionsOf('shared');
    await follow(options, ({ type }) => type === 'features');
    const lock = join(options.workFolder, 'training.pid');
    expect(existsSync(lock)).toBe(false);
    writeFileSync(lock, String(process.ppid));
    await expect(follow(options)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`Process ${process.ppid} is training in this folder`),
    });
    expect(existsSync(lock)).toBe(true);
  });

  it('refuses a place for the pack that there is not, before any features are computed', async () => {
    const options = optionsOf('nowhere', { outFolder: join(root, 'no/such/folder') });
    await expect(follow(options)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(existsSync(options.workFolder)).toBe(false);
  });

  it('refuses to work where the pack is to be, and more texts than a pack names', async () => {
    const options = optionsOf('same');
    for (const workFolder of [options.outFolder, join(options.outFolder, 'work')]) {
      await expect(follow({ ...options, workFolder })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('is that of the pack, or in it'),
      });
    }
    const texts = Array.from({ length: 1001 }, () => options.texts).flat();
    await expect(follow({ ...options, texts })).rejects.toThrow('There are 1001 texts; the limit');
    expect(existsSync(options.outFolder)).toBe(false);
  });

  it('stops when the held-out loss no longer falls, and keeps the best layer', async () => {
    const wild = { ...settings, epochs: 200, rate: 1, evaluateEvery: 1, patience: 3 };
    const options = optionsOf('wild', { settings: wild });
    const last = (await follow(options)).at(-1);
    if (last?.type !== 'written') throw new Error('No pack was written.');
    const { roles, vocabularySize: rowCount, provenance } = last.manifest;
    const { bestStep = 0, stepCount } = provenance.fusion ?? {};
    expect(stepCount).toBe(bestStep + 3);
    expect(bestOf(options)).toContain(`-best-${bestStep}.bin`);
    const best = readFileSync(bestOf(options));
    const [causalWidth, maskedWidth] = [
      roles.causal?.hiddenSize ?? 0,
      roles.masked?.hiddenSize ?? 0,
    ];
    for (let row = 0; row < rowCount; row++) {
      const start = best.length - 4 * (rowCount * (causalWidth + maskedWidth) + rowCount);
      const kept = best
        .subarray(start + 4 * row * (causalWidth + maskedWidth))
        .subarray(0, 4 * causalWidth);
      const written = layerOf('wild')
        .subarray(4 * row * causalWidth)
        .subarray(0, 4 * causalWidth);
      expect(written.equals(kept)).toBe(true);
    }
  });

  it('refuses work for which there is no room', async () => {
    const huge = { ...settings, examples: 10_000_000, length: 8192 };
    const options = optionsOf('huge', { settings: huge });
    await expect(follow(options)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  });
});
