/**
 * What a training reads, from a pack and texts: features of examples and of texts that are held out, in files.
 *
 * Knows the files in the work folder that hold features; knows no step. The pack's models are in memory only meanwhile.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { InfillError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';
import { type OpenPack, openPack } from '../open-pack.ts';
import { takeLock } from '../process-lock.ts';
import { requireFloat } from '../require-float.ts';
import { Corpus } from './corpus.ts';
import { FeatureFile } from './feature-file.ts';
import { FeatureSource } from './features.ts';
import { prepareFeatures } from './prepare-features.ts';
import type { HeldOut } from './train-fusion.ts';
import type { TrainPackOptions } from './training-options.ts';
import { trainingOfAnother, trainingStateName } from './training-state.ts';

/** Features for a training. */
export type PreparedTraining = {
  readonly manifest: Manifest;
  /** SHA-256 of what features and steps depend on. */
  readonly plan: string;
  readonly features: FeatureFile;
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
    const corpus = corpusOf(options, pack);
    await mkdir(workFolder, { recursive: true });
    const lock = { path: join(workFolder, 'training.pid'), use: 'is training in this folder' };
    opened.push({ close: await takeLock(lock) });
    const source = new FeatureSource(models);
    const plan = planOf(manifest.digest, options);
    await refuseOther(workFolder, plan);
    const open = async (name: string) => {
      const path = join(workFolder, `${plan.slice(0, 16)}-${name}.bin`);
      const file = await FeatureFile.open(path, source.width);
      opened.push(file);
      return file;
    };
    const features = await open('features');
    await checkSpace(options, features, { width: source.width, rows: manifest.vocabularySize });
    const heldOut: HeldOut[] = [];
    for (const rate of maskRates) heldOut.push({ rate, features: await open(`held-out-${rate}`) });
    yield* computeFeatures(source, corpus, { options, features, heldOut });
    return { manifest, plan, features, heldOut };
  } finally {
    await pack.close();
  }
}

/** Features, which are the first thing that a training has on disk, begin with this many digits of its plan. */
const featuresName = /^([0-9a-f]{16})-features\.bin$/;

/** Whether there is a training in `workFolder` to go on with, were it only some of its features. */
export async function holdsTraining(workFolder: string): Promise<boolean> {
  for (const name of await namesIn(workFolder)) {
    if (name === trainingStateName) return true;
    // The file is there before anything is in it, and stays when there is no room.
    if (featuresName.test(name) && (await stat(join(workFolder, name))).size > 0) return true;
  }
  return false;
}

/** Before features are computed, which takes long. */
async function refuseOther(workFolder: string, plan: string): Promise<void> {
  const planOfFile = (name: string) => featuresName.exec(name)?.[1] ?? plan;
  const other = (await namesIn(workFolder)).find((name) => !plan.startsWith(planOfFile(name)));
  if (other !== undefined) throw trainingOfAnother(other);
}

/** None in a folder that is not there. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

function corpusOf({ texts, settings, seed }: TrainPackOptions, { models, tokenizer }: OpenPack) {
  return new Corpus(
    texts.map(({ text }) => text),
    tokenizer,
    {
      exampleLength: Math.min(settings.length, models.facts.contextLength),
      heldOutShare: settings.heldOut,
      seed,
    },
  );
}

/** SHA-256 of what features and steps depend on. */
function planOf(digest: string, { texts, seed, settings }: TrainPackOptions): string {
  const shas = texts.map(({ sha256 }) => sha256);
  const facts = JSON.stringify([1, digest, shas, String(seed), Object.entries(settings).sort()]);
  return createHash('sha256').update(facts).digest('hex');
}

type Wanted = Pick<PreparedTraining, 'features' | 'heldOut'> & {
  readonly options: TrainPackOptions;
};

async function* computeFeatures(
  source: FeatureSource,
  corpus: Corpus,
  { options: { settings }, features, heldOut }: Wanted,
): AsyncGenerator<FeatureProgress, void, void> {
  const { examples: count, heldOutExamples, batch: batchRows } = settings;
  const total = count + heldOut.length * heldOutExamples;
  const example = (index: number) => corpus.example(index);
  for await (const examples of prepareFeatures(source, features, {
    example,
    exampleCount: count,
    batchRows,
  })) {
    yield { type: 'features', examples, total };
  }
  for (const [index, { rate, features: file }] of heldOut.entries()) {
    const before = count + index * heldOutExamples;
    const request = {
      example: (number: number) => corpus.heldOutExample(number, rate),
      exampleCount: heldOutExamples,
      batchRows,
    };
    for await (const examples of prepareFeatures(source, file, request)) {
      yield { type: 'features', examples: before + examples, total };
    }
  }
}

/** About half of the positions of an example are masked. */
async function checkSpace(
  { workFolder, settings }: TrainPackOptions,
  features: FeatureFile,
  { width, rows }: { readonly width: number; readonly rows: number },
): Promise<void> {
  const left = Math.max(0, settings.examples - features.nextExample);
  const examples = left + maskRates.length * settings.heldOutExamples;
  const featureBytes = (examples * settings.length * (2 * width + 4)) / 2;
  // Layer, two moments and the best layer; twice, because the new ones are whole before the old ones go.
  const stateBytes = 2 * 4 * rows * (width + 1) * Float32Array.BYTES_PER_ELEMENT;
  const statePath = join(workFolder, trainingStateName);
  const there = await stat(statePath).catch(() => ({ size: 0 }));
  const needed = featureBytes + Math.max(0, stateBytes - there.size) + spareBytes;
  const { bavail, bsize } = await statfs(workFolder);
  const free = bavail * bsize;
  if (needed <= free) return;
  const [neededText, freeText] = [needed, free].map(
    (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`,
  );
  throw new InfillError(
    'STORAGE_FULL',
    `The features of ${left} examples and the state of the training take up to ${neededText}; ${workFolder} has ${freeText} free. ` +
      'Take fewer examples (--examples) or another folder (--work).',
  );
}
