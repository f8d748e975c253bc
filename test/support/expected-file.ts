/**
 * Reads back the tensors of a tiny checkpoint, and writes what a reference computed beside them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestTensor, withHeader } from './safetensors-file.ts';

/** The float32 tensors of a file that `writeSafetensors` made. */
export function readTestTensors(path: string): Map<string, TestTensor> {
  const bytes = readFileSync(path);
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...header } = JSON.parse(bytes.toString('utf8', 8, dataStart));
  const tensors = new Map<string, TestTensor>();
  for (const [name, entry] of Object.entries(header)) {
    const { shape, data_offsets: offsets } = entry as {
      shape: number[];
      data_offsets: [number, number];
    };
    const data = bytes.subarray(dataStart + offsets[0], dataStart + offsets[1]);
    tensors.set(name, { shape, values: new Float32Array(new Uint8Array(data).buffer) });
  }
  return tensors;
}

/** Writes `expected.safetensors` for one sequence. */
export function appendExpected(
  folder: string,
  [ids]: readonly [readonly number[]],
  {
    hidden,
    logits,
  }: { hidden: readonly (readonly number[])[]; logits: readonly (readonly number[])[] },
): void {
  const length = ids.length;
  const parts = [
    new Uint8Array(BigInt64Array.from(ids, BigInt).buffer),
    new Uint8Array(Float32Array.from(hidden.flat()).buffer),
    new Uint8Array(Float32Array.from(logits.flat()).buffer),
  ] as const;
  const [first, second, third] = parts.map((part) => part.length) as [number, number, number];
  const header = {
    input_ids: { dtype: 'I64', shape: [1, length], data_offsets: [0, first] },
    hidden: {
      dtype: 'F32',
      shape: [1, length, hidden[0]?.length],
      data_offsets: [first, first + second],
    },
    logits: {
      dtype: 'F32',
      shape: [1, length, logits[0]?.length],
      data_offsets: [first + second, first + second + third],
    },
  };
  writeFileSync(
    join(folder, 'expected.safetensors'),
    withHeader(JSON.stringify(header), Buffer.concat(parts)),
  );
}
