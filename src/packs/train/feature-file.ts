/**
 * Features on disk: records of float16 rows, each with its length and a checksum, written one after another.
 *
 * Knows bytes; knows not what the rows mean, nor which of them make a batch. A record that was not written to its end, as
 * after a kill or on a full disk, is cut off when the file is opened again; anything else that is wrong is an error that
 * names the file and the record.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { InfillError } from '../../errors.ts';
import { floatsToHalves, halvesToFloats } from '../../numerics/half-float.ts';
import { asFullDisk } from '../full-disk.ts';
import type { FeatureRows } from './features.ts';
import { fullDiskText } from './number-file.ts';

/** Where a record begins, in bytes and in rows, and which example follows it. */
type RowRecord = {
  readonly offset: number;
  readonly firstRow: number;
  readonly rowCount: number;
  readonly nextExample: number;
};

/** Row count, the example after the last one in it, and CRC-32 of what follows; 4 bytes each. */
const headerBytes = 12;

/** Rows in one file, in the order in which they were added. */
export class FeatureFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #width: number;
  readonly #records: RowRecord[];

  private constructor(path: string, file: FileHandle, width: number, records: RowRecord[]) {
    this.#path = path;
    this.#file = file;
    this.#width = width;
    this.#records = records;
  }

  /**
   * Opens a file to add to and to read, which is made when it is absent.
   *
   * @param width - numbers of a row.
   */
  static async open(path: string, width: number): Promise<FeatureFile> {
    const file = await open(path, 'a+');
    const records = await findRecords(file, width);
    return new FeatureFile(path, file, width, records);
  }

  get rowCount(): number {
    const last = this.#records.at(-1);
    return last === undefined ? 0 : last.firstRow + last.rowCount;
  }

  /** The first example of which nothing is there. */
  get nextExample(): number {
    return this.#records.at(-1)?.nextExample ?? 0;
  }

  /**
   * Adds a record; it is on disk when this resolves.
   *
   * @param nextExample - the example after its last one.
   * @throws InfillError UNSUPPORTED for a feature that float16 cannot hold; STORAGE_FULL
   */
  async add({ features, targets }: FeatureRows, nextExample: number): Promise<void> {
    const rowCount = targets.length;
    const bytes = Buffer.alloc(recordBytes(rowCount, this.#width));
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
    const firstRow = this.rowCount;
    const offset = await this.#append(bytes);
    this.#records.push({ offset, firstRow, rowCount, nextExample });
  }

  /** @returns where the bytes begin. */
  async #append(bytes: Buffer): Promise<number> {
    const last = this.#records.at(-1);
    const end = last === undefined ? 0 : last.offset + recordBytes(last.rowCount, this.#width);
    // What a full disk left of an earlier attempt goes first.
    await this.#file.truncate(end);
    await this.#file
      .appendFile(bytes)
      .then(() => this.#file.datasync())
      .catch((error) => asFullDisk(error, fullDiskText(this.#path)));
    return end;
  }

  /**
   * So many rows from `start` on.
   *
   * @param start - with `count`, within `rowCount`.
   * @throws InfillError INVALID_INPUT when a record that they are in is damaged
   */
  async read(start: number, count: number): Promise<FeatureRows> {
    const features = new Float32Array(count * this.#width);
    const targets = new Int32Array(count);
    for (const [index, record] of this.#records.entries()) {
      const from = Math.max(start, record.firstRow);
      const to = Math.min(start + count, record.firstRow + record.rowCount);
      if (from >= to) continue;
      const rows = await this.#readRecord(index, record);
      const [first, last] = [from - record.firstRow, to - record.firstRow];
      const place = (from - start) * this.#width;
      const halves = rows.halves.subarray(first * this.#width, last * this.#width);
      halvesToFloats(halves, features.subarray(place, place + halves.length));
      targets.set(rows.targets.subarray(first, last), from - start);
    }
    return { features, targets };
  }

  async #readRecord(index: number, { offset, rowCount }: RowRecord) {
    const bytes = new Uint8Array(recordBytes(rowCount, this.#width));
    await this.#file.read(bytes, 0, bytes.length, offset);
    const view = new DataView(bytes.buffer);
    if (view.getUint32(8, true) !== crc32(bytes.subarray(headerBytes))) {
      throw new InfillError(
        'INVALID_INPUT',
        `${basename(this.#path)} is damaged in record ${index}: delete it, and its features are computed again.`,
      );
    }
    const halves = new Uint16Array(bytes.buffer, headerBytes, rowCount * this.#width);
    // A copy, because what follows an odd number of halves is not aligned.
    const targets = new Int32Array(bytes.slice(headerBytes + halves.byteLength).buffer);
    return { halves, targets };
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

function recordBytes(rowCount: number, width: number): number {
  return headerBytes + rowCount * (2 * width + 4);
}

/** The records that are there to their end. */
async function findRecords(file: FileHandle, width: number): Promise<RowRecord[]> {
  const { size } = await file.stat();
  const records: RowRecord[] = [];
  const header = Buffer.alloc(headerBytes);
  let [offset, firstRow] = [0, 0];
  while (offset + headerBytes <= size) {
    await file.read(header, 0, headerBytes, offset);
    const rowCount = header.readUInt32LE(0);
    const end = offset + recordBytes(rowCount, width);
    if (rowCount === 0 || end > size) break;
    records.push({ offset, firstRow, rowCount, nextExample: header.readUInt32LE(4) });
    offset = end;
    firstRow += rowCount;
  }
  return records;
}
