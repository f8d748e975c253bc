/**
 * A weights file made from another one: matrices quantised, the rest byte for byte.
 *
 * Knows ranges of bytes and what becomes of them; knows no graph. A range asked for twice, by a tied head for example,
 * lies there once; the longest asked for counts. Reads and writes in pieces, so that memory does not grow with a model.
 */
import assert from 'node:assert/strict';
import { type FileHandle, open } from 'node:fs/promises';
import { InfillError } from '../../errors.ts';
import {
  blocksPerRow,
  packedRowBytes,
  type QuantisedBits,
  quantiseRows,
} from '../../numerics/block-quantisation.ts';
import { halvesToFloats } from '../../numerics/half-float.ts';
import { readRange } from '../regular-file.ts';
import { alignedOffset, storageSizes, writeAll } from '../weight-layout.ts';
import type { Matrix } from './matrices.ts';

/** Where the parts of a quantised matrix begin. */
export type QuantisedPlace = { readonly packed: number; readonly scales: number };

type Copy = { readonly from: number; length: number; to: number };
type Quantised = { matrix: Matrix; readonly bits: QuantisedBits; place: QuantisedPlace };

/** Bytes copied, and values quantised, at once. */
const pieceSize = 2 ** 22;

/** The ranges of one weights file. */
export class QuantisedWeights {
  readonly #copies = new Map<number, Copy>();
  readonly #matrices = new Map<string, Quantised>();
  #size = 0;

  /** Bytes of the file, once everything has a place. */
  get byteLength(): number {
    return this.#size;
  }

  /** Asks for `length` bytes from `offset` on as they are. */
  keep(offset: number, length: number): void {
    const known = this.#copies.get(offset);
    if (known === undefined) this.#copies.set(offset, { from: offset, length, to: 0 });
    else known.length = Math.max(known.length, length);
  }

  /** Asks for a matrix with values of `bits` bits. */
  quantise(matrix: Matrix, bits: QuantisedBits): void {
    const known = this.#matrices.get(keyOf(matrix, bits));
    const place = { packed: 0, scales: 0 };
    if (known === undefined) this.#matrices.set(keyOf(matrix, bits), { matrix, bits, place });
    else if (known.matrix.rows < matrix.rows) known.matrix = matrix;
  }

  /** Gives everything asked for a place, in the order in which it was first asked for, matrices last. */
  place(): void {
    for (const copy of this.#copies.values()) copy.to = this.#take(copy.length);
    for (const quantised of this.#matrices.values()) {
      const { rows, width } = quantised.matrix;
      quantised.place = {
        packed: this.#take(rows * packedRowBytes(width, quantised.bits)),
        scales: this.#take(rows * blocksPerRow(width) * storageSizes.f32),
      };
    }
  }

  #take(byteLength: number): number {
    const offset = alignedOffset(this.#size, byteLength);
    this.#size = offset + byteLength;
    return offset;
  }

  /** Where what was kept from `offset` on begins now. */
  placeOfKept(offset: number): number {
    const copy = this.#copies.get(offset);
    assert(copy !== undefined, `Nothing was kept from byte ${offset} on.`);
    return copy.to;
  }

  /** Where a matrix begins now. */
  placeOf(matrix: Matrix, bits: QuantisedBits): QuantisedPlace {
    const quantised = this.#matrices.get(keyOf(matrix, bits));
    assert(quantised !== undefined, `Matrix ${matrix.name} was not asked for.`);
    return quantised.place;
  }

  /** Reads the file at `source` and writes the new one; gaps are zero. @throws UNSUPPORTED for a matrix with a NaN or an infinity */
  async write(source: string, target: string): Promise<void> {
    const file = await open(target, 'wx');
    try {
      for (const copy of this.#copies.values()) await writeCopy(file, source, copy);
      for (const quantised of this.#matrices.values()) {
        await writeQuantised(file, source, quantised);
      }
      await file.truncate(this.#size);
    } finally {
      await file.close();
    }
  }
}

function keyOf({ offset, width, type }: Matrix, bits: QuantisedBits): string {
  return `${offset} ${width} ${type} ${bits}`;
}

async function writeCopy(
  file: FileHandle,
  source: string,
  { from, length, to }: Copy,
): Promise<void> {
  for (let done = 0; done < length; done += pieceSize) {
    const bytes = new Uint8Array(Math.min(pieceSize, length - done));
    await readRange(source, from + done, bytes);
    await writeAll(file, bytes, to + done);
  }
}

async function writeQuantised(
  file: FileHandle,
  source: string,
  { matrix, bits, place }: Quantised,
): Promise<void> {
  const { rows, width } = matrix;
  const [blocks, rowBytes] = [blocksPerRow(width), packedRowBytes(width, bits)];
  const rowsAtOnce = Math.max(1, Math.floor(pieceSize / width));
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - row);
    const packed = new Uint8Array(count * rowBytes);
    const scales = new Float32Array(count * blocks);
    const values = await readRows(source, matrix, { row, count });
    requireFinite(values, matrix);
    quantiseRows({ values, width }, { bits, packed, scales });
    await writeAll(file, packed, place.packed + row * rowBytes);
    await writeAll(file, new Uint8Array(scales.buffer), place.scales + 4 * row * blocks);
  }
}

async function readRows(
  source: string,
  { offset, type, width }: Matrix,
  { row, count }: { readonly row: number; readonly count: number },
): Promise<Float32Array> {
  const bytes = new Uint8Array(count * width * storageSizes[type]);
  await readRange(source, offset + row * width * storageSizes[type], bytes);
  if (type === 'f32') return new Float32Array(bytes.buffer);
  const values = new Float32Array(count * width);
  halvesToFloats(new Uint16Array(bytes.buffer), values);
  return values;
}

/** One number that is none would spoil the scale of its block without a trace. */
function requireFinite(values: Float32Array, { name }: Matrix): void {
  for (const value of values) {
    if (Number.isFinite(value)) continue;
    throw new InfillError(
      'UNSUPPORTED',
      `Matrix ${name} holds ${value}, which cannot be quantised.`,
    );
  }
}
