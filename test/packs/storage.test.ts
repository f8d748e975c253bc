import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { decodeOnnx } from '../../src/packs/onnx/onnx-model.ts';
import { readTestTensors } from '../support/expected-file.ts';
import { type TestElementType, writeSafetensors } from '../support/safetensors-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type TinyCheckpoints,
  writeTinyCheckpoints,
  writeTinyLlama,
} from '../support/tiny-checkpoint.ts';
import { buildTinyPack, packLogits } from '../support/tiny-pack.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));

function checkpoints(type?: TestElementType): TinyCheckpoints {
  return writeTinyCheckpoints(newFolder(), { seed: 1, ...(type && { type }) });
}

describe('storage', () => {
  it('as f16 gives the bits that f32 gives', async () => {
    const sources = checkpoints('F16');
    const [wide, narrow] = [join(newFolder(), 'pack'), join(newFolder(), 'pack')];
    await buildTinyPack({ ...sources, outFolder: wide });
    await buildTinyPack({ ...sources, outFolder: narrow, storage: 'f16' });
    expect(await packLogits(narrow)).toEqual(await packLogits(wide));
    const sizes = await Promise.all([wide, narrow].map(weightsSize));
    expect(sizes[1]).toBeLessThan((sizes[0] ?? 0) * 0.75);
  });

  it('as f16 is widened when a session is made, not in every pass', async () => {
    const folder = newFolder();
    const { causalFolder } = checkpoints('F16');
    await buildTinyPack({ causalFolder, outFolder: join(folder, 'pack'), storage: 'f16' });
    const graph = join(folder, 'pack', 'causal-backbone.onnx');
    const optimizedModelFilePath = join(folder, 'optimized.onnx');
    const session = await InferenceSession.create(graph, {
      optimizedModelFilePath,
      logSeverityLevel: 3,
    });
    await session.release();
    expect(readFileSync(graph).includes('Cast')).toBe(true);
    expect(readFileSync(optimizedModelFilePath).includes('Cast')).toBe(false);
  });

  it.each(['F16', 'BF16'] as const)('of %s weights as f32 is their exact values', async (type) => {
    const { causalFolder } = checkpoints(type);
    const outFolder = join(newFolder(), 'pack');
    await buildTinyPack({ causalFolder, outFolder });
    const widened = newFolder();
    writeTinyLlama(widened, { seed: 1 });
    const exact = readTestTensors(join(widened, 'model.safetensors'));
    for (const { values } of exact.values()) roundTo(values, type);
    writeSafetensors(join(widened, 'model.safetensors'), exact);
    const other = join(newFolder(), 'pack');
    await buildTinyPack({ causalFolder: widened, outFolder: other });
    const weights = [outFolder, other].map((pack) => readFileSync(join(pack, 'weights.bin')));
    expect(weights[0]?.equals(weights[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('of a tensor larger than what is converted at once is whole', {
    timeout: 30_000,
  }, async () => {
    const folder = newFolder();
    // 4.6 million elements; a chunk has 4 Mi.
    const size = { hiddenSize: 64, layers: 1, vocabularySize: 72_000 };
    writeTinyLlama(join(folder, 'causal'), { seed: 1, ...size, type: 'F16' });
    const outFolder = join(folder, 'pack');
    await buildTinyPack({ causalFolder: join(folder, 'causal'), outFolder });
    writeTinyLlama(join(folder, 'wide'), { seed: 1, ...size });
    const tensors = readTestTensors(join(folder, 'wide', 'model.safetensors'));
    const exact = tensors.get('model.embed_tokens.weight')?.values ?? new Float32Array();
    roundTo(exact, 'F16');
    const { graph } = decodeOnnx(readFileSync(join(outFolder, 'causal-backbone.onnx')), 'graph');
    const embedding = graph.initializer.find(({ name }) => name === 'model.embed_tokens.weight');
    const place = embedding?.externalData?.find(({ key }) => key === 'offset');
    const stored = readFileSync(join(outFolder, 'weights.bin')).subarray(Number(place?.value));
    expect(stored.subarray(0, exact.byteLength).equals(Buffer.from(exact.buffer))).toBe(true);
  });

  it.each(['F32', 'BF16'] as const)(
    'as f16 refuses %s weights that are not exact',
    async (type) => {
      const outFolder = join(newFolder(), 'pack');
      const { causalFolder } = writeTinyCheckpoints(newFolder(), { seed: 1, type });
      const tensors = readTestTensors(join(checkpoints().causalFolder, 'model.safetensors'));
      tensors.get('model.norm.weight')?.values.fill(2 ** -30);
      writeSafetensors(join(causalFolder, 'model.safetensors'), tensors, type);
      const build = buildTinyPack({ causalFolder, outFolder, storage: 'f16' });
      await expect(build).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHECKPOINT',
        message: expect.stringContaining('float16 cannot hold'),
      });
    },
  );
});

async function weightsSize(pack: string): Promise<number> {
  const { manifest } = await loadPackDescription(pack);
  return manifest.files['weights.bin']?.size ?? 0;
}

/** What a float32 becomes when a file of `type` holds it. */
function roundTo(values: Float32Array, type: 'F16' | 'BF16'): void {
  const path = join(root, 'rounded.safetensors');
  writeSafetensors(path, new Map([['a', { shape: [values.length], values }]]), type);
  const halves = new Uint16Array(
    new Uint8Array(readFileSync(path).subarray(-2 * values.length)).buffer,
  );
  values.forEach((_value, i) => {
    const half = halves[i] ?? 0;
    values[i] = type === 'BF16' ? bfloat(half) : slowHalf(half);
  });
}

function bfloat(bits: number): number {
  return new DataView(Uint32Array.of(bits << 16).buffer).getFloat32(0, true);
}

function slowHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  return (
    sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  );
}
