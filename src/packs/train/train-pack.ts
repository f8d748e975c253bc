/**
 * `pack train` from texts to a trained pack: features, steps, the pack with the best layer.
 *
 * Knows the order of the work and the files in the work folder; each part of it has its own file. Left at any time, even
 * by a kill, it goes on where it was when it is asked for the same training again.
 */
import { createHash } from 'node:crypto';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { InfillError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';
import { openPack } from '../open-pack.ts';
import type { WeightStorage } from '../weight-layout.ts';
import { Corpus } from './corpus.ts';
import { FeatureFile } from './feature-file.ts';
import { FeatureSource } from './features.ts';
import { freshParameters } from './fusion-parameters.ts';
import { FusionStep } from './fusion-step.ts';
import { lossCurve } from './loss-curve.ts';
import { prepareFeatures } from './prepare-features.ts';
import { readMeanOfHeads, requireFloat } from './read-head.ts';
import { type HeldOut, type Training, type TrainingProgress, trainFusion } from './train-fusion.ts';
import { readTrainingState, type TrainingState, writeTrainingState } from './training-state.ts';
import { writeTrainedPack } from './write-fusion.ts';

/** A text, and what identifies it. */
export type TrainingText = {
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
};

/** What is trained, with what, and where. */
export type TrainPackOptions = {
  /** Of the pack whose two models are joined. */
  readonly folder: string;
  /** Where the trained pack goes; must not exist. */
  readonly outFolder: string;
  /** Made when absent; holds features and the state of the training. */
  readonly workFolder: string;
  readonly texts: readonly TrainingText[];
  /** In [0, 2^63). */
  readonly seed: bigint;
  readonly storage: WeightStorage;
  /** Threads of one pass. */
  readonly threads: number;
  readonly settings: TrainingSettings;
};

/** Numbers that the result depends on. */
export type TrainingSettings = {
  readonly examples: number;
  /** Most tokens of an example. */
  readonly length: number;
  /** Rounds over the features. */
  readonly epochs: number;
  /** Positions of a batch, at least. */
  readonly batch: number;
  readonly rate: number;
  readonly weightDecay: number;
  /** Share of the documents that is held out. */
  readonly heldOut: number;
  /** Held-out examples per mask rate. */
  readonly heldOutExamples: number;
  /** Steps between evaluations, and evaluations without a new best before it stops. */
  readonly evaluateEvery: number;
  readonly patience: number;
  /** Vocabulary rows of a block. */
  readonly blockRows: number;
};

/** What has just been done. */
export type TrainPackProgress =
  | { readonly type: 'features'; readonly examples: number; readonly total: number }
  | (TrainingProgress & { readonly step: number; readonly stepCount: number })
  | { readonly type: 'written'; readonly manifest: Manifest };

/** Name of the file in the work folder that a training goes on from. */
export const trainingStateName = 'training-state.bin';

const maskRates = [0.1, 0.3, 0.5, 0.7, 0.9] as const;
/** Share of the steps in which the rate rises. */
const warmUpShare = 0.05;
/** A kill costs at most this many steps. */
const stepsPerSave = 50;
/** Beside features there are logs and the state. */
const spareBytes = 64 * 2 ** 20;

/**
 * Trains the fusion of a pack and writes the pack with it.
 *
 * What was done is kept when the iteration is left; the same options go on from there and reach the same numbers.
 *
 * @throws INVALID_PACK; UNSUPPORTED; INVALID_INPUT for texts that are too short, or a work folder of another training;
 *   STORAGE_FULL; CONFLICT when `outFolder` exists
 */
export async function* trainPack(
  options: TrainPackOptions,
): AsyncGenerator<TrainPackProgress, void, void> {
  const { folder, workFolder, settings, texts, threads } = options;
  const pack = await openPack(folder, { device: 'cpu', threads });
  const opened: { close(): Promise<void> }[] = [pack];
  try {
    requireFloat(pack.manifest);
    const corpus = new Corpus(
      texts.map(({ text }) => text),
      pack.tokenizer,
      {
        exampleLength: Math.min(settings.length, pack.models.facts.contextLength),
        heldOutShare: settings.heldOut,
        seed: options.seed,
      },
    );
    const source = new FeatureSource(pack.models);
    await mkdir(workFolder, { recursive: true });
    const plan = planOf(pack.manifest.digest, options);
    const open = async (name: string) => {
      const file = await FeatureFile.open(
        join(workFolder, `${plan.slice(0, 16)}-${name}.bin`),
        source.width,
      );
      opened.push(file);
      return file;
    };
    const features = await open('features');
    await checkSpace(options, features, source.width);
    yield* featuresOf(source, features, {
      example: (index) => corpus.example(index),
      exampleCount: settings.examples,
      batchRows: settings.batch,
    });
    const heldOut: HeldOut[] = [];
    for (const rate of maskRates) {
      const file = await open(`held-out-${rate}`);
      const example = (index: number) => corpus.heldOutExample(index, rate);
      const request = {
        example,
        exampleCount: settings.heldOutExamples,
        batchRows: settings.batch,
      };
      for await (const _ of prepareFeatures(source, file, request));
      heldOut.push({ rate, features: file });
    }
    const step = await FusionStep.open({ blockRows: settings.blockRows, threads });
    opened.push(step);
    const training = trainingOf(options, { step, features, heldOut });
    const statePath = join(workFolder, trainingStateName);
    const state =
      (await readTrainingState(statePath, plan)) ?? (await freshState(folder, pack.manifest));
    yield* trained(training, state, () => writeTrainingState(statePath, plan, state));
    const manifest = await writePack(options, training, state);
    yield { type: 'written', manifest };
  } finally {
    for (const one of opened.reverse()) await one.close();
  }
}

/** SHA-256 of what features and steps depend on. */
function planOf(digest: string, { texts, seed, settings }: TrainPackOptions): string {
  const shas = texts.map(({ sha256 }) => sha256);
  const facts = JSON.stringify([1, digest, shas, String(seed), Object.entries(settings).sort()]);
  return createHash('sha256').update(facts).digest('hex');
}

/** About half of the positions of an example are masked. */
async function checkSpace(
  { workFolder, settings }: TrainPackOptions,
  features: FeatureFile,
  width: number,
): Promise<void> {
  const left = Math.max(0, settings.examples - features.nextExample);
  const needed = (left * settings.length * (2 * width + 4)) / 2 + spareBytes;
  const { bavail, bsize } = await statfs(workFolder);
  const free = bavail * bsize;
  if (needed <= free) return;
  const [neededText, freeText] = [needed, free].map(
    (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`,
  );
  throw new InfillError(
    'STORAGE_FULL',
    `The features of ${left} examples take up to ${neededText}; ${workFolder} has ${freeText} free. ` +
      'Take fewer examples (--examples) or another folder (--work).',
  );
}

async function* featuresOf(
  source: FeatureSource,
  file: FeatureFile,
  request: Parameters<typeof prepareFeatures>[2],
): AsyncGenerator<TrainPackProgress, void, void> {
  const total = request.exampleCount;
  for await (const examples of prepareFeatures(source, file, request)) {
    yield { type: 'features', examples, total };
  }
}

function trainingOf(
  { settings, seed }: TrainPackOptions,
  parts: Pick<Training, 'step' | 'features' | 'heldOut'>,
): Training {
  const stepCount = settings.epochs * parts.features.batchCount;
  const warmUpSteps = Math.ceil(warmUpShare * stepCount);
  const { rate: peakRate, weightDecay, evaluateEvery, patience } = settings;
  const schedule = { stepCount, peakRate, warmUpSteps };
  return { ...parts, schedule, weightDecay, seed, evaluateEvery, patience };
}

async function freshState(folder: string, manifest: Manifest): Promise<TrainingState> {
  const layer = await readMeanOfHeads(folder, manifest);
  const best = { weight: layer.weight.slice(), bias: layer.bias.slice() };
  return {
    parameters: freshParameters(layer),
    best,
    bestStep: 0,
    trainingLosses: [],
    evaluations: [],
  };
}

/** Saves now and then, and when the iteration is left. */
async function* trained(
  training: Training,
  state: TrainingState,
  save: () => Promise<void>,
): AsyncGenerator<TrainPackProgress, void, void> {
  const { stepCount } = training.schedule;
  let savedStep = state.parameters.stepCount;
  try {
    for await (const progress of trainFusion(training, state)) {
      const step = state.parameters.stepCount;
      yield { ...progress, step, stepCount };
      if (step - savedStep < stepsPerSave) continue;
      await save();
      savedStep = step;
    }
  } finally {
    await save();
  }
}

async function writePack(
  { folder, outFolder, texts, seed, storage, settings }: TrainPackOptions,
  { schedule }: Training,
  state: TrainingState,
): Promise<Manifest> {
  const [untrained] = state.evaluations;
  const best = state.evaluations.find(({ step }) => step === state.bestStep);
  return writeTrainedPack(folder, outFolder, {
    layer: state.best,
    storage,
    lossCurve: lossCurve(state),
    source: {
      exampleCount: settings.examples,
      stepCount: Math.min(state.parameters.stepCount, schedule.stepCount),
      bestStep: state.bestStep,
      seed: String(seed),
      options: { ...settings },
      texts: texts.map(({ name, sha256 }) => ({ name, sha256 })),
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
