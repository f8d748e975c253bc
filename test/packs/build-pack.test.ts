import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { readTestTensors } from '../support/expected-file.ts';
import { type TestElementType, writeSafetensors } from '../support/safetensors-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type TinyCheckpoints,
  writeTinyCheckpoints,
  writeTinyModernBert,
} from '../support/tiny-checkpoint.ts';
import { buildTinyPack, packLogits } from '../support/tiny-pack.ts';
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

describe('a built pack', () => {
  it.skipIf(process.platform === 'win32')('can be read by everybody', async () => {
    const outFolder = join(newFolder(), 'pack');
    await buildTinyPack({ ...checkpoints(), outFolder });
    expect(statSync(outFolder).mode & 0o777).toBe(0o755);
  });

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

  it('bans the ids it uses as special, though the tokenizer does not mark them', async () => {
    const { causalFolder } = checkpoints();
    const tokenizer = { ...tinyTokenizer(288), added_tokens: [] };
    writeFileSync(join(causalFolder, 'tokenizer.json'), JSON.stringify(tokenizer));
    const manifest = await buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    expect(manifest.bannedIds).toEqual([1]);
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
    const [logits] = await packLogits(outFolder);
    expect(logits).toHaveLength(5 * 288);
  });
});

describe('a failed build', () => {
  it('leaves nothing behind', async () => {
    const folder = newFolder();
    const { causalFolder } = checkpoints();
    const build = buildTinyPack({ causalFolder, outFolder: join(folder, 'pack'), storage: 'f16' });
    await expect(build).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names a parent folder that does not exist', async () => {
    const build = buildTinyPack({ ...checkpoints(), outFolder: join(newFolder(), 'a', 'b') });
    await expect(build).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('names a parent that is no folder', async () => {
    const parent = join(newFolder(), 'file');
    writeFileSync(parent, '');
    const build = buildTinyPack({ ...checkpoints(), outFolder: join(parent, 'pack') });
    await expect(build).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('is not a folder'),
    });
  });

  it('does not touch a target that exists', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'pack'));
    const build = buildTinyPack({ ...checkpoints(), outFolder: join(folder, 'pack') });
    await expect(build).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(readdirSync(join(folder, 'pack'))).toEqual([]);
  });

  it('refuses an unusable id before it reads a checkpoint', async () => {
    const build = buildTinyPack({ causalFolder: 'nowhere', outFolder: 'nowhere', id: 'My_Pack' });
    await expect(build).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('The id of a pack is "My_Pack"'),
    });
  });
});

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
