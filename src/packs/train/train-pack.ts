/**
 * `pack train` from texts to a trained pack: features, steps, the pack with the best layer.
 *
 * Knows the order of the work; each part of it has its own file. Left at any time, even by a kill, it goes on where it
 * was when it is asked for the same training again.
 */
import { resolve, sep } from 'node:path';
import { InfillError } from '../../errors.ts';
import { checkTarget } from '../build-pack.ts';
import { type Manifest, maxTexts } from '../manifest.ts';
import { freshParameters } from './fusion-parameters.ts';
import { FusionStep } from './fusion-step.ts';
import { lossCurve } from './loss-curve.ts';
import { type Closable, type FeatureProgress, prepareTraining } from './prepare-training.ts';
import { readMeanOfHeads } from './read-head.ts';
import { type Training, type TrainingProgress, trainFusion } from './train-fusion.ts';
import { checkCardWords } from './trained-card.ts';
import type { TrainPackOptions } from './training-options.ts';
import { TrainingFiles, type TrainingState } from './training-state.ts';
import { writeTrainedPack } from './write-fusion.ts';

/** What has just been done. */
export type TrainPackProgress =
  | FeatureProgress
  | (TrainingProgress & { readonly step: number; readonly stepCount: number })
  | { readonly type: 'written'; readonly manifest: Manifest };

/** Share of the steps in which the rate rises. */
const warmUpShare = 0.05;
/** A kill costs at most this many steps. */
const stepsPerSave = 50;

/**
 * Trains the fusion of a pack and writes the pack with it.
 *
 * What was done is kept when the iteration is left; the same options, resumed, go on from there and reach the same
 * numbers. Features are kept apart from that: other settings of the steps begin another training on them.
 *
 * @throws INVALID_PACK; UNSUPPORTED; INVALID_INPUT for texts that are too short, or when there is no such training to
 *   resume; STORAGE_FULL; CONFLICT when `outFolder` exists, when `workFolder` holds this training and it is not to be
 *   resumed, or features of another pack or other texts, or when another process trains there; INVALID_OPTION for a bad
 *   id, a long card, too many texts, a work folder within `outFolder`, or when the folder that that would lie in does not
 *   exist
 */
export async function* trainPack(
  options: TrainPackOptions,
): AsyncGenerator<TrainPackProgress, void, void> {
  const { folder, outFolder, id, workFolder, settings, threads } = options;
  // Now, not hours later.
  checkOptions(options);
  await checkTarget({ id, outFolder });
  const opened: Closable[] = [];
  try {
    const { manifest, plan, ...read } = yield* prepareTraining(options, opened);
    const step = await FusionStep.open({ blockRows: settings.blockRows, threads });
    opened.push(step);
    const files = new TrainingFiles(workFolder, plan);
    const keepBest: Training['keepBest'] = (count, layer) => files.writeBest(count, layer);
    const training = trainingOf(options, { ...read, step, keepBest });
    const state = (await files.read()) ?? (await freshState(folder, manifest));
    yield* trained(training, state, files);
    yield { type: 'written', manifest: await writePack(options, state, files) };
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
}

function checkOptions({ cardWords, texts, outFolder, workFolder }: TrainPackOptions): void {
  checkCardWords(cardWords);
  if (texts.length > maxTexts) {
    const message = `There are ${texts.length} texts; the limit is ${maxTexts}. Join some of them.`;
    throw new InfillError('INVALID_OPTION', message);
  }
  const [out, work] = [resolve(outFolder), resolve(workFolder)];
  if (!`${work}${sep}`.startsWith(`${out}${sep}`)) return;
  const message = `The work folder ${work} is that of the pack, or in it; a pack is written into a new folder.`;
  throw new InfillError('INVALID_OPTION', message);
}

function trainingOf(
  { settings, seed }: TrainPackOptions,
  parts: Pick<Training, 'step' | 'features' | 'heldOut' | 'keepBest'>,
): Training {
  const stepCount = settings.epochs * parts.features.batchCount;
  const warmUpSteps = Math.ceil(warmUpShare * stepCount);
  const { rate: peakRate, weightDecay, evaluateEvery, patience } = settings;
  const schedule = { stepCount, peakRate, warmUpSteps };
  return { ...parts, schedule, weightDecay, seed, evaluateEvery, patience };
}

async function freshState(folder: string, manifest: Manifest): Promise<TrainingState> {
  return {
    parameters: freshParameters(await readMeanOfHeads(folder, manifest)),
    bestStep: 0,
    trainingLosses: [],
    evaluations: [],
  };
}

/** Saves now and then, and when the iteration is left. */
async function* trained(
  training: Training,
  state: TrainingState,
  files: TrainingFiles,
): AsyncGenerator<TrainPackProgress, void, void> {
  const { stepCount } = training.schedule;
  let savedStep = state.parameters.stepCount;
  try {
    for await (const progress of trainFusion(training, state)) {
      const step = state.parameters.stepCount;
      yield { ...progress, step, stepCount };
      if (step - savedStep < stepsPerSave) continue;
      await files.write(state);
      savedStep = step;
    }
  } finally {
    // A step that failed halfway has changed some blocks and not others.
    if (state.trainingLosses.length === state.parameters.stepCount) await files.write(state);
  }
}

async function writePack(
  options: TrainPackOptions,
  state: TrainingState,
  files: TrainingFiles,
): Promise<Manifest> {
  const { folder, outFolder, id, texts, seed, storage, settings, cardWords, tool } = options;
  // The last layer is on disk with the rest of the state; the best one takes its place in memory.
  const { layer, stepCount } = state.parameters;
  await files.readBest(state.bestStep, layer);
  const [untrained] = state.evaluations;
  const best = state.evaluations.find(({ step }) => step === state.bestStep);
  return writeTrainedPack(folder, outFolder, {
    id,
    layer,
    storage,
    lossCurve: lossCurve(state),
    cardWords,
    tool,
    source: {
      exampleCount: settings.examples,
      stepCount,
      bestStep: state.bestStep,
      seed: String(seed),
      options: { ...settings },
      texts: texts.map(({ name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes })),
      untrained: perplexities(untrained),
      trained: perplexities(best),
    },
  });
}

function perplexities(evaluation: TrainingState['evaluations'][number] | undefined) {
  return (evaluation?.losses ?? []).map(({ rate, loss }) => ({
    maskRate: rate,
    perplexity: Number(Math.exp(loss).toFixed(4)),
  }));
}
