import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainPackProgress } from '../../../src/packs/train/train-pack.ts';
import type { TrainPackOptions } from '../../../src/packs/train/training-options.ts';
import { writeTinyPack } from '../../support/tiny-pack.ts';
import { follow, optionsOf, root, settings } from './train-case.ts';

type Options = Pick<TrainPackOptions, 'workFolder'>;

const namesOf = ({ workFolder }: Options, pattern: RegExp) =>
  readdirSync(workFolder).filter((name) => pattern.test(name));

const featuresOf = (options: Options) => namesOf(options, /-(?:features|held-out-[\d.]+)\.bin$/);

/** Bytes and times of all features, which another training on them leaves as they are. */
const stampsOf = (options: Options) =>
  featuresOf(options).map((name) => {
    const { size, mtimeMs } = statSync(join(options.workFolder, name));
    return { name, size, mtimeMs };
  });

const isStep = (step: number) => (progress: TrainPackProgress) =>
  progress.type === 'step' && progress.step === step;

const layerOf = (name: string) => readFileSync(join(root, name, 'fusion.bin'));

describe('another training on the same pack and texts', { timeout: 30_000 }, () => {
  it.each([
    ['rate', { rate: 0.004 }],
    ['epochs', { epochs: 2 }],
    ['batch', { batch: 37 }],
    ['weight-decay', { weightDecay: 0.3 }],
    ['patience', { patience: 1 }],
    ['evaluate-every', { evaluateEvery: 3 }],
    ['block-rows', { blockRows: 64 }],
  ])(
    'takes the features that are there where %s is another, and reaches what it reaches alone',
    async (name, change) => {
      const [first, alone] = [optionsOf(`first-${name}`), optionsOf(`alone-${name}`)];
      const changed = { ...alone, settings: { ...settings, ...change } };
      await follow(first, isStep(3));
      const stamps = stampsOf(first);
      const second = { ...changed, outFolder: first.outFolder, workFolder: first.workFolder };
      const all = await follow({ ...second, isResumed: false });
      expect(all.some(({ type }) => type === 'features')).toBe(false);
      expect(stampsOf(first)).toEqual(stamps);
      await follow({ ...changed, isResumed: false });
      expect(layerOf(`first-${name}`).equals(layerOf(`alone-${name}`))).toBe(true);
    },
  );

  it('leaves the first one as it was, which goes on to the same weights', async () => {
    const [straight, first] = [optionsOf('undisturbed'), optionsOf('disturbed')];
    await follow(straight);
    await follow(first, isStep(5));
    const other = { ...first, settings: { ...settings, rate: 0.3 }, isResumed: false };
    await follow(other, isStep(9));
    expect(namesOf(first, /-state\.bin$/)).toHaveLength(2);
    const all = await follow({ ...first, isResumed: true });
    expect(all[0]).toMatchObject({ type: 'step', step: 6 });
    expect(layerOf('disturbed').equals(layerOf('undisturbed'))).toBe(true);
  });

  it('computes what is missing where it has more examples, and takes the first of them where it has fewer', async () => {
    const workFolder = join(root, 'counts.training');
    const counted = (examples: number, heldOutExamples: number, name: string) =>
      optionsOf(name, {
        settings: { ...settings, examples, heldOutExamples },
        ...(name.startsWith('shared') && { workFolder }),
      });
    const computed = async (examples: number, heldOutExamples: number) => {
      const name = `${examples}-${heldOutExamples}`;
      const all = await follow({
        ...counted(examples, heldOutExamples, `shared-${name}`),
        isResumed: false,
      });
      await follow(counted(examples, heldOutExamples, `own-${name}`));
      expect(layerOf(`shared-${name}`).equals(layerOf(`own-${name}`))).toBe(true);
      return all.filter(({ type }) => type === 'features').length;
    };
    expect(await computed(20, 4)).toBe(20 + 5 * 4);
    expect(await computed(31, 6)).toBe(11 + 5 * 2);
    expect(await computed(17, 3)).toBe(0);
  });

  it('is written under another id and with another storage without a step', async () => {
    const options = optionsOf('once');
    await follow(options);
    const again = {
      ...options,
      id: 'twice',
      outFolder: join(root, 'twice'),
      storage: 'f16' as const,
    };
    const all = await follow({ ...again, isResumed: true });
    expect(all.map(({ type }) => type)).toEqual(['written']);
    expect(layerOf('twice').length).toBeLessThan(layerOf('once').length);
  });
});

describe('a training to go on with', { timeout: 30_000 }, () => {
  it('is refused with a setting that is another, by its name', async () => {
    const options = { ...optionsOf('named'), isResumed: true };
    await follow({ ...options, isResumed: false }, ({ type }) => type === 'features');
    for (const [change, said] of [
      [{ rate: 0.5 }, /has --rate 0\.02 \(not 0\.5\)\. Without --resume, another/],
      [
        { weightDecay: 0.5, batch: 9 },
        /--batch 60 \(not 9\) and --weight-decay 0\.01 \(not 0\.5\)/,
      ],
      [{ examples: 25 }, /--examples 24 \(not 25\)\. Without --resume/],
      [{ length: 20 }, /--length 24 \(not 20\)\. Another training needs another folder/],
      [{ heldOut: 0.3 }, /--held-out 0\.2 \(not 0\.3\)\. Another training needs another folder/],
    ] as const) {
      const other = { ...options, settings: { ...settings, ...change } };
      await expect(follow(other)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringMatching(said),
      });
    }
    const texts = options.texts.map((text) => ({ ...text, sha256: 'cd'.repeat(32) }));
    const folder = await writeTinyPack(join(root, 'other'), { seed: 4 });
    await expect(follow({ ...options, texts })).rejects.toThrow(/has other texts\./);
    await expect(follow({ ...options, folder })).rejects.toThrow(/has another pack\./);
    await expect(follow({ ...options, seed: 6n })).rejects.toThrow(/has --seed 5 \(not 6\)\./);
    expect(existsSync(options.outFolder)).toBe(false);
  });

  it('has to be there, were it only begun', async () => {
    const options = { ...optionsOf('absent'), isResumed: true };
    await expect(follow(options)).rejects.toThrow(/holds no training to go on with/);
    expect(existsSync(options.workFolder)).toBe(false);
    // Left before the first record of features was written.
    await follow({ ...options, isResumed: false }, ({ type }) => type === 'features');
    const sizes = stampsOf(options).map(({ size }) => size);
    expect(sizes).toEqual([0, 0, 0, 0, 0, 0]);
    await follow(options);
  });

  it('is refused where its plan is damaged', async () => {
    const options = { ...optionsOf('unplanned'), isResumed: true };
    await follow({ ...options, isResumed: false }, isStep(1));
    const [name = ''] = namesOf(options, /-plan\.json$/);
    writeFileSync(join(options.workFolder, name), '{"facts":{},"sha256":""}\n');
    await expect(follow(options)).rejects.toThrow(/-plan\.json is damaged: .*features/s);
  });
});

describe('a training that is to begin', { timeout: 30_000 }, () => {
  it('is refused where it is there, and where there are features of others', async () => {
    const options = { ...optionsOf('taken'), isResumed: false };
    await follow(options, isStep(1));
    await expect(follow(options)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/holds this training: .*--resume.*--work/),
    });
    await expect(follow({ ...options, seed: 6n })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/features of a training with --seed 5 \(not 6\)\. .*--work/),
    });
    for (const name of namesOf(options, /-plan\.json$/)) rmSync(join(options.workFolder, name));
    await expect(follow({ ...options, seed: 6n })).rejects.toThrow(/features of another training/);
  });
});
