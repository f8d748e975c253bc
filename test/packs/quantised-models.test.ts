/**
 * What models in 8 and 4 bits compute, against references in float.
 */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedModels } from '../../src/model/models.ts';
import { openModels } from '../../src/model/open-models.ts';
import {
  blockSize,
  packedRowBytes,
  type QuantisedBits,
  quantiseRows,
} from '../../src/numerics/block-quantisation.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { precisionBits } from '../../src/packs/onnx/check-quantised.ts';
import { decodeOnnx } from '../../src/packs/onnx/onnx-model.ts';
import { findMatrixUses, type Matrix } from '../../src/packs/quantise/matrices.ts';
import { quantisePack } from '../../src/packs/quantise/quantise-pack.ts';
import { reseal } from '../support/damaged-pack.ts';
import { buildGoldenPack, type GoldenPack, goldenNames } from '../support/golden-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();

/**
 * Root mean square of the logits' errors, in units of the logits' own.
 *
 * Against float: these are random models with two layers of width 32 and 64, where errors of few weights add up; 8 bits
 * gave 0.010 to 0.046, 4 bits 0.10 to 0.41. Against float with the same rounded weights, what is left is the rounding of
 * activations to 8 bits, in both precisions alike: 0.007 to 0.028. A scale in a wrong place gives about 1 in either.
 */
const boundAgainstFloat = { int8: 0.1, int4: 0.8 } as const;
const boundAgainstRoundedWeights = 0.06;

const precisions = ['int8', 'int4'] as const;

describe.each(goldenNames)('the golden checkpoint %s', (name) => {
  let golden: GoldenPack;
  beforeAll(async () => {
    golden = await buildGoldenPack(name, root);
  });

  it.each(precisions)('in %s gives nearly what the reference gave', async (precision) => {
    const logits = await logitsOf(golden, await quantised(golden, precision));
    const expected = golden.expected.map((sequence) => sequence.logits);
    expect(distance(logits, expected)).toBeLessThan(boundAgainstFloat[precision]);
  });

  it.each(precisions)('in %s computes with the rounded weights', async (precision) => {
    const folder = await quantised(golden, precision);
    const rounded = withRoundedWeights(
      golden.folder,
      `${folder}-rounded`,
      precisionBits[precision],
    );
    const [logits, expected] = [await logitsOf(golden, folder), await logitsOf(golden, rounded)];
    expect(distance(logits, expected)).toBeLessThan(boundAgainstRoundedWeights);
  });

  it.each(precisions)('in %s gives the same rows however the text is cut', async (precision) => {
    if (golden.role === 'masked') return;
    const folder = await quantised(golden, precision);
    await withModels(folder, async ({ causal }) => {
      assert(causal !== null);
      const whole = await causal.forward(longIds, causal.createCache());
      const cache = causal.createCache();
      const inPieces: number[] = [];
      for (const [index, start] of pieceStarts.entries()) {
        inPieces.push(
          ...(await causal.forward(longIds.slice(start, pieceStarts[index + 1]), cache)),
        );
      }
      expect(inPieces).toEqual([...whole]);
    });
  });
});

/** Longer than any sliding window of the golden checkpoints. */
const longIds = Array.from({ length: 60 }, (_, i) => 4 + ((i * 67) % 280));
/** Pieces of one token, of two and of more. */
const pieceStarts = [0, 5, 6, 20, 24, 25, 26, 57];

const packs = new Map<string, Promise<string>>();

/** The quantised pack beside a golden one, made once. */
function quantised({ folder }: GoldenPack, precision: 'int8' | 'int4'): Promise<string> {
  const outFolder = `${folder}-${precision}`;
  const made =
    packs.get(outFolder) ??
    quantisePack(outFolder, { folder, precision, id: 'quantised', tool: 'test' }).then(
      () => outFolder,
    );
  packs.set(outFolder, made);
  return made;
}

/** A copy in float whose matrices hold what quantised ones can. */
function withRoundedWeights(folder: string, copy: string, bits: QuantisedBits): string {
  cpSync(folder, copy, { recursive: true });
  const path = join(copy, 'weights.bin');
  const weights = readFileSync(path);
  const { files } = JSON.parse(readFileSync(join(copy, 'pack.json'), 'utf8'));
  const graphs = Object.keys(files).filter((file) => file.endsWith('.onnx'));
  const original = Buffer.from(weights);
  for (const graph of graphs) {
    const model = decodeOnnx(readFileSync(join(copy, graph)), graph);
    for (const { matrix } of findMatrixUses(model).values()) {
      Buffer.from(roundedRows(original, matrix, bits).buffer).copy(weights, matrix.offset);
    }
  }
  writeFileSync(path, weights);
  reseal(copy);
  return copy;
}

function roundedRows(
  weights: Buffer,
  { offset, rows, width }: Matrix,
  bits: QuantisedBits,
): Float32Array {
  const bytes = new Uint8Array(weights.subarray(offset, offset + 4 * rows * width));
  const values = new Float32Array(bytes.buffer);
  const packedWidth = (packedRowBytes(width, bits) * 8) / bits;
  const packed = new Uint8Array(rows * packedRowBytes(width, bits));
  const scales = new Float32Array((rows * packedWidth) / blockSize);
  quantiseRows({ values, width }, { bits, packed, scales });
  const codes = [...packed].flatMap((byte) => (bits === 8 ? [byte] : [byte & 15, byte >> 4]));
  return values.map((_, i) => {
    const place = Math.floor(i / width) * packedWidth + (i % width);
    return ((codes[place] ?? 0) - 2 ** (bits - 1)) * (scales[Math.floor(place / blockSize)] ?? 0);
  });
}

async function logitsOf({ role, expected }: GoldenPack, folder: string): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  await withModels(folder, async ({ causal, masked }) => {
    for (const { ids } of expected) {
      const hidden =
        role === 'causal'
          ? await causal?.forward(ids, causal.createCache())
          : await masked?.encode(ids);
      const logits = hidden && (await (role === 'causal' ? causal : masked)?.logits(hidden));
      assert(logits);
      all.push(logits);
    }
  });
  return all;
}

async function withModels(
  folder: string,
  use: (models: LoadedModels) => Promise<void>,
): Promise<void> {
  const { description } = await loadPackDescription(folder);
  const models = await openModels(description, { device: 'cpu', threads: 1 });
  try {
    await use(models);
  } finally {
    await models.close();
  }
}

/** Root mean square of the differences over that of the expected values. */
function distance(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let [errors, squares] = [0, 0];
  for (const [i, values] of expected.entries()) {
    for (const [j, value] of values.entries()) {
      errors += ((actual[i]?.[j] ?? Number.NaN) - value) ** 2;
      squares += value ** 2;
    }
  }
  return Math.sqrt(errors / squares);
}
