import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FeatureFile } from '../../../src/packs/train/feature-file.ts';
import { freshParameters } from '../../../src/packs/train/fusion-parameters.ts';
import { FusionStep } from '../../../src/packs/train/fusion-step.ts';
import { RowBatches } from '../../../src/packs/train/row-batches.ts';
import { type Training, trainFusion } from '../../../src/packs/train/train-fusion.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const batchCount = 6;
let step: FusionStep;
let file: FeatureFile;
let features: RowBatches;
beforeAll(async () => {
  step = await FusionStep.open({ blockRows: 4, threads: 1 });
  file = await FeatureFile.open(join(root, 'features.bin'), 2);
  for (let index = 0; index < batchCount; index++) {
    await file.add(
      { features: Float32Array.of(index, 1), targets: Int32Array.of(index % 3) },
      index + 1,
    );
  }
  features = new RowBatches(file, batchCount, 1);
});
afterAll(() => Promise.all([step.close(), file.close()]));

/** The batches that a training of two rounds reads, by step. */
async function orderOf(seed: bigint): Promise<number[]> {
  const training: Training = {
    step,
    features,
    heldOut: [],
    schedule: { stepCount: 2 * batchCount, peakRate: 0.1, warmUpSteps: 1 },
    weightDecay: 0,
    seed,
    evaluateEvery: 100,
    patience: 100,
    keepBest: async () => undefined,
  };
  const layer = { weight: new Float32Array(6), bias: new Float32Array(3) };
  const parameters = freshParameters(layer);
  const state = { parameters, bestStep: 0, trainingLosses: [], evaluations: [] };
  const read = vi.spyOn(features, 'read');
  for await (const _ of trainFusion(training, state));
  const order = read.mock.calls.map(([index]) => index);
  read.mockRestore();
  return order;
}

describe('the batches of a training', () => {
  it('come each once a round, in an order that is another in every round and for every seed', async () => {
    const order = await orderOf(3n);
    const rounds = [order.slice(0, batchCount), order.slice(batchCount)];
    for (const round of rounds) expect(new Set(round)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(rounds[0]).not.toEqual(rounds[1]);
    expect(await orderOf(3n)).toEqual(order);
    expect(await orderOf(4n)).not.toEqual(order);
  });
});

describe('batches of rows', () => {
  it('have every row once, in order, and none more rows than asked for', async () => {
    for (const [rowCount, mostRows, sizes] of [
      [6, 4, [3, 3]],
      [5, 2, [1, 2, 2]],
      [4, 9, [4]],
    ] as const) {
      const batches = new RowBatches(file, rowCount, mostRows);
      const read = await Promise.all(
        Array.from({ length: batches.batchCount }, (_, index) => batches.read(index)),
      );
      expect(read.map(({ targets }) => targets.length)).toEqual(sizes);
      const firsts = read.flatMap(({ features: rows }) => [...rows].filter((_, i) => i % 2 === 0));
      expect(firsts).toEqual([...Array(rowCount).keys()]);
    }
  });
});
