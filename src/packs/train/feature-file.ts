/**
 * Features on disk: batches of float16 rows, each with its length and a checksum, written one after another.
 *
 * Knows bytes; knows not what the rows mean. A batch that was not written to its end, as after a kill, is cut off when
 * the file is opened again; anything else that is wrong is an error that names the file and the batch.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { InfillError } from '../../errors.ts';
import { floatsToHalves, halvesToFloats } from '../../numerics/half-float.ts';
import type { FeatureRows } from './features.ts';

/** Where a batch begins, and what it ends. */
type Batch = { readonly offset: number; readonly rowCount: number; readonly nextExample: number };

/** Row count, the example after the last one in it, and CRC-32 of what follows; 4 bytes each. */
const headerBytes = 12;

/** Batches in one file, in the order in which they were added. */
export class FeatureFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #width: number;
  readonly #batches: Batch[];
  #end: number;

  private constructor(path: string, file: FileHandle, width: number, batches: Batch[]) {
    this.#path = path;
    this.#file = file;
    this.#width = width;
    this.#batches = batches;
    const last = batches.at(-1);
    this.#end = last === undefined ? 0 : last.offset + batchBytes(last.rowCount, width);
  }

  /**
   * Opens a file to add to and to read, which is made when it is absent.
   *
   * @param width - numbers of a row.
   */
  static async open(path: string, width: number): Promise<FeatureFile> {
    const file = await open(path, 'a+');
    const batches = await findBatches(file, width);
    return new FeatureFile(path, file, width, batches);
  }

  get batchCount(): number {
    return this.#batches.length;
  }

  get rowCount(): number {
    return this.#batches.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }

  /** The first example that is in no batch. */
  get nextExample(): number {
    return this.#batches.at(-1)?.nextExample ?? 0;
  }

  /**
   * Adds a batch; it is on disk when this resolves.
   *
   * @param nextExample - the example after its last one.
   * @throws InfillError UNSUPPORTED for a feature that float16 cannot hold
   */
  async add({ features, targets }: FeatureRows, nextExample: number): Promise<void> {
    const rowCount = targets.length;
    const bytes = Buffer.alloc(batchBytes(rowCount, this.#width));
    const halves = new Uint16Array(features.length);
    floatsToHalves(features, halves);
    refuseInfinite(halves);
    Buffer.from(halves.buffer).copy(bytes, headerBytes);
    Buffer.from(targets.buffer, targets.byteOffset, targets.byteLength).copy(
      bytes,
      headerBytes + halves.byteLength,
    );
    bytes.writeUInt32LE(rowCount, 0);
    bytes.writeUInt32LE(nextExample, 4);
    bytes.writeUInt32LE(crc32(bytes.subarray(headerBytes)), 8);
    await this.#file.truncate(this.#end);
    await this.#file.appendFile(bytes);
    await this.#file.datasync();
    this.#batches.push({ offset: this.#end, rowCount, nextExample });
    this.#end += bytes.length;
  }

  /** @param index - in [0, batchCount). @throws InfillError INVALID_INPUT for a batch that is damaged */
  async read(index: number): Promise<FeatureRows> {
    const { offset, rowCount } = this.#batches[index] as Batch;
    const bytes = new Uint8Array(batchBytes(rowCount, this.#width));
    await this.#file.read(bytes, 0, bytes.length, offset);
    const view = new DataView(bytes.buffer);
    if (view.getUint32(8, true) !== crc32(bytes.subarray(headerBytes))) {
      throw new InfillError(
        'INVALID_INPUT',
        `${basename(this.#path)} is damaged in batch ${index}: delete it, and its features are computed again.`,
      );
    }
    const count = rowCount * this.#width;
    const features = new Float32Array(count);
    halvesToFloats(new Uint16Array(bytes.buffer, headerBytes, count), features);
    const targetBytes = bytes.slice(headerBytes + 2 * count);
    return { features, targets: new Int32Array(targetBytes.buffer) };
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** What a half cannot hold becomes infinite in it, and so do numbers that were. */
function refuseInfinite(halves: Uint16Array): void {
  if (halves.every((half) => (half & 0x7c00) !== 0x7c00)) return;
  const message = 'A hidden state of the models is above 65,504, the most that a feature may be.';
  throw new InfillError('UNSUPPORTED', message);
}

function batchBytes(rowCount: number, width: number): number {
  return headerBytes + rowCount * (2 * width + 4);
}

/** The batches that are there to their end. */
async function findBatches(file: FileHandle, width: number): Promise<Batch[]> {
  const { size } = await file.stat();
  const batches: Batch[] = [];
  const header = Buffer.alloc(headerBytes);
  let offset = 0;
  while (offset + headerBytes <= size) {
    await file.read(header, 0, headerBytes, offset);
    const rowCount = header.readUInt32LE(0);
    const end = offset + batchBytes(rowCount, width);
    if (rowCount === 0 || end > size) break;
    batches.push({ offset, rowCount, nextExample: header.readUInt32LE(4) });
    offset = end;
  }
  return batches;
}
