import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { readSafetensorsHeader } from '../../src/packs/checkpoint/safetensors.ts';
import { withHeader } from '../support/safetensors-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();

function read(bytes: Uint8Array) {
  const path = join(root, 'model.safetensors');
  writeFileSync(path, bytes);
  return readSafetensorsHeader({ path, name: 'model.safetensors', size: statSync(path).size });
}

const tensor = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const file = (header: unknown, dataLength: number) =>
  withHeader(JSON.stringify(header), Buffer.alloc(dataLength));

describe('safetensors header', () => {
  it('gives the place of every tensor in byte order', async () => {
    const header = {
      b: tensor([2], 24, 28, 'F16'),
      a: tensor([2, 3], 0, 24),
      __metadata__: { format: 'pt' },
    };
    const start = 8 + JSON.stringify(header).length;
    expect(await read(file(header, 28))).toMatchObject([
      { name: 'a', type: 'F32', shape: [2, 3], offset: start, byteLength: 24 },
      { name: 'b', type: 'F16', shape: [2], offset: start + 24, byteLength: 4 },
    ]);
  });

  it('allows scalars and empty tensors', async () => {
    const header = { scalar: tensor([], 0, 4), empty: tensor([0, 5], 4, 4) };
    expect(await read(file(header, 4))).toHaveLength(2);
  });

  const hugeLength = Buffer.alloc(16);
  hugeLength.writeBigUInt64LE(2n ** 64n - 1n);
  const longerThanFile = Buffer.alloc(16);
  longerThanFile.writeBigUInt64LE(9n);

  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['a file of seven bytes', new Uint8Array(7)],
    ['a header length of 2^64 - 1', hugeLength],
    ['a header one byte longer than the file', longerThanFile],
    ['a header that is not JSON', withHeader('{"a":', Buffer.alloc(4))],
    ['a header that is a list', withHeader('[]', Buffer.alloc(0))],
    ['a tensor that is null', file({ a: null }, 4)],
    ['an unknown element type', file({ a: tensor([1], 0, 4, 'F13') }, 4)],
    ['a negative extent', file({ a: tensor([-1, -1], 0, 4) }, 4)],
    ['a fractional extent', file({ a: tensor([0.5, 2], 0, 4) }, 4)],
    ['an extent beyond 2^53', file({ a: tensor([2 ** 60], 0, 4) }, 4)],
    ['a product that overflows', file({ a: tensor([2 ** 52, 2 ** 52, 2 ** 52], 0, 4) }, 4)],
    [
      'a product that would wrap to four in 64 bits',
      file({ a: tensor([2 ** 32, 2 ** 32, 0.25], 0, 4) }, 4),
    ],
    ['a shape that does not fill its bytes', file({ a: tensor([2], 0, 4) }, 4)],
    ['an end before the beginning', file({ a: tensor([1], 4, 0) }, 4)],
    ['an offset beyond the file', file({ a: tensor([1], 4, 8) }, 4)],
    ['a tensor that ends beyond the file', file({ a: tensor([2], 0, 8) }, 4)],
    ['overlapping tensors', file({ a: tensor([2], 0, 8), b: tensor([2], 4, 12) }, 12)],
    ['two tensors on the same bytes', file({ a: tensor([2], 0, 8), b: tensor([2], 0, 8) }, 8)],
    ['a hole between tensors', file({ a: tensor([1], 0, 4), b: tensor([1], 8, 12) }, 12)],
    ['bytes after the last tensor', file({ a: tensor([1], 0, 4) }, 5)],
    ['an unknown field of a tensor', file({ a: { ...tensor([1], 0, 4), path: '/etc/passwd' } }, 4)],
    ['metadata that is not text', file({ __metadata__: { a: 1 }, a: tensor([1], 0, 4) }, 4)],
  ])('refuses %s', async (_name, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
  });

  it('reads or refuses any header, and never hands out bytes outside the file', async () => {
    const offset = fc.oneof(fc.nat(40), fc.maxSafeInteger(), fc.double());
    const entry = fc.record({
      dtype: fc.constantFrom('F32', 'F16', 'U8', 'I64', 'X'),
      shape: fc.array(fc.oneof(fc.nat(4), fc.maxSafeInteger()), { maxLength: 4 }),
      data_offsets: fc.tuple(offset, offset),
    });
    const header = fc.dictionary(fc.string({ maxLength: 12 }), entry, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(header, fc.nat(40), async (json, dataLength) => {
        const bytes = file(json, dataLength);
        const entries = await read(bytes).catch((error: unknown) => {
          expect(error).toBeInstanceOf(InfillError);
          return [];
        });
        for (const { offset: start, byteLength } of entries) {
          expect(start + byteLength).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads or refuses any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(InfillError));
      }),
      { numRuns: 200 },
    );
  });
});
