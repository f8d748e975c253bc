import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type FusionParameters,
  freshParameters,
} from '../../../src/packs/train/fusion-parameters.ts';
import { type Batch, FusionStep } from '../../../src/packs/train/fusion-step.ts';

/** Three steps that PyTorch took; `training/make_step_reference.py` writes them. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/fusion-step.json'), 'utf8'),
);

const opened: FusionStep[] = [];
afterAll(() => Promise.all(opened.map((step) => step.close())));

async function openStep(blockRows: number): Promise<FusionStep> {
  const step = await FusionStep.open({ blockRows, threads: 1 });
  opened.push(step);
  return step;
}

function startOf(): FusionParameters {
  const { weight, bias } = reference.start;
  return freshParameters({ weight: Float32Array.from(weight), bias: Float32Array.from(bias) });
}

function batchOf(step: number): Batch {
  return {
    features: Float32Array.from(reference.features[step]),
    targets: Int32Array.from(reference.targets[step]),
  };
}

const size = { rate: reference.rate, weightDecay: reference.weightDecay };

describe('a training step', () => {
  // One block, blocks that divide the rows, and a last block of one row.
  it.each([11, 5, 4, 1])(
    'is the one that PyTorch takes, in blocks of %i rows',
    async (blockRows) => {
      const step = await openStep(blockRows);
      const parameters = startOf();
      for (const [index, loss] of reference.losses.entries()) {
        expect(await step.take(parameters, batchOf(index), size)).toBeCloseTo(loss, 5);
      }
      // Float32 with other orders of sums; a wrong correction, decay or moment moves them by 1e-3 and more.
      expectClose(parameters.layer.weight, reference.end.weight, 2e-6);
      expectClose(parameters.layer.bias, reference.end.bias, 2e-6);
      expect(parameters.stepCount).toBe(3);
    },
  );

  it('follows the gradient that finite differences of the loss give', async () => {
    const step = await openStep(4);
    const parameters = startOf();
    const batch = batchOf(0);
    const taken = startOf();
    // The first step's running mean is a tenth of the gradient.
    await step.take(taken, batch, { rate: 0, weightDecay: 0 });
    const { weight } = parameters.layer;
    const width = 1e-2;
    for (let index = 0; index < weight.length; index += 7) {
      const at = async (value: number) => {
        const moved = startOf();
        moved.layer.weight[index] = value;
        return mean(await step.losses(moved, batch));
      };
      const centre = weight[index] ?? 0;
      const slope = ((await at(centre + width)) - (await at(centre - width))) / (2 * width);
      expect((taken.mean.weight[index] ?? 0) / 0.1).toBeCloseTo(slope, 3);
    }
  });

  it('gives every target its log-probability, also where logits are far from 0', async () => {
    const step = await openStep(2);
    const parameters = startOf();
    parameters.layer.bias.set([80, -80], 3);
    const { features, targets } = batchOf(1);
    const losses = await step.losses(parameters, { features, targets });
    for (const [row, loss] of losses.entries()) {
      expect(loss).toBeCloseTo(
        plainLoss(parameters, features, { row, target: targets[row] ?? 0 }),
        4,
      );
    }
  });

  it('leaves the parameters alone at a rate of 0', async () => {
    const step = await openStep(4);
    const parameters = startOf();
    await step.take(parameters, batchOf(0), { rate: 0, weightDecay: 0.5 });
    expect(parameters.layer).toEqual(startOf().layer);
  });
});

function plainLoss(
  { width, rowCount, layer }: FusionParameters,
  features: Float32Array,
  { row, target }: { row: number; target: number },
): number {
  const logits = Array.from({ length: rowCount }, (_, id) => {
    const weights = layer.weight.subarray(id * width, (id + 1) * width);
    return weights.reduce(
      (sum, weight, k) => sum + weight * (features[row * width + k] ?? 0),
      layer.bias[id] ?? 0,
    );
  });
  const max = Math.max(...logits);
  const total = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
  return total - (logits[target] ?? 0);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function expectClose(actual: Float32Array, expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((actual[index] ?? Number.NaN) - value)).toBeLessThan(tolerance);
  }
}
