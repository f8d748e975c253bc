/**
 * A training that takes part of a second, in a folder of its own.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { type TrainPackProgress, trainPack } from '../../../src/packs/train/train-pack.ts';
import type { TrainPackOptions } from '../../../src/packs/train/training-options.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyPack } from '../../support/tiny-pack.ts';

/** Removed after the tests. */
export const root = temporaryFolder();
/** The pack that is trained on. */
export let pack = '';
beforeAll(async () => {
  pack = await writeTinyPack(root, { seed: 3 });
});

/** Two kinds of documents, which a layer on random models can learn to tell; a document counts once. */
const text = Array.from({ length: 60 }, (_, index) => {
  const sentence = index % 2 === 0 ? 'the hen ran to the red shed. ' : 'a man sat in a tin can. ';
  return `${sentence.repeat(3)}${index}`;
}).join('\n\n');

/** Of a training of some twenty steps. */
export const settings = {
  examples: 24,
  length: 24,
  epochs: 4,
  batch: 60,
  rate: 0.02,
  weightDecay: 0.01,
  heldOut: 0.2,
  heldOutExamples: 6,
  evaluateEvery: 4,
  patience: 50,
  blockRows: 100,
};

/** A training into `name`. */
export const optionsOf = (
  name: string,
  given: Partial<TrainPackOptions> = {},
): Omit<TrainPackOptions, 'isResumed'> => ({
  folder: pack,
  outFolder: join(root, name),
  id: name,
  workFolder: join(root, `${name}.training`),
  texts: [{ name: 'text.txt', sha256: 'ab'.repeat(32), sizeBytes: text.length, text }],
  seed: 5n,
  storage: 'f32',
  threads: 1,
  settings,
  cardWords: '',
  tool: 'lacuna test',
  ...given,
});

/** Whether a training is in its work folder. */
function isBegun({ workFolder }: Pick<TrainPackOptions, 'workFolder'>): boolean {
  return (
    existsSync(workFolder) && readdirSync(workFolder).some((name) => /-plan\.json$/.test(name))
  );
}

/** Goes on until `isEnough`; resumes what is there, unless told whether to. */
export async function follow(
  options: Omit<TrainPackOptions, 'isResumed'> & { readonly isResumed?: boolean },
  isEnough: (progress: TrainPackProgress) => boolean = () => false,
): Promise<TrainPackProgress[]> {
  const all: TrainPackProgress[] = [];
  const isResumed = options.isResumed ?? isBegun(options);
  for await (const progress of trainPack({ ...options, isResumed })) {
    all.push(progress);
    if (isEnough(progress)) break;
  }
  return all;
}
