/**
 * Packs in 8 and 4 bits as files: what they hold, and what makes one be refused.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedRowBytes, quantiseRows } from '../../src/numerics/block-quantisation.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { decodeOnnx, encodeOnnx, type OnnxModel } from '../../src/packs/onnx/onnx-model.ts';
import { openPack } from '../../src/packs/open-pack.ts';
import { quantisePack } from '../../src/packs/quantise/quantise-pack.ts';
import { QuantisedWeights } from '../../src/packs/quantise/quantised-weights.ts';
import { readMeanOfHeads } from '../../src/packs/train/read-head.ts';
import { writeTrainedPack } from '../../src/packs/train/write-fusion.ts';
import { damagedCopy, reseal } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { buildTinyPack, writeTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));
let whole = '';
let int4 = '';
beforeAll(async () => {
  whole = await writeTinyPack(newFolder(), { seed: 3 });
  int4 = await quantised(whole, 'int4');
});

const options = { id: 'quantised', tool: 'test' } as const;
async function quantised(folder: string, precision: 'int8' | 'int4'): Promise<string> {
  const outFolder = join(newFolder(), 'pack');
  await quantisePack(outFolder, { folder, precision, ...options });
  return outFolder;
}

const graphOf = (pack: string, name: string) =>
  decodeOnnx(readFileSync(join(pack, name)), name).graph;
const placeOf = (graph: OnnxModel['graph'], operator: string, input: number) => {
  const node = graph.node.find(({ opType }) => opType === operator);
  const tensor = graph.initializer.find(({ name }) => name === node?.input[input]);
  return tensor?.externalData?.find(({ key }) => key === 'offset')?.value;
};

describe('a pack in float', () => {
  // Recorded before there were others: its graphs and weights are what they were.
  it('has the bytes that it had', async () => {
    const { manifest } = await loadPackDescription(whole);
    expect(manifest.digest).toBe(
      '7e5349d8632c45a67a859ef5b376be2827e9910f7b1b17123321890c5e0101c5',
    );
  });
});

describe('a quantised pack', () => {
  it('has no float matrix left', () => {
    for (const name of ['causal-backbone.onnx', 'causal-head.onnx', 'masked-backbone.onnx']) {
      const operators = graphOf(int4, name).node.map(({ opType }) => opType);
      expect(operators).toContain('MatMulNBits');
      expect(operators).not.toContain('Gemm');
      expect(operators).not.toContain('Gather');
    }
  });

  it.each([
    ['int8', 0.33],
    ['int4', 0.22],
  ] as const)('in %s has less than %f of the weights file', async (precision, share) => {
    const [float, small] = [whole, await quantised(whole, precision)].map(
      (pack) => readFileSync(join(pack, 'weights.bin')).length,
    );
    // Position tables stay as they are.
    const tables = 4 * 2 * 3 * (128 + 64) * 4;
    expect((small ?? 0) - tables).toBeLessThan(share * ((float ?? 0) - tables));
  });

  it('stores a tied embedding and head once', () => {
    const [backbone, head] = [
      graphOf(int4, 'causal-backbone.onnx'),
      graphOf(int4, 'causal-head.onnx'),
    ];
    const place = placeOf(head, 'MatMulNBits', 1);
    expect(place).toMatch(/^\d+$/);
    expect(placeOf(backbone, 'GatherBlockQuantized', 0)).toBe(place);
    expect(placeOf(backbone, 'GatherBlockQuantized', 2)).toBe(placeOf(head, 'MatMulNBits', 2));
  });

  it('keeps an embedding whose rows do not fill their blocks in float', async () => {
    const folder = newFolder();
    const checkpoints = writeTinyCheckpoints(folder, { seed: 4, hiddenSize: 48 });
    await buildTinyPack({ ...checkpoints, outFolder: join(folder, 'pack') });
    const pack = await quantised(join(folder, 'pack'), 'int8');
    const operators = graphOf(pack, 'causal-backbone.onnx').node.map(({ opType }) => opType);
    expect(operators).toContain('Gather');
    expect(operators).toContain('MatMulNBits');
    await (await openPack(pack, { device: 'cpu', threads: 1 })).close();
  });

  it('keeps a product that scales its result in float', async () => {
    const pack = damagedCopy(root, whole, (copy) => {
      const path = join(copy, 'masked-head.onnx');
      const model = decodeOnnx(readFileSync(path), path);
      const alpha = { name: 'alpha', f: 0.5, type: 1 };
      for (const node of model.graph.node) node.attribute.push(alpha);
      writeFileSync(path, encodeOnnx(model));
      reseal(copy);
    });
    const operators = graphOf(await quantised(pack, 'int8'), 'masked-head.onnx').node.map(
      ({ opType }) => opType,
    );
    expect(operators).toEqual(['Gemm']);
  });

  it('has the same bytes whether its source is stored as f32 or f16, where f16 is exact', async () => {
    const folder = newFolder();
    const checkpoints = writeTinyCheckpoints(folder, { seed: 5, type: 'F16' });
    const heads: Buffer[] = [];
    for (const storage of ['f32', 'f16'] as const) {
      await buildTinyPack({ ...checkpoints, outFolder: join(folder, storage), storage });
      const pack = await quantised(join(folder, storage), 'int4');
      const graph = graphOf(pack, 'masked-head.onnx');
      const offset = Number(placeOf(graph, 'MatMulNBits', 1));
      heads.push(readFileSync(join(pack, 'weights.bin')).subarray(offset, offset + 288 * 16));
      // Biases of the narrow form are still cast.
      const casts = graph.node.filter(({ opType }) => opType === 'Cast');
      expect(casts.length).toBe(storage === 'f16' ? 1 : 0);
    }
    expect(heads[0]?.equals(heads[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('is what building with that precision gives', async () => {
    const folder = newFolder();
    const checkpoints = writeTinyCheckpoints(folder, { seed: 3 });
    const built = join(folder, 'built');
    const manifest = await buildTinyPack({ ...checkpoints, outFolder: built, precision: 'int4' });
    const { manifest: other } = await loadPackDescription(int4);
    expect(manifest.digest).toBe(other.digest);
    expect(manifest.roles.masked?.precision).toBe('int4');
    expect(manifest.provenance.quantisedFrom?.digest).toBe(
      (await loadPackDescription(whole)).manifest.digest,
    );
  });

  it('is not quantised again', async () => {
    await expect(quantised(int4, 'int8')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('precision int4'),
    });
  });

  it('is not made of a matrix with a number that is none', async () => {
    const pack = damagedCopy(root, whole, (copy) => {
      const path = join(copy, 'weights.bin');
      const weights = readFileSync(path);
      weights.writeFloatLE(
        Number.NaN,
        Number(placeOf(graphOf(copy, 'masked-head.onnx'), 'Gemm', 1)),
      );
      writeFileSync(path, weights);
      reseal(copy);
    });
    await expect(quantised(pack, 'int8')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('holds NaN'),
    });
  });

  it('does not replace a folder', async () => {
    const outFolder = newFolder();
    await expect(
      quantisePack(outFolder, { folder: whole, precision: 'int4', ...options }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('fills masks', async () => {
    const pack = await openPack(int4, { device: 'cpu', threads: 1 });
    const { causal, masked } = pack.models;
    const hidden = await causal?.forward([1, 5, 6], causal.createCache());
    expect(hidden?.every(Number.isFinite)).toBe(true);
    expect((await masked?.encode([5, 3]))?.every(Number.isFinite)).toBe(true);
    await pack.close();
  });
});

describe('a trained fusion', () => {
  it('is quantised with its pack', async () => {
    const trained = join(newFolder(), 'trained');
    const { manifest } = await loadPackDescription(whole);
    await writeTrainedPack(whole, trained, {
      id: 'trained',
      layer: await readMeanOfHeads(whole, manifest),
      source: {
        exampleCount: 1,
        stepCount: 0,
        bestStep: 0,
        seed: '0',
        options: {},
        texts: [],
        untrained: [],
        trained: [],
      },
      storage: 'f32',
      lossCurve: '<svg xmlns="http://www.w3.org/2000/svg"/>',
      cardWords: '',
      tool: 'test',
    });
    const pack = await quantised(trained, 'int8');
    const opened = await openPack(pack, { device: 'cpu', threads: 1 });
    expect(opened.manifest.roles.fusion).toMatchObject({ kind: 'linear', precision: 'int8' });
    await opened.close();
    const graph = graphOf(pack, 'fusion-masked-head.onnx');
    expect(graph.node.map(({ opType }) => opType)).toEqual(['MatMulNBits', 'Add']);
  });
});

describe('weights of more rows than are quantised at once', () => {
  it('are those of their rows', async () => {
    const folder = newFolder();
    // Pieces have 4 Mi values; three rows of the second piece are left.
    const [width, rows] = [64, 65_539];
    const values = Float32Array.from({ length: rows * width }, (_, i) => (i % 127) - 63);
    writeFileSync(join(folder, 'in.bin'), values);
    const weights = new QuantisedWeights();
    const matrix = { name: 'matrix', type: 'f32', offset: 0, rows, width } as const;
    for (const length of [8, 400, 4]) weights.keep(4, length);
    weights.quantise({ ...matrix, rows: 5 }, 8);
    weights.quantise(matrix, 8);
    weights.place();
    await weights.write(join(folder, 'in.bin'), join(folder, 'out.bin'));
    const written = readFileSync(join(folder, 'out.bin'));
    const { packed, scales } = weights.placeOf(matrix, 8);
    const tail = values.subarray((rows - 4) * width);
    const expected = {
      bits: 8,
      packed: new Uint8Array(4 * 64),
      scales: new Float32Array(8),
    } as const;
    quantiseRows({ values: tail, width }, expected);
    const start = packed + (rows - 4) * packedRowBytes(width, 8);
    expect(written.subarray(start, start + 4 * 64).equals(expected.packed)).toBe(true);
    const scalesStart = scales + (rows - 4) * 8;
    expect(
      written
        .subarray(scalesStart, scalesStart + 32)
        .equals(new Uint8Array(expected.scales.buffer)),
    ).toBe(true);
    const kept = weights.placeOfKept(4);
    expect(written.readFloatLE(kept)).toBe(-62);
    expect(written.readFloatLE(kept + 396)).toBe(37);
  }, 30_000);
});
