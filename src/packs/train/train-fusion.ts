/**
 * The training loop: batches in a shuffled order, steps, held-out losses from time to time, an early stop.
 *
 * Knows features and steps; knows no corpus, no model and no terminal. Everything follows from the seed and the number of
 * the step, so that a training that is resumed goes on as if it had not stopped.
 */
import { keyedUniform } from '../../numerics/keyed-random.ts';
import type { LayerArrays } from './fusion-parameters.ts';
import type { FusionStep } from './fusion-step.ts';
import type { RowBatches } from './row-batches.ts';
import { rateAt, type Schedule } from './schedule.ts';
import type { Evaluation, TrainingState } from './training-state.ts';

/** Held-out features of one mask rate. */
export type HeldOut = { readonly rate: number; readonly features: RowBatches };

/** What a training is made of. */
export type Training = {
  readonly step: FusionStep;
  readonly features: RowBatches;
  readonly heldOut: readonly HeldOut[];
  readonly schedule: Schedule;
  readonly weightDecay: number;
  /** In [0, 2^63). */
  readonly seed: bigint;
  /** Steps between evaluations. */
  readonly evaluateEvery: number;
  /** Evaluations without a new best after which it stops. */
  readonly patience: number;
  /** Keeps a copy of the layer, which is the best so far; `step` is the number of steps before it. */
  readonly keepBest: (step: number, layer: LayerArrays) => Promise<void>;
};

/** What the training has just done. */
export type TrainingProgress =
  | { readonly type: 'step'; readonly loss: number; readonly rowCount: number }
  | { readonly type: 'evaluated'; readonly evaluation: Evaluation; readonly isBest: boolean };

/**
 * Trains until the schedule ends, the held-out loss no longer falls, or the iteration is left; changes `state`, which is
 * consistent at every entry.
 */
export async function* trainFusion(
  training: Training,
  state: TrainingState,
): AsyncGenerator<TrainingProgress, void, void> {
  const { schedule } = training;
  for (;;) {
    const { stepCount } = state.parameters;
    // A training that was left between a step and its evaluation makes up for it.
    if (isDue(training, state)) yield await evaluated(training, state);
    if (stepCount >= schedule.stepCount || isStalled(training, state)) return;
    const batch = await training.features.read(batchOf(training, stepCount));
    const size = { rate: rateAt(stepCount, schedule), weightDecay: training.weightDecay };
    const loss = await training.step.take(state.parameters, batch, size);
    state.trainingLosses.push(loss);
    yield { type: 'step', loss, rowCount: batch.targets.length };
  }
}

function isDue(
  { schedule, evaluateEvery }: Training,
  { parameters: { stepCount }, evaluations }: TrainingState,
): boolean {
  const isTime = stepCount % evaluateEvery === 0 || stepCount === schedule.stepCount;
  return isTime && evaluations.at(-1)?.step !== stepCount;
}

/** Mean over the mask rates. */
function meanLoss({ losses }: Evaluation): number {
  return losses.reduce((sum, { loss }) => sum + loss, 0) / losses.length;
}

/** In each round over the batches, each once, in an order of its own. */
function batchOf({ features, seed }: Training, step: number): number {
  const count = features.batchCount;
  const round = Math.floor(step / count);
  const order = Array.from({ length: count }, (_, index) => ({
    index,
    key: keyedUniform(seed, { purpose: 'order', position: index, step: round }),
  })).sort((a, b) => a.key - b.key);
  return order[step % count]?.index ?? 0;
}

async function evaluated(training: Training, state: TrainingState): Promise<TrainingProgress> {
  const losses = [];
  for (const { rate, features } of training.heldOut) {
    losses.push({ rate, loss: await heldOutLoss(training, state, features) });
  }
  const evaluation = { step: state.parameters.stepCount, losses };
  const before = state.evaluations.find(({ step }) => step === state.bestStep);
  const isBest = before === undefined || meanLoss(evaluation) < meanLoss(before);
  if (isBest) {
    await training.keepBest(evaluation.step, state.parameters.layer);
    state.bestStep = evaluation.step;
  }
  state.evaluations.push(evaluation);
  return { type: 'evaluated', evaluation, isBest };
}

async function heldOutLoss(
  { step }: Training,
  { parameters }: TrainingState,
  features: RowBatches,
): Promise<number> {
  let sum = 0;
  for (let index = 0; index < features.batchCount; index++) {
    const losses = await step.losses(parameters, await features.read(index));
    sum += losses.reduce((total, loss) => total + loss, 0);
  }
  return sum / features.rowCount;
}

function isStalled({ patience }: Training, { evaluations, bestStep }: TrainingState): boolean {
  return evaluations.filter(({ step }) => step > bestStep).length >= patience;
}
