/**
 * The folder in which trainings are worked on: one set of features, and for each training on it a plan and its progress.
 *
 * Knows names of files and which of them may be there; reads no features and no weights.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { damaged, withNumbers, writeNumbers } from './number-file.ts';
import {
  differences,
  featureKey,
  planSchema,
  type TrainingPlan,
  trainingKey,
} from './training-plan.ts';

/** Path of the features of one kind, by `name`: "features", or "held-out-0.1". */
export function featurePath(folder: string, plan: TrainingPlan, name: string): string {
  return join(folder, `${featureKey(plan)}-${name}.bin`);
}

/** Path of the file that a training goes on from. */
export function statePath(folder: string, plan: TrainingPlan): string {
  return join(folder, `${trainingKey(plan)}-state.bin`);
}

/** Path of the layer that was the best after `step` steps. */
export function bestPath(folder: string, plan: TrainingPlan, step: number): string {
  return join(folder, `${trainingKey(plan)}-best-${step}.bin`);
}

const planSuffix = '-plan.json';
const featuresName = /^([0-9a-f]{16})-features\.bin$/;

/** Keeps the plan of a training, which is there from now on, were nothing of it done yet. */
export function writePlan(folder: string, plan: TrainingPlan): Promise<void> {
  return writeNumbers(join(folder, `${trainingKey(plan)}${planSuffix}`), plan, []);
}

/**
 * Sees to it that what is there is neither thrown away nor gone on with unasked.
 *
 * @param isResumed - whether the training is to go on; else it is to begin, on features that are there already or not.
 * @throws InfillError CONFLICT for a training that is there and was not asked for, or for features of another pack, other
 *   texts or other examples; INVALID_INPUT when there is none to go on with, naming what is different where there is another
 */
export async function checkWorkFolder(
  folder: string,
  plan: TrainingPlan,
  isResumed: boolean,
): Promise<void> {
  const { plans, featureKeys } = await readWorkFolder(folder);
  const isThere = plans.some((other) => trainingKey(other) === trainingKey(plan));
  if (isResumed) {
    if (!isThere) throw nothingToResume(folder, plan, plans);
    return;
  }
  if (isThere) {
    const message = `${folder} holds this training: go on with it (--resume), delete it, or take another folder (--work).`;
    throw new InfillError('CONFLICT', message);
  }
  if (featureKeys.some((key) => key !== featureKey(plan))) {
    const [other] = nearestFirst(plans, plan);
    const what =
      other === undefined
        ? 'another training'
        : `a training with ${listed(differences(other, plan))}`;
    const message = `${folder} holds features of ${what}. Delete it, or take another folder (--work).`;
    throw new InfillError('CONFLICT', message);
  }
}

function nothingToResume(
  folder: string,
  plan: TrainingPlan,
  plans: readonly TrainingPlan[],
): InfillError {
  const [other] = nearestFirst(plans, plan);
  if (other === undefined) {
    return new InfillError('INVALID_INPUT', `${folder} holds no training to go on with.`);
  }
  const same = featureKey(other) === featureKey(plan);
  const hint = same
    ? 'Without --resume, another training begins on the same features'
    : 'Another training needs another folder (--work)';
  const message = `The training in ${folder} has ${listed(differences(other, plan))}. ${hint}.`;
  return new InfillError('INVALID_INPUT', message);
}

function nearestFirst(plans: readonly TrainingPlan[], to: TrainingPlan): TrainingPlan[] {
  const distance = (plan: TrainingPlan) => differences(plan, to).length;
  return plans.toSorted((a, b) => distance(a) - distance(b));
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en').format(words);
}

type Found = {
  readonly plans: readonly TrainingPlan[];
  /** Of features of which some are there. */
  readonly featureKeys: readonly string[];
};

async function readWorkFolder(folder: string): Promise<Found> {
  const names = await namesIn(folder);
  const featureKeys: string[] = [];
  for (const name of names) {
    const [, key] = featuresName.exec(name) ?? [];
    // The file is there before anything is in it, and stays when there is no room.
    if (key !== undefined && (await stat(join(folder, name))).size > 0) featureKeys.push(key);
  }
  const plans: TrainingPlan[] = [];
  for (const name of names.filter((each) => each.endsWith(planSuffix))) {
    const plan = await readPlan(join(folder, name));
    if (plan !== null) plans.push(plan);
  }
  return { plans, featureKeys };
}

function readPlan(path: string): Promise<TrainingPlan | null> {
  return withNumbers(path, async (json) => {
    const parsed = planSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw damaged(path, `: ${z.prettifyError(parsed.error)}`);
  });
}

/** None in a folder that is not there. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
