/**
 * Runs a checkpoint through its graphs and compares with what the reference implementation computed.
 *
 * Knows checkpoint folders with `expected.safetensors` beside the weights; needs no tokenizer and no pack.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfillError } from '../errors.ts';
import type { CausalModel, MaskedModel } from '../model/models.ts';
import { openCausalModel, openMaskedModel } from '../model/open-models.ts';
import { openCheckpoint } from './checkpoint/checkpoint.ts';
import { type ExpectedResults, readExpectedResults } from './checkpoint/expected-results.ts';
import { drawRole, type PlannedRole, planRole } from './draw-role.ts';
import { weightsFileName } from './onnx/graph-builder.ts';
import { graphFileNames } from './role-manifest.ts';
import { WeightLayout } from './weight-layout.ts';

/** How far the graphs are from the reference. */
export type Verification = {
  readonly architecture: string;
  readonly sequenceCount: number;
  readonly length: number;
  /** Largest absolute differences over all sequences; NaN when a value is not a number. */
  readonly hiddenDifference: number;
  readonly logitsDifference: number;
};

type SequenceModel = {
  /** @returns hidden states (T, D). */
  hidden(ids: readonly number[]): Promise<Float32Array>;
  logits(hidden: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
};

/** One thread is enough for what is meant to be small, and gives the same bits everywhere. */
const settings = { device: 'cpu', threads: 1 } as const;

/**
 * Builds the graphs of the checkpoint in `folder` in a temporary folder and compares.
 *
 * @throws InfillError INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT.
 */
export async function verifyCheckpoint(folder: string): Promise<Verification> {
  const planned = planRole(await openCheckpoint(folder));
  const expected = await readExpectedResults(folder, planned.plan);
  const temporary = await mkdtemp(join(tmpdir(), 'lacuna-verify-'));
  try {
    await writeRole(temporary, planned, expected);
    const model = await openModel(temporary, planned);
    try {
      return { architecture: planned.architecture.name, ...(await compare(model, expected)) };
    } finally {
      await model.close();
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function writeRole(
  folder: string,
  planned: PlannedRole,
  { length, vocabularySize }: ExpectedResults,
): Promise<void> {
  const layout = new WeightLayout('f32');
  const drawn = drawRole(planned, layout, { contextLength: length, vocabularySize });
  const names = graphFileNames(planned.architecture.role);
  await writeFile(join(folder, names.backbone), drawn.backbone);
  await writeFile(join(folder, names.head), drawn.head);
  await layout.write(join(folder, weightsFileName));
}

async function openModel(folder: string, planned: PlannedRole): Promise<SequenceModel> {
  const { role } = planned.architecture;
  const names = graphFileNames(role);
  const paths = { backbonePath: join(folder, names.backbone), headPath: join(folder, names.head) };
  const description = { ...planned.plan.shape, ...paths };
  if (role === 'causal') return causalSequences(await openCausalModel(description, settings));
  // The reference was given the sequences as they are.
  const unframed = { ...description, prefixIds: [], suffixIds: [] };
  return maskedSequences(await openMaskedModel(unframed, settings));
}

type Closable = { close(): Promise<void> };

function causalSequences(model: CausalModel & Closable): SequenceModel {
  return { ...model, hidden: (ids) => model.forward(ids, model.createCache()) };
}

function maskedSequences(model: MaskedModel & Closable): SequenceModel {
  return { ...model, hidden: (ids) => model.encode(ids) };
}

async function compare(
  model: SequenceModel,
  expected: ExpectedResults,
): Promise<Omit<Verification, 'architecture'>> {
  let hiddenDifference = 0;
  let logitsDifference = 0;
  for (const { ids, hidden, logits } of expected.sequences) {
    const actualHidden = await model.hidden(ids);
    hiddenDifference = Math.max(hiddenDifference, largestDifference(actualHidden, hidden));
    const actualLogits = await model.logits(actualHidden);
    logitsDifference = Math.max(logitsDifference, largestDifference(actualLogits, logits));
  }
  const { sequences, length } = expected;
  return { sequenceCount: sequences.length, length, hiddenDifference, logitsDifference };
}

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `The graph gives ${actual.length} values where expected.safetensors has ${expected.length}.`,
    );
  }
  return expected.reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - (actual[i] ?? NaN))),
    0,
  );
}
