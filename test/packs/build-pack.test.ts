import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModels } from '../../src/model/open-models.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { decodeOnnx } from '../../src/packs/onnx/onnx-model.ts';
import { readTestTensors } from '../support/expected-file.ts';
import { type TestElementType, writeSafetensors } from '../support/safetensors-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type TinyCheckpoints,
  writeTinyCheckpoints,
  writeTinyLlama,
  writeTinyModernBert,
} from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';
import { tinyTokenizer } from '../support/tiny-tokenizer.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));

function checkpoints(type?: TestElementType): TinyCheckpoints {
  return writeTinyCheckpoints(newFolder(), { seed: 1, ...(type && { type }) });
}

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

/** Logits of both roles for a fixed text. */
async function logitsOf(pack: string): Promise<Float32Array[]> {
  const { description } = await loadPackDescription(pack);
  const { causal, masked, close } = await openModels(description, { device: 'cpu', threads: 1 });
  const ids = [5, 90, 3, 3, 120];
  const logits: Float32Array[] = [];
  if (causal)
    logits.push(await causal.logits(await causal.forward([1, ...ids], causal.createCache())));
  if (masked) logits.push(await masked.logits(await masked.encode(ids)));
  await close();
  return logits;
}

describe('a built pack', () => {
  it('is the same, byte for byte, when built again', async () => {
    const folder = newFolder();
    const sources = checkpoints();
    await buildTinyPack({ ...sources, outFolder: join(folder, 'a') });
    await buildTinyPack({ ...sources, outFolder: join(folder, 'b') });
    expect(contents(join(folder, 'a'))).toEqual(contents(join(folder, 'b')));
  });

  it('says what it holds', async () => {
    const outFolder = join(newFolder(), 'pack');
    const manifest = await buildTinyPack({ ...checkpoints(), outFolder, causalContext: 100 });
    expect(manifest).toMatchObject({
      formatVersion: 1,
      vocabularySize: 288,
      bannedIds: [0, 1, 2, 3],
      roles: {
        causal: {
          architecture: 'LlamaForCausalLM',
          layerCount: 2,
          startId: 1,
          cache: 'append',
          trainedContextLength: 100,
          usableContextLength: 99,
        },
        masked: { maskId: 3, prefixIds: [], suffixIds: [], usableContextLength: 128 },
        fusion: { kind: 'mean-of-heads' },
      },
      provenance: { checkpoints: [{ role: 'causal', folder: 'causal' }, { folder: 'masked' }] },
    });
    const { description } = await loadPackDescription(outFolder);
    expect(description.facts).toMatchObject({ contextLength: 99, maskId: 3, startId: 1 });
  });

  it('counts parameters once, tied ones too', async () => {
    const { causalFolder } = checkpoints();
    const tensors = readTestTensors(join(causalFolder, 'model.safetensors'));
    const count = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
    const manifest = await buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    expect(manifest.roles.causal?.parameterCount).toBe(count);
  });

  it('may lack a role', async () => {
    const { causalFolder, maskedFolder } = checkpoints();
    const causalOnly = join(newFolder(), 'pack');
    await buildTinyPack({ causalFolder, outFolder: causalOnly });
    const { description } = await loadPackDescription(causalOnly);
    expect(description).toMatchObject({ masked: null, fusion: null });
    const maskedOnly = join(newFolder(), 'pack');
    await buildTinyPack({ maskedFolder, outFolder: maskedOnly });
    const loaded = await loadPackDescription(maskedOnly);
    expect(loaded.description).toMatchObject({
      causal: null,
      fusion: null,
      facts: { startId: null },
    });
  });

  it('is the same from shards as from one file', async () => {
    const single = checkpoints();
    const sharded = checkpoints();
    shard(sharded.causalFolder);
    const [a, b] = [join(newFolder(), 'pack'), join(newFolder(), 'pack')];
    await buildTinyPack({ ...single, outFolder: a });
    await buildTinyPack({ ...sharded, outFolder: b });
    expect(contents(b)).toEqual(contents(a));
  });

  it('keeps the digest when only its description changes, and loses it with a weight', async () => {
    const sources = checkpoints();
    const build = (options = {}) =>
      buildTinyPack({ ...sources, outFolder: join(newFolder(), 'p'), ...options });
    const { digest } = await build();
    expect((await build({ card: 'other', id: 'other', licence: 'other' })).digest).toBe(digest);
    const other = writeTinyCheckpoints(newFolder(), { seed: 2 });
    expect((await build(other)).digest).not.toBe(digest);
  });

  it('has its marks of tokens rewritten only where a model lacks a token', async () => {
    const { causalFolder, maskedFolder } = checkpoints();
    const tokenizer = tinyTokenizer(287);
    const extra = { ...tokenizer.added_tokens[0], id: 287, content: '<extra>', special: false };
    const added = { ...tokenizer, added_tokens: [...tokenizer.added_tokens, extra] };
    writeFileSync(join(causalFolder, 'tokenizer.json'), JSON.stringify(added));
    writeFileSync(join(maskedFolder, 'tokenizer.json'), JSON.stringify(tokenizer));
    const outFolder = join(newFolder(), 'pack');
    const manifest = await buildTinyPack({ causalFolder, maskedFolder, outFolder });
    expect(manifest.vocabularySize).toBe(287);
    const written = JSON.parse(readFileSync(join(outFolder, 'tokenizer.json'), 'utf8'));
    expect(written.added_tokens.at(-1)).toMatchObject({ content: '<extra>', special: true });
  });

  it('gives no logits for rows of the head beyond its tokens', async () => {
    const folder = newFolder();
    writeTinyModernBert(join(folder, 'masked'), { seed: 1, vocabularySize: 300 });
    writeFileSync(join(folder, 'masked', 'tokenizer.json'), JSON.stringify(tinyTokenizer(288)));
    const outFolder = join(folder, 'pack');
    await buildTinyPack({ maskedFolder: join(folder, 'masked'), outFolder });
    const [logits] = await logitsOf(outFolder);
    expect(logits).toHaveLength(5 * 288);
  });
});

describe('storage', () => {
  it('as f16 gives the bits that f32 gives', async () => {
    const sources = checkpoints('F16');
    const [wide, narrow] = [join(newFolder(), 'pack'), join(newFolder(), 'pack')];
    await buildTinyPack({ ...sources, outFolder: wide });
    await buildTinyPack({ ...sources, outFolder: narrow, storage: 'f16' });
    expect(await logitsOf(narrow)).toEqual(await logitsOf(wide));
    const sizes = await Promise.all([wide, narrow].map(weightsSize));
    expect(sizes[1]).toBeLessThan((sizes[0] ?? 0) * 0.75);
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

  it('of a tensor larger than what is converted at once is whole', async () => {
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

describe('a failed build', () => {
  it('leaves nothing behind', async () => {
    const folder = newFolder();
    const { causalFolder } = checkpoints();
    const build = buildTinyPack({ causalFolder, outFolder: join(folder, 'pack'), storage: 'f16' });
    await expect(build).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not touch a target that exists', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'pack'));
    const build = buildTinyPack({ ...checkpoints(), outFolder: join(folder, 'pack') });
    await expect(build).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(readdirSync(join(folder, 'pack'))).toEqual([]);
  });
});

async function weightsSize(pack: string): Promise<number> {
  const { manifest } = await loadPackDescription(pack);
  return manifest.files['weights.bin']?.size ?? 0;
}

/** Splits a checkpoint's tensors over two files. */
function shard(folder: string): void {
  const all = [...readTestTensors(join(folder, 'model.safetensors'))];
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  const halves = [all.slice(0, 5), all.slice(5)];
  names.forEach((name, i) => {
    writeSafetensors(join(folder, name), new Map(halves[i]));
  });
  const weightMap = names.flatMap((name, i) => (halves[i] ?? []).map(([tensor]) => [tensor, name]));
  const index = { metadata: {}, weight_map: Object.fromEntries(weightMap) };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  renameSync(join(folder, 'model.safetensors'), join(folder, 'unused.bin'));
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
