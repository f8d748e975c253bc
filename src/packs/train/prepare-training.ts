/**
 * What a training reads, from a pack and texts: features of examples and of texts that are held out, in files.
 *
 * Knows which features there are; knows no step. The pack's models are in memory only meanwhile.
 */
import { mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { InfillError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';
import { type OpenPack, openPack } from '../open-pack.ts';
import { takeLock } from '../process-lock.ts';
import { requireFloat } from '../require-float.ts';
import { Corpus } from './corpus.ts';
import { FeatureFile } from './feature-file.ts';
import { FeatureSource } from './features.ts';
import { type FeatureRequest, prepareFeatures, rowCountOf } from './prepare-features.ts';
import { RowBatches } from './row-batches.ts';
import type { HeldOut } from './train-fusion.ts';
import type { TrainPackOptions } from './training-options.ts';
import { planOf, type TrainingPlan } from './training-plan.ts';
import { checkWorkFolder, featurePath, statePath, writePlan } from './work-folder.ts';

/** Features for a training. */
export type PreparedTraining = {
  readonly manifest: Manifest;
  readonly plan: TrainingPlan;
  readonly features: RowBatches;
  readonly heldOut: readonly HeldOut[];
};

/** How many examples are done, those that are held out among them. */
export type FeatureProgress = {
  readonly type: 'features';
  readonly examples: number;
  readonly total: number;
};

/** Something that is to be closed after the training. */
export type Closable = { close(): Promise<void> };

const maskRates = [0.1, 0.3, 0.5, 0.7, 0.9] as const;
/** Room for logs and what else is written meanwhile. */
const spareBytes = 64 * 2 ** 20;

/**
 * Computes the features that are not there yet.
 *
 * @param opened - takes what the result reads, and the lock of the work folder, to be closed from its end.
 * @throws as `trainPack`.
 */
export async function* prepareTraining(
  options: TrainPackOptions,
  opened: Closable[],
): AsyncGenerator<FeatureProgress, PreparedTraining, void> {
  const { folder, workFolder, threads } = options;
  const pack = await openPack(folder, { device: 'cpu', threads });
  try {
    const { manifest, models } = pack;
    requireFloat(manifest, 'train on the pack it was made from, and quantise what comes out');
    const { digest } = manifest;
    const plan = planOf(options, { digest, contextLength: models.facts.contextLength });
    await checkWorkFolder(workFolder, plan, options.isResumed);
    const source = new FeatureSource(models);
    const corpus = corpusOf(options, plan, pack);
    await mkdir(workFolder, { recursive: true });
    const lock = { path: join(workFolder, 'training.pid'), use: 'is training in this folder' };
    opened.push({ close: await takeLock(lock) });
    const open = async (name: string, request: FeatureRequest): Promise<Part> => {
      const file = await FeatureFile.open(featurePath(workFolder, plan, name), source.width);
      opened.push(file);
      return { file, request };
    };
    const parts = await openParts(options, corpus, open);
    await checkSpace(options, plan, {
      parts,
      width: source.width,
      rows: manifest.vocabularySize,
    });
    await writePlan(workFolder, plan);
    yield* computeFeatures(source, parts);
    return { manifest, plan, ...batchesOf(parts, options.settings.batch) };
  } finally {
    await pack.close();
  }
}

/** Features of one file. */
type Part = { readonly file: FeatureFile; readonly request: FeatureRequest };
type HeldOutPart = Part & { readonly rate: number };
type Parts = { readonly training: Part; readonly heldOut: readonly HeldOutPart[] };

function corpusOf(
  { texts, seed }: TrainPackOptions,
  { features }: TrainingPlan,
  { tokenizer }: OpenPack,
): Corpus {
  const options = { exampleLength: features.length, heldOutShare: features.heldOut, seed };
  return new Corpus(
    texts.map(({ text }) => text),
    tokenizer,
    options,
  );
}

async function openParts(
  { settings: { examples, heldOutExamples } }: TrainPackOptions,
  corpus: Corpus,
  open: (name: string, request: FeatureRequest) => Promise<Part>,
): Promise<Parts> {
  const example = (index: number) => corpus.example(index);
  const training = await open('features', { example, exampleCount: examples });
  const heldOut: HeldOutPart[] = [];
  for (const rate of maskRates) {
    const heldOutExample = (index: number) => corpus.heldOutExample(index, rate);
    const request = { example: heldOutExample, exampleCount: heldOutExamples };
    heldOut.push({ rate, ...(await open(`held-out-${rate}`, request)) });
  }
  return { training, heldOut };
}

async function* computeFeatures(
  source: FeatureSource,
  { training, heldOut }: Parts,
): AsyncGenerator<FeatureProgress, void, void> {
  const parts = [training, ...heldOut];
  const total = parts.reduce((sum, { request }) => sum + request.exampleCount, 0);
  let before = 0;
  for (const { file, request } of parts) {
    for await (const examples of prepareFeatures(source, file, request)) {
      yield { type: 'features', examples: before + examples, total };
    }
    before += request.exampleCount;
  }
}

function batchesOf(
  { training, heldOut }: Parts,
  mostRows: number,
): Pick<PreparedTraining, 'features' | 'heldOut'> {
  const cut = ({ file, request }: Part) =>
    new RowBatches(file, rowCountOf(file, request), mostRows);
  return {
    features: cut(training),
    heldOut: heldOut.map((part) => ({ rate: part.rate, features: cut(part) })),
  };
}

/** About half of the positions of an example are masked. */
async function checkSpace(
  { workFolder }: TrainPackOptions,
  plan: TrainingPlan,
  {
    parts: { training, heldOut },
    width,
    rows,
  }: { readonly parts: Parts; readonly width: number; readonly rows: number },
): Promise<void> {
  const examples = [training, ...heldOut].reduce((sum, part) => sum + missingOf(part), 0);
  const featureBytes = (examples * plan.features.length * (2 * width + 4)) / 2;
  // Layer, two moments and the best layer; twice, because the new ones are whole before the old ones go.
  const stateBytes = 2 * 4 * rows * (width + 1) * Float32Array.BYTES_PER_ELEMENT;
  const there = await stat(statePath(workFolder, plan)).catch(() => ({ size: 0 }));
  const needed = featureBytes + Math.max(0, stateBytes - there.size) + spareBytes;
  const { bavail, bsize } = await statfs(workFolder);
  const free = bavail * bsize;
  if (needed <= free) return;
  const [neededText, freeText] = [needed, free].map(
    (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`,
  );
  throw new InfillError(
    'STORAGE_FULL',
    `The features of ${examples} examples and the state of the training take up to ${neededText}; ${workFolder} has ${freeText} free. ` +
      'Take fewer examples (--examples) or another folder (--work).',
  );
}

/** Examples whose features are not there yet. */
function missingOf({ file, request }: Part): number {
  return Math.max(0, request.exampleCount - file.nextExample);
}
