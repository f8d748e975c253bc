/**
 * A training on disk: parameters with their moments, the best layer so far, and the figures until now.
 *
 * Written to a temporary name, synced and renamed, so that a kill or a full disk leaves the state before it. Knows bytes;
 * knows no step.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { parseJson } from '../regular-file.ts';
import type { FusionParameters, LayerArrays } from './fusion-parameters.ts';

const evaluationSchema = z.strictObject({
  /** Steps taken before it. */
  step: z.int().nonnegative(),
  /** Mean −log p of held-out positions, in nats, by mask rate. */
  losses: z.array(z.strictObject({ rate: z.number(), loss: z.number() })),
});

const headerSchema = z.strictObject({
  formatVersion: z.literal(1),
  rowCount: z.int().positive(),
  width: z.int().positive(),
  stepCount: z.int().nonnegative(),
  /** SHA-256 of what the training depends on; another training's state is refused. */
  plan: z.string(),
  /** SHA-256 of the numbers. */
  sha256: z.string(),
  bestStep: z.int().nonnegative(),
  /** Mean training loss of each step, in nats. */
  trainingLosses: z.array(z.number()),
  evaluations: z.array(evaluationSchema),
});

/** Losses of held-out positions at one time. */
export type Evaluation = z.infer<typeof evaluationSchema>;

/** Everything that a training goes on from. */
export type TrainingState = {
  readonly parameters: FusionParameters;
  /** The layer with the lowest held-out loss. */
  readonly best: LayerArrays;
  bestStep: number;
  readonly trainingLosses: number[];
  readonly evaluations: Evaluation[];
};

/** Bytes of a number. */
const numberBytes = 4;

/** Writes the state; whole or not at all. @param plan - of `readTrainingState`. */
export async function writeTrainingState(
  path: string,
  plan: string,
  { parameters, best, bestStep, trainingLosses, evaluations }: TrainingState,
): Promise<void> {
  const arrays = arraysOf(parameters, best);
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(bytesOf(array));
  const { rowCount, width, stepCount } = parameters;
  const header = {
    formatVersion: 1,
    rowCount,
    width,
    stepCount,
    plan,
    sha256: hash.digest('hex'),
    bestStep,
    trainingLosses,
    evaluations,
  };
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(`${JSON.stringify(header)}\n`);
    for (const array of arrays) await file.writeFile(bytesOf(array));
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/**
 * Reads a state; null when there is none.
 *
 * @throws InfillError INVALID_INPUT when it is damaged, or of another training than `plan`
 */
export async function readTrainingState(path: string, plan: string): Promise<TrainingState | null> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    return await readFrom(file, basename(path), plan);
  } finally {
    await file.close();
  }
}

async function readFrom(file: FileHandle, name: string, plan: string): Promise<TrainingState> {
  const { header, offset } = await readHeader(file, name);
  if (header.plan !== plan) {
    const message = `${name} is of a training with another pack, other texts or other options.`;
    throw new InfillError('INVALID_INPUT', `${message} Take another work folder, or delete it.`);
  }
  const { rowCount, width, stepCount, bestStep, trainingLosses, evaluations } = header;
  const layer = () => ({
    weight: new Float32Array(rowCount * width),
    bias: new Float32Array(rowCount),
  });
  const parameters = { rowCount, width, layer: layer(), mean: layer(), square: layer(), stepCount };
  const best = layer();
  const hash = createHash('sha256');
  let position = offset;
  for (const array of arraysOf(parameters, best)) {
    const bytes = bytesOf(array);
    await file.read(bytes, 0, bytes.length, position);
    hash.update(bytes);
    position += bytes.length;
  }
  if (hash.digest('hex') !== header.sha256) {
    throw new InfillError(
      'INVALID_INPUT',
      `${name} is damaged. Delete it to train from the start.`,
    );
  }
  return { parameters, best, bestStep, trainingLosses, evaluations };
}

/** Its first line, of at most this many bytes. */
const maxHeaderBytes = 64 * 2 ** 20;

async function readHeader(file: FileHandle, name: string) {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.min(size, maxHeaderBytes));
  await file.read(bytes, 0, bytes.length, 0);
  const end = bytes.indexOf('\n');
  const json = parseJson(bytes.toString('utf8', 0, Math.max(end, 0)), name, 'INVALID_INPUT');
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    throw new InfillError('INVALID_INPUT', `${name} is damaged: ${z.prettifyError(parsed.error)}.`);
  }
  return { header: parsed.data, offset: end + 1 };
}

function arraysOf({ layer, mean, square }: FusionParameters, best: LayerArrays): Float32Array[] {
  return [layer, mean, square, best].flatMap(({ weight, bias }) => [weight, bias]);
}

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.length * numberBytes);
}
