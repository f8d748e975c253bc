/**
 * Writes safetensors files for tests.
 */
import { writeFileSync } from 'node:fs';
import { floatsToHalves } from '../../src/numerics/half-float.ts';

/** Element types that tests write. */
export type TestElementType = 'F32' | 'F16' | 'BF16';

/** A tensor to write: float values, rounded to the type of the file. */
export type TestTensor = { readonly shape: readonly number[]; readonly values: Float32Array };

/** Writes `tensors` as `type`, in their order. */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TestTensor>,
  type: TestElementType = 'F32',
): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = encode(values, type);
    header[name] = { dtype: type, shape, data_offsets: [position, position + bytes.length] };
    position += bytes.length;
    parts.push(bytes);
  }
  writeFileSync(path, withHeader(JSON.stringify(header), Buffer.concat(parts)));
}

/** The bytes of a file with the given header text and data. */
export function withHeader(header: string, data: Uint8Array): Buffer {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

function encode(values: Float32Array, type: TestElementType): Uint8Array {
  if (type === 'F32') return new Uint8Array(values.slice().buffer);
  const halves = new Uint16Array(values.length);
  if (type === 'F16') floatsToHalves(values, halves);
  else {
    // Cut, not rounded: good enough for random weights.
    const bits = new Uint32Array(values.slice().buffer);
    halves.set(bits.map((word) => word >>> 16));
  }
  return new Uint8Array(halves.buffer);
}
