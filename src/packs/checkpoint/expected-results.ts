/**
 * Reads `expected.safetensors`: what a reference implementation computed for a checkpoint.
 *
 * It holds `input_ids` (B, T) int64, `hidden` (B, T, D) and `logits` (B, T, V) float32, without padding.
 */
import { InfillError } from '../../errors.ts';
import type { ModelPlan } from '../architectures/model-plan.ts';
import { readRange } from '../regular-file.ts';
import { StoredTensors } from './checkpoint.ts';
import { requireCheckpointFile } from './checkpoint-file.ts';
import { type ElementType, readSafetensorsHeader, type TensorEntry } from './safetensors.ts';

/** One sequence and what the reference makes of it. */
export type ExpectedSequence = {
  /** (T). */
  readonly ids: readonly number[];
  /** (T, D). */
  readonly hidden: Float32Array;
  /** (T, V). */
  readonly logits: Float32Array;
};

/** The file, read. */
export type ExpectedResults = {
  readonly sequences: readonly ExpectedSequence[];
  /** T. */
  readonly length: number;
  /** V, at most the rows of the checkpoint's head. */
  readonly vocabularySize: number;
};

const name = 'expected.safetensors';

/** @throws InfillError INVALID_CHECKPOINT for a file that does not belong to the checkpoint. */
export async function readExpectedResults(
  folder: string,
  { shape, vocabularyRows }: ModelPlan,
): Promise<ExpectedResults> {
  const file = await requireCheckpointFile(folder, name);
  const entries = await readSafetensorsHeader(file);
  const [batch = 0, length = 0] = shapeOf(entries, 'input_ids');
  const vocabularySize = shapeOf(entries, 'logits').at(-1) ?? 0;
  if (batch * length === 0 || vocabularySize < 1 || vocabularySize > vocabularyRows) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `${name} has ${batch} sequences of ${length} ids and ${vocabularySize} logits; the head has ${vocabularyRows} rows.`,
    );
  }
  const tensors = new StoredTensors(entries);
  const read = async (tensor: string, type: ElementType, dims: readonly number[]) =>
    readTensor(tensors.take(tensor, dims), type);
  const ids = new BigInt64Array(await read('input_ids', 'I64', [batch, length]));
  const hidden = new Float32Array(await read('hidden', 'F32', [batch, length, shape.hiddenSize]));
  const logits = new Float32Array(await read('logits', 'F32', [batch, length, vocabularySize]));
  const sequences = Array.from({ length: batch }, (_, i) => ({
    ids: [...rowOf(ids, i, batch)].map((id) => checkId(id, vocabularyRows)),
    hidden: rowOf(hidden, i, batch),
    logits: rowOf(logits, i, batch),
  }));
  return { sequences, length, vocabularySize };
}

function shapeOf(entries: readonly TensorEntry[], tensor: string): readonly number[] {
  return entries.find((entry) => entry.name === tensor)?.shape ?? [];
}

async function readTensor(entry: TensorEntry, type: ElementType): Promise<ArrayBuffer> {
  if (entry.type !== type) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `Tensor ${entry.name} of ${name} is ${entry.type}, not ${type}.`,
    );
  }
  const bytes = new Uint8Array(entry.byteLength);
  await readRange(entry.path, entry.offset, bytes);
  return bytes.buffer;
}

/** The part of `values` that belongs to sequence `i` of `batch`; shares memory. */
function rowOf<T extends Float32Array | BigInt64Array>(values: T, i: number, batch: number): T {
  const size = values.length / batch;
  return values.subarray(i * size, (i + 1) * size) as T;
}

function checkId(id: bigint, vocabularyRows: number): number {
  if (id >= 0n && id < BigInt(vocabularyRows)) return Number(id);
  throw new InfillError(
    'INVALID_CHECKPOINT',
    `${name} has token id ${id}; the checkpoint has ids 0 to ${vocabularyRows - 1}.`,
  );
}
