/**
 * Files beyond what 32 bits can count, as sparse ones: they take little of a disk.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { ImaginedTensors } from '../../src/packs/checkpoint/imagined-tensors.ts';
import { checkGraph } from '../../src/packs/onnx/check-graph.ts';
import { GraphBuilder, weightsFileName } from '../../src/packs/onnx/graph-builder.ts';
import { headContract } from '../../src/packs/onnx/graph-contract.ts';
import { decodeOnnx, encodeOnnx } from '../../src/packs/onnx/onnx-model.ts';
import { QuantisedWeights } from '../../src/packs/quantise/quantised-weights.ts';
import { WeightLayout } from '../../src/packs/weight-layout.ts';
import { withHeader } from '../support/safetensors-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyLlama } from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));

/** Elements of a float32 tensor that ends beyond 4 GiB. */
const manyElements = 2 ** 30 + 2 ** 20;

/** Writes `parts` at their places into a new file; between them are holes. */
async function writeSparse(
  path: string,
  parts: ReadonlyMap<number, Uint8Array>,
  size: number,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.truncate(size);
    for (const [position, bytes] of parts) await file.write(bytes, 0, bytes.length, position);
  } finally {
    await file.close();
  }
}

type Header = Record<string, { data_offsets: [number, number] }>;

/** Puts a tensor that no graph reads before all others of a checkpoint. */
async function makeLarge(folder: string): Promise<void> {
  const path = join(folder, 'model.safetensors');
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(bytes.toString('utf8', 8, start));
  const hole = 4 * manyElements;
  for (const entry of Object.values(header as Header)) {
    const [begin, end] = entry.data_offsets;
    entry.data_offsets = [begin + hole, end + hole];
  }
  const unread = { dtype: 'F32', shape: [manyElements], data_offsets: [0, hole] };
  const text = JSON.stringify({ 'model.rotary_emb.inv_freq': unread, ...header });
  const first = withHeader(text, new Uint8Array());
  const parts = new Map([
    [0, first],
    [first.length + hole, bytes.subarray(start)],
  ]);
  const large = join(folder, 'large');
  mkdirSync(large);
  for (const name of ['config.json', 'tokenizer.json']) {
    writeFileSync(join(large, name), readFileSync(join(folder, name)));
  }
  const size = first.length + hole + bytes.length - start;
  await writeSparse(join(large, 'model.safetensors'), parts, size);
}

describe('files of more than 4 GiB', () => {
  it('are read as checkpoints to their end', async () => {
    const folder = newFolder();
    writeTinyLlama(folder, { seed: 1 });
    await makeLarge(folder);
    const [small, large] = [join(folder, 'small-pack'), join(folder, 'large-pack')];
    const wanted = await buildTinyPack({ causalFolder: folder, outFolder: small });
    const built = await buildTinyPack({ causalFolder: join(folder, 'large'), outFolder: large });
    expect(built.files).toEqual(wanted.files);
  });

  it('are what a session reads weights from', async () => {
    const folder = newFolder();
    const layout = new WeightLayout('f32');
    const tensors = new ImaginedTensors('any');
    layout.placeTensors([tensors.take('before', [manyElements])]);
    const graph = new GraphBuilder('causal-head', layout);
    const contract = headContract(2, 3);
    for (const input of contract.inputs) graph.input(input);
    graph.op(
      'Gemm',
      ['hidden', graph.weight([tensors.take('w', [3, 2])], [3, 2])],
      { transB: 1 },
      'logits',
    );
    for (const output of contract.outputs) graph.output(output);
    const bytes = encodeOnnx(graph.finish());
    const weights = { name: weightsFileName, size: layout.byteLength };
    const expected = {
      name: 'head',
      contract,
      weights,
      positionCount: 0,
      precision: 'f32',
    } as const;
    checkGraph(decodeOnnx(bytes, 'head'), expected);
    writeFileSync(join(folder, 'head.onnx'), bytes);
    const values = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
    const parts = new Map([[layout.byteLength - values.length, values]]);
    await writeSparse(join(folder, weightsFileName), parts, layout.byteLength);
    const session = await InferenceSession.create(join(folder, 'head.onnx'));
    const { logits } = await session.run({ hidden: new Tensor('float32', [1, 10], [1, 2]) });
    expect(logits?.data).toEqual(Float32Array.of(21, 43, 65));
    await session.release();
  });

  it('are quantised to their end', async () => {
    const folder = newFolder();
    const offset = 4 * manyElements;
    const values = Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? -128 : i % 7));
    const bytes = new Uint8Array(values.buffer);
    await writeSparse(join(folder, 'float'), new Map([[offset, bytes]]), offset + bytes.length);
    const weights = new QuantisedWeights();
    const matrix = { name: 'w', type: 'f32', offset, rows: 2, width: 32 } as const;
    weights.quantise(matrix, 8);
    weights.keep(offset + 4 * 40, 4);
    weights.place();
    await weights.write(join(folder, 'float'), join(folder, 'quantised'));
    const written = readFileSync(join(folder, 'quantised'));
    expect(written.readFloatLE(weights.placeOfKept(offset + 4 * 40))).toBe(-128);
    const { packed } = weights.placeOf(matrix, 8);
    // Values lie around 128; a block that reaches −128 has a scale of 1.
    const second = [...written.subarray(packed + 32, packed + 64)].map((value) => value - 128);
    expect(second).toEqual([...values.subarray(32)]);
  });
});
