/**
 * Decides where each weight of a pack lies in its one weights file, and writes that file.
 *
 * Knows blocks of bytes and their element types; knows no graph. A block asked for twice lies there once.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { InfillError } from '../errors.ts';
import { bfloatsToFloats, floatsToHalves, halvesToFloats } from '../numerics/half-float.ts';
import type { TensorEntry } from './checkpoint/safetensors.ts';
import { maxTransferBytes, readRange } from './regular-file.ts';

/** How checkpoint tensors are stored; tables made by the builder are float32 always. */
export type WeightStorage = 'f32' | 'f16';

/** Where a block lies in the weights file. */
export type StoredBlock = {
  readonly storage: WeightStorage;
  readonly offset: number;
  readonly byteLength: number;
};

type Block = StoredBlock & { readonly source: readonly TensorEntry[] | Float32Array };

/** Bytes per element of a storage. */
export const storageSizes = { f32: 4, f16: 2 } as const satisfies Record<WeightStorage, number>;

/** ONNX Runtime maps a block into memory only at a multiple of the page size; for small blocks it does not matter. */
const pageSize = 4096;
const smallAlignment = 64;

/** Elements converted at once: bounds memory whatever the size of a tensor. */
const chunkElements = 4 * 1024 * 1024;

/** The blocks of one weights file, in the order in which they were asked for. */
export class WeightLayout {
  readonly storage: WeightStorage;
  readonly #blocks = new Map<string, Block>();
  #size = 0;

  constructor(storage: WeightStorage) {
    this.storage = storage;
  }

  /** Bytes of the file with the blocks so far. */
  get byteLength(): number {
    return this.#size;
  }

  /** Tensors of a checkpoint one after the other, as if joined on their first axis. */
  placeTensors(tensors: readonly [TensorEntry, ...TensorEntry[]]): StoredBlock {
    const key = tensors.map(({ path, name }) => `${path}\0${name}`).join('\0');
    const elements = tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return this.#place(key, { storage: this.storage, source: tensors }, elements);
  }

  /** Parameters in memory; `key` tells them apart and equals no tensor's. Float16 rounds them. */
  placeParameter(key: string, values: Float32Array): StoredBlock {
    return this.#place(key, { storage: this.storage, source: values }, values.length);
  }

  /** A computed table; `key` tells tables apart and equals no tensor's. */
  placeTable(key: string, table: Float32Array): StoredBlock {
    return this.#place(key, { storage: 'f32', source: table }, table.length);
  }

  #place(key: string, block: Pick<Block, 'storage' | 'source'>, elements: number): StoredBlock {
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const byteLength = elements * storageSizes[block.storage];
    const offset = alignedOffset(this.#size, byteLength);
    const placed = { ...block, offset, byteLength };
    this.#blocks.set(key, placed);
    this.#size = offset + byteLength;
    return placed;
  }

  /** Writes the file; gaps are zero. @throws InfillError UNSUPPORTED_CHECKPOINT for a value that f16 cannot hold. */
  async write(path: string): Promise<void> {
    const file = await open(path, 'wx');
    try {
      for (const block of this.#blocks.values()) await writeBlock(file, block);
      await file.truncate(this.#size);
    } finally {
      await file.close();
    }
  }
}

/** The first place from `size` on where a block of `byteLength` bytes may begin. */
export function alignedOffset(size: number, byteLength: number): number {
  const alignment = byteLength >= pageSize ? pageSize : smallAlignment;
  return Math.ceil(size / alignment) * alignment;
}

/** Product of the extents. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

async function writeBlock(file: FileHandle, { source, storage, offset }: Block): Promise<void> {
  if (source instanceof Float32Array) {
    await writeAll(file, bytesOf(storage === 'f16' ? rounded(source) : source), offset);
    return;
  }
  let position = offset;
  for (const tensor of source) {
    for (let start = 0; start < elementCount(tensor.shape); start += chunkElements) {
      const bytes = toStorage(await readChunk(tensor, start), tensor, storage);
      await writeAll(file, bytes, position);
      position += bytes.length;
    }
  }
}

function rounded(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  floatsToHalves(values, halves);
  return halves;
}

/** Writes all of `bytes` at `position`. */
export async function writeAll(
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, maxTransferBytes);
    const { bytesWritten } = await file.write(bytes, done, length, position + done);
    done += bytesWritten;
  }
}

/** Elements from `start` on, at most a chunk, as they are in the file. */
async function readChunk(tensor: TensorEntry, start: number): Promise<Uint8Array> {
  const total = elementCount(tensor.shape);
  const size = tensor.byteLength / total;
  const bytes = new Uint8Array(Math.min(chunkElements, total - start) * size);
  await readRange(tensor.path, tensor.offset + start * size, bytes);
  return bytes;
}

function toStorage(bytes: Uint8Array, tensor: TensorEntry, storage: WeightStorage): Uint8Array {
  if (storage === 'f16' && tensor.type === 'F16') return bytes;
  const floats = toFloats(bytes, tensor);
  if (storage === 'f32') return bytesOf(floats);
  const halves = new Uint16Array(floats.length);
  const inexact = floatsToHalves(floats, halves);
  if (inexact >= 0) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `Tensor ${tensor.name} holds ${floats[inexact]}, which float16 cannot hold exactly; use f32 storage.`,
    );
  }
  return bytesOf(halves);
}

/** The chunk's values; for float32 the same memory. */
function toFloats(bytes: Uint8Array, { name, type }: TensorEntry): Float32Array {
  if (type === 'F32') return new Float32Array(bytes.buffer);
  const floats = new Float32Array(bytes.length / 2);
  if (type === 'F16') halvesToFloats(new Uint16Array(bytes.buffer), floats);
  else if (type === 'BF16') bfloatsToFloats(new Uint16Array(bytes.buffer), floats);
  else {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `Tensor ${name} has type ${type}; supported are F32, F16 and BF16.`,
    );
  }
  return floats;
}

function bytesOf(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
