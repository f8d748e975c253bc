/**
 * Reads the safetensors format: an 8-byte length, a JSON header, and the tensors' bytes.
 *
 * Knows nothing of models. A header is hostile until every length, shape product and offset in it fits the file.
 * Format: https://huggingface.co/docs/safetensors
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { parseJson, type RegularFile, readRange } from '../regular-file.ts';

/** Bytes per element of every type the format has in one byte or more. */
const elementSizes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

/** Element type of a tensor. */
export type ElementType = keyof typeof elementSizes;

/** Where a tensor lies in its file. `byteLength` is the shape's product times the element size. */
export type TensorEntry = {
  readonly name: string;
  readonly path: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** From the beginning of the file. */
  readonly offset: number;
  readonly byteLength: number;
};

/** The format's own limit; a longer header is an attack on memory. */
const maxHeaderBytes = 100_000_000;

const headerSchema = z.record(
  z.string(),
  z.strictObject({
    dtype: z.enum(Object.keys(elementSizes) as [ElementType, ...ElementType[]]),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
const fileSchema = z
  .looseObject({ __metadata__: z.record(z.string(), z.string()).optional() })
  .transform(({ __metadata__, ...tensors }) => tensors)
  .pipe(headerSchema);

/**
 * The tensors of one file, in the order of their bytes.
 *
 * @throws InfillError INVALID_CHECKPOINT for a header that does not describe exactly this file.
 */
export async function readSafetensorsHeader(file: RegularFile): Promise<TensorEntry[]> {
  const headerLength = await readHeaderLength(file);
  const bytes = new Uint8Array(headerLength);
  await readRange(file.path, 8, bytes);
  const json = parseJson(
    new TextDecoder().decode(bytes),
    `The header of ${file.name}`,
    'INVALID_CHECKPOINT',
  );
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    throw refusal(file, `has an invalid header: ${z.prettifyError(parsed.error)}`, parsed.error);
  }
  const dataStart = 8 + headerLength;
  const entries = Object.entries(parsed.data).map(([name, { dtype, shape, data_offsets }]) => {
    const [begin, end] = data_offsets;
    const byteLength = byteLengthOf(dtype, shape);
    if (end - begin !== byteLength) {
      throw refusal(
        file,
        `gives tensor ${name} the bytes ${begin} to ${end}; its shape [${shape.join(', ')}] of ${dtype} takes ${byteLength}`,
      );
    }
    return { name, path: file.path, type: dtype, shape, offset: dataStart + begin, byteLength };
  });
  entries.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  checkTiling(file, entries, dataStart);
  return entries;
}

async function readHeaderLength(file: RegularFile): Promise<number> {
  if (file.size < 8)
    throw refusal(file, `has ${file.size} bytes; a safetensors file has at least 8`);
  const bytes = new Uint8Array(8);
  await readRange(file.path, 0, bytes);
  const length = new DataView(bytes.buffer).getBigUint64(0, true);
  const limit = Math.min(maxHeaderBytes, file.size - 8);
  if (length > BigInt(limit))
    throw refusal(file, `announces a header of ${length} bytes; the limit is ${limit}`);
  return Number(length);
}

/** Infinity, or inexact, beyond 2^53; then it equals no difference of offsets inside a file. */
function byteLengthOf(type: ElementType, shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, elementSizes[type]);
}

/** Tensors must cover the data once, without holes: two names for the same bytes, or hidden bytes, are refused. */
function checkTiling(file: RegularFile, entries: readonly TensorEntry[], dataStart: number): void {
  let position = dataStart;
  for (const { name, offset, byteLength } of entries) {
    if (offset !== position) {
      throw refusal(
        file,
        `has tensor ${name} at byte ${offset}; the one before it ends at ${position}`,
      );
    }
    position += byteLength;
  }
  if (position !== file.size)
    throw refusal(file, `has ${file.size} bytes; its tensors end at ${position}`);
}

function refusal(file: RegularFile, what: string, cause?: unknown): InfillError {
  return new InfillError('INVALID_CHECKPOINT', `${file.name} ${what}.`, { cause });
}
