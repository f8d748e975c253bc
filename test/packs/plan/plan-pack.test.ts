import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logitsBlockSize } from '../../../src/decoding/chain-rule-score.ts';
import { planPack } from '../../../src/packs/plan/plan-pack.ts';
import { logitsBlockRows } from '../../../src/packs/plan/run-memory.ts';
import {
  type QuantisedPrecision,
  quantisePack,
} from '../../../src/packs/quantise/quantise-pack.ts';
import { type TrainedFusion, writeTrainedPack } from '../../../src/packs/train/write-fusion.ts';
import type { WeightStorage } from '../../../src/packs/weight-layout.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyCheckpoints, writeTinyLlama } from '../../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../../support/tiny-pack.ts';
import { addedToken, tinyTokenizer } from '../../support/tiny-tokenizer.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));
const fixtures = join(import.meta.dirname, '../../fixtures');

/** The role of each checkpoint of `fixtures/golden`. */
const goldens = {
  'llama-gqa': 'causalFolder',
  'llama-3-rope': 'causalFolder',
  olmo1: 'causalFolder',
  'olmo-grouped': 'causalFolder',
  olmo2: 'causalFolder',
  'olmo2-grouped': 'causalFolder',
  'modernbert-decoder': 'causalFolder',
  'modernbert-decoder-older-form': 'causalFolder',
  modernbert: 'maskedFolder',
} as const;

function goldenWithTokenizer(name: string): string {
  const folder = join(newFolder(), name);
  cpSync(join(fixtures, 'golden', name), folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, eos_token_id: 2 }));
  const { vocab_size: size } = config;
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer(size)));
  return folder;
}

function publishedConfig(name: string): string {
  const folder = join(newFolder(), name);
  mkdirSync(folder);
  cpSync(join(fixtures, 'published-configs', `${name}.json`), join(folder, 'config.json'));
  return folder;
}

/** Sizes of the files of a built pack, as a plan has them. */
function sizesOf(files: Readonly<Record<string, { readonly size: number }>>) {
  return Object.fromEntries(Object.entries(files).map(([name, { size }]) => [name, size]));
}

describe('a plan', () => {
  it.each(Object.entries(goldens))('says of %s what a build makes', async (name, role) => {
    const sources = { [role]: goldenWithTokenizer(name) };
    const manifest = await buildTinyPack({ ...sources, outFolder: join(newFolder(), 'pack') });
    const plan = await planPack(sources);
    const built = manifest.roles.causal ?? manifest.roles.masked;
    expect(plan.problems).toEqual([]);
    const files = sizesOf(manifest.files);
    expect(plan.files[0]).toEqual({ storage: 'f32', precision: 'f32', files });
    expect(plan.models[0]?.parameters.total).toBe(built?.parameterCount);
    expect(plan.models[0]).toMatchObject({ contextLength: built?.trainedContextLength });
    expect(plan.bannedCount).toBe(manifest.bannedIds.length);
  });

  it.each<WeightStorage>(['f32', 'f16'])('has the sizes of a pair as %s', async (storage) => {
    const sources = writeTinyCheckpoints(newFolder(), { seed: 1, type: 'F16' });
    const outFolder = join(newFolder(), 'pack');
    const manifest = await buildTinyPack({ ...sources, outFolder, storage });
    const plan = await planPack(sources);
    const { files } = plan.files.find((each) => each.storage === storage) ?? {};
    expect(files).toEqual(sizesOf(manifest.files));
    expect(plan.vocabularySize).toBe(manifest.vocabularySize);
  });

  it.each<QuantisedPrecision>(['int8', 'int4'])(
    'has the sizes of a pair as %s',
    async (precision) => {
      // Rows of 40 end in a block that is not full, so that one embedding stays in float.
      const sources = writeTinyCheckpoints(newFolder(), { seed: 1, hiddenSize: 64 });
      writeTinyLlama(sources.causalFolder, { seed: 2, hiddenSize: 40 }, { attention_bias: true });
      const outFolder = join(newFolder(), 'pack');
      const manifest = await buildTinyPack({ ...sources, outFolder, precision });
      const plan = await planPack(sources);
      const { files } = plan.files.find((each) => each.precision === precision) ?? {};
      expect(files).toEqual(sizesOf(manifest.files));
    },
  );

  it.each<QuantisedPrecision>(['int8', 'int4'])(
    'counts what %s saves in memory',
    async (precision) => {
      const sources = writeTinyCheckpoints(newFolder(), { seed: 1, hiddenSize: 64 });
      const [float, quantised] = [
        await planPack(sources),
        await planPack({ ...sources, precision }),
      ];
      const [before, after] = [float, quantised].map(({ memory }) => memory[0]);
      const share = (after?.weights ?? 0) / (before?.weights ?? 1);
      // 9 and 5 bits of 32; a little more, because of sums, and because norms, biases and tables stay as they are.
      const least = precision === 'int8' ? 9 / 32 : 5 / 32;
      expect(share).toBeGreaterThan(least);
      expect(share).toBeLessThan(least + 0.2);
      expect({ ...after, weights: 0, total: 0 }).toEqual({ ...before, weights: 0, total: 0 });
    },
  );

  it('needs no weights', async () => {
    const sources = writeTinyCheckpoints(newFolder(), { seed: 1 });
    const whole = await planPack(sources);
    for (const folder of Object.values(sources)) rmSync(join(folder, 'model.safetensors'));
    expect(await planPack(sources)).toEqual(whole);
  });

  it('has the size of the fusion that training writes', async () => {
    const sources = writeTinyCheckpoints(newFolder(), { seed: 1 });
    const [built, trained] = [join(newFolder(), 'pack'), join(newFolder(), 'trained')];
    const { vocabularySize: size } = await buildTinyPack({ ...sources, outFolder: built });
    const { fusion } = await planPack(sources);
    const layer = { weight: new Float32Array(size * 64), bias: new Float32Array(size) };
    const manifest = await writeTrainedPack(built, trained, trainedFusion(layer));
    expect(fusion?.width).toBe(64);
    expect(manifest.roles.fusion).toMatchObject({ parameterCount: fusion?.parameterCount });
    expect(fusion?.files[0]?.files['fusion.bin']).toBe(manifest.files['fusion.bin']?.size);
    for (const precision of ['int8', 'int4'] as const) {
      const options = { folder: trained, precision, id: 'small', tool: 'test' };
      const { files } = await quantisePack(join(newFolder(), 'quantised'), options);
      const planned = fusion?.files.find((each) => each.precision === precision);
      expect(planned?.files['fusion.bin']).toBe(files['fusion.bin']?.size);
    }
  });

  it('counts a tied head once among parameters and twice in memory', async () => {
    const options = { seed: 1, hiddenSize: 32, vocabularySize: 288 };
    const [tied, untied] = [newFolder(), newFolder()];
    writeTinyLlama(tied, options);
    writeTinyLlama(untied, options, { tie_word_embeddings: false });
    const plans = [
      await planPack({ causalFolder: tied }),
      await planPack({ causalFolder: untied }),
    ];
    const parameters = plans.map(({ models }) => models[0]?.parameters);
    expect(parameters[0]).toMatchObject({ embedding: 9216, head: 0, tied: true });
    expect(parameters[1]).toMatchObject({ embedding: 9216, head: 9216, tied: false });
    expect(plans[0]?.memory[0]?.weights).toBe(plans[1]?.memory[0]?.weights);
  });

  it('counts on logits in the blocks that decoders compute', () => {
    expect(logitsBlockRows).toBe(logitsBlockSize);
  });
});

function trainedFusion(layer: TrainedFusion['layer']): TrainedFusion {
  const source: TrainedFusion['source'] = {
    exampleCount: 1,
    stepCount: 1,
    bestStep: 1,
    seed: '0',
    options: {},
    texts: [],
    untrained: [],
    trained: [],
  };
  const words = { cardWords: '', tool: 'test', lossCurve: '<svg/>' };
  return { id: 'trained', layer, source, storage: 'f32', ...words };
}

describe('problems of a plan', () => {
  it('tells an architecture that is not supported, and plans the other model', async () => {
    const { causalFolder, maskedFolder } = writeTinyCheckpoints(newFolder(), { seed: 1 });
    writeFileSync(join(causalFolder, 'config.json'), '{"architectures":["GPT2LMHeadModel"]}');
    const plan = await planPack({ causalFolder, maskedFolder });
    expect(plan.problems).toEqual([
      expect.stringContaining('Architecture GPT2LMHeadModel of causal is not supported'),
    ]);
    expect(plan.models.map(({ role }) => role)).toEqual(['masked']);
    expect(plan.fusion).toBeNull();
  });

  it('tells vocabularies that differ, with the tokens', async () => {
    const { causalFolder, maskedFolder } = writeTinyCheckpoints(newFolder(), { seed: 1 });
    const text = readFileSync(join(maskedFolder, 'tokenizer.json'), 'utf8');
    writeFileSync(join(maskedFolder, 'tokenizer.json'), text.replace('"Ġe":260', '"Ġz":260'));
    const { overlap, problems } = await planPack({ causalFolder, maskedFolder });
    expect(problems).toEqual([expect.stringContaining('The vocabularies differ: id 260 is "Ġe"')]);
    expect(overlap).toMatchObject({
      agreeing: 287,
      differing: 1,
      examples: [{ id: 260, causal: 'Ġe', masked: 'Ġz' }],
    });
  });

  it('are all told at once', async () => {
    const { causalFolder, maskedFolder } = writeTinyCheckpoints(newFolder(), { seed: 1 });
    const config = JSON.parse(readFileSync(join(causalFolder, 'config.json'), 'utf8'));
    const started = { ...config, bos_token_id: null, eos_token_id: null };
    writeFileSync(join(causalFolder, 'config.json'), JSON.stringify(started));
    const unmasked = { ...tinyTokenizer(288), added_tokens: [addedToken(0, '<|pad|>')] };
    writeFileSync(
      join(maskedFolder, 'tokenizer.json'),
      JSON.stringify(unmasked).replace('"Ġe":260', '"Ġz":260'),
    );
    const { problems } = await planPack({ causalFolder, maskedFolder });
    expect(problems).toEqual([
      expect.stringContaining('The vocabularies differ: id 260'),
      expect.stringContaining('neither bos_token_id nor eos_token_id'),
      expect.stringContaining('one must be the mask'),
    ]);
  });

  it('throws for a context that a model does not have', async () => {
    const sources = writeTinyCheckpoints(newFolder(), { seed: 1 });
    await expect(planPack({ ...sources, context: 129 })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('throws without a checkpoint', async () => {
    await expect(planPack({})).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('published models', () => {
  it('of MARIA-7B have the parameters of their names and a fusion of 257 million weights', async () => {
    const plan = await planPack({
      causalFolder: publishedConfig('olmo-7b-0724-hf'),
      maskedFolder: publishedConfig('modernbert-large'),
    });
    const [causal, masked] = plan.models;
    expect(plan.problems).toEqual([]);
    expect(causal?.parameters).toEqual({
      embedding: 206_045_184,
      backbone: 6_476_005_376,
      head: 206_045_184,
      total: 6_888_095_744,
      tied: false,
    });
    expect((masked?.parameters.total ?? 0) / 1e6).toBeCloseTo(395.8, 0);
    expect(plan.fusion?.parameterCount).toBe(50_304 * (4096 + 1024) + 50_304);
    expect(plan.memory.at(-1)?.contextLength).toBe(4096);
    // 32 layers of keys and values, 4096 wide, with room for 8192.
    expect(plan.memory.at(-1)?.cache).toBe(2 * 32 * 4096 * 8192 * 4);
  });

  it.each([
    ['17m', 17],
    ['32m', 32],
    ['68m', 68],
    ['150m', 150],
    ['400m', 400],
    ['1b', 1000],
  ])('of the Ettin pair %s have the parameters of their name', async (size, millions) => {
    const plan = await planPack({
      causalFolder: publishedConfig(`ettin-decoder-${size}`),
      maskedFolder: publishedConfig(`ettin-encoder-${size}`),
    });
    expect(plan.problems).toEqual([]);
    for (const { parameters } of plan.models) {
      expect(Math.abs(parameters.total / (millions * 1e6) - 1)).toBeLessThan(0.04);
    }
    expect(plan.models[0]?.parameters).toEqual(plan.models[1]?.parameters);
  });
});
