import { mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTestTensors } from '../support/expected-file.ts';
import { writeSafetensors } from '../support/safetensors-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type TinyCheckpoints, writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'case-'));

function checkpoints(): TinyCheckpoints {
  return writeTinyCheckpoints(newFolder(), { seed: 1 });
}

function editJson(path: string, edit: Record<string, unknown>): void {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...edit }));
}

describe('checkpoints', () => {
  it.each([
    [{ architectures: ['GPT2LMHeadModel'] }, 'GPT2LMHeadModel'],
    [
      { architectures: undefined },
      'LlamaForCausalLM, OlmoForCausalLM, Olmo2ForCausalLM, ModernBertDecoderForCausalLM, ModernBertForMaskedLM',
    ],
    [{ hidden_act: 'gelu' }, 'hidden_act "gelu"'],
    [{ rope_scaling: { rope_type: 'yarn', factor: 8 } }, '"yarn"'],
    [
      { rope_scaling: { type: 'default' }, rope_parameters: { rope_type: 'default' } },
      'both rope_scaling and rope_parameters',
    ],
    [{ rope_scaling: { type: 'linear', factor: 2 } }, '"linear"'],
    [{ rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }, '"yarn"'],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor 0.5'],
    [{ clip_qkv: 1.5 }, 'clip_qkv 1.5'],
    [{ rope_interleaved: true }, 'rope_interleaved true'],
    [{ logits_scaling: 8 }, 'logits_scaling 8'],
    [{ sliding_window: 64 }, 'sliding_window 64'],
    [{ quantization_config: { bits: 4 } }, 'quantization_config'],
  ])('with %j are refused by name', async (edit, message) => {
    const { causalFolder } = checkpoints();
    editJson(join(causalFolder, 'config.json'), edit);
    const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [{ hidden_activation: 'gelu_new' }, 'hidden_activation "gelu_new"'],
    [{ classifier_activation: 'silu' }, 'classifier_activation "silu"'],
    [{ causal_mask: true }, 'causal_mask true'],
    [{ sliding_window: 5 }, 'sliding_window 5'],
    [{ rope_parameters: { sliding_attention: { rope_type: 'yarn' } } }, '"yarn"'],
    [{ architectures: ['ModernBertDecoderForCausalLM'] }, 'ModernBertDecoderForCausalLM'],
  ])('of a masked model with %j are refused by name', async (edit, message) => {
    const { maskedFolder } = checkpoints();
    editJson(join(maskedFolder, 'config.json'), edit);
    const build = buildTinyPack({ maskedFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [{ layer_types: ['full_attention'] }, 'layer_types names 1 layers'],
    [{ layer_types: ['full_attention', 'linear_attention'] }, 'layer_types'],
    [{ num_attention_heads: 3 }, 'head size is 10.6'],
    [{ norm_bias: true }, 'model.embeddings.norm.bias is missing'],
  ])('of a masked model whose files contradict %j are refused', async (edit, message) => {
    const { maskedFolder } = checkpoints();
    editJson(join(maskedFolder, 'config.json'), edit);
    const build = buildTinyPack({ maskedFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [{ num_hidden_layers: 0 }, 'num_hidden_layers'],
    [{ hidden_size: '32' }, 'hidden_size'],
    [{ num_key_value_heads: 3 }, 'cannot share 3'],
    [{ head_dim: 7 }, 'head size is 7'],
    [{ head_dim: 2 ** 30 }, 'head size is 1073741824'],
    [{ num_hidden_layers: 2 ** 31 }, 'num_hidden_layers'],
    [{ num_hidden_layers: 3 }, 'model.layers.2.input_layernorm.weight is missing'],
    [{ intermediate_size: 65 }, 'has shape [64, 32]'],
    [{ tie_word_embeddings: false }, 'lm_head.weight is missing'],
    [{ bos_token_id: 288 }, 'start id'],
    [{ vocab_size: 200 }, 'embedding has 200 rows'],
  ])('whose files contradict %j are refused', async (edit, message) => {
    const { causalFolder } = checkpoints();
    editJson(join(causalFolder, 'config.json'), edit);
    const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining(message),
    });
  });

  it('with a tensor that has no place are refused', async () => {
    const { causalFolder } = checkpoints();
    const path = join(causalFolder, 'model.safetensors');
    const norm = { shape: [8], values: new Float32Array(8) };
    writeSafetensors(
      path,
      new Map([...readTestTensors(path), ['model.layers.0.self_attn.q_norm.weight', norm]]),
    );
    const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({ message: expect.stringContaining('q_norm') });
  });

  it('with a tokenizer that text cannot be cut with are refused', async () => {
    const { causalFolder } = checkpoints();
    editJson(join(causalFolder, 'tokenizer.json'), { pre_tokenizer: { type: 'Whitespace' } });
    const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({ message: expect.stringContaining('Whitespace') });
  });

  it('in the other role are refused', async () => {
    const { maskedFolder } = checkpoints();
    const build = buildTinyPack({
      causalFolder: maskedFolder,
      outFolder: join(newFolder(), 'pack'),
    });
    await expect(build).rejects.toMatchObject({
      message: expect.stringContaining('cannot be the causal'),
    });
  });

  it('in the newer configuration form give the pack of the older one', async () => {
    const older = checkpoints();
    const newer = checkpoints();
    const rope = (theta: number) => ({ rope_type: 'default', rope_theta: theta });
    editJson(join(newer.causalFolder, 'config.json'), {
      rope_theta: undefined,
      rope_parameters: rope(10000),
    });
    editJson(join(newer.maskedFolder, 'config.json'), {
      global_rope_theta: undefined,
      local_rope_theta: undefined,
      global_attn_every_n_layers: undefined,
      layer_types: ['full_attention', 'sliding_attention'],
      rope_parameters: { full_attention: rope(160000), sliding_attention: rope(10000) },
    });
    const digests = [];
    for (const sources of [older, newer]) {
      const manifest = await buildTinyPack({ ...sources, outFolder: join(newFolder(), 'pack') });
      digests.push(manifest.digest);
    }
    expect(digests[1]).toBe(digests[0]);
  });

  it.each(['config.json', 'model.safetensors', 'tokenizer.json'])(
    'with a link for %s are refused',
    async (name) => {
      const { causalFolder } = checkpoints();
      const elsewhere = join(newFolder(), name);
      renameSync(join(causalFolder, name), elsewhere);
      symlinkSync(elsewhere, join(causalFolder, name));
      const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
      await expect(build).rejects.toMatchObject({
        message: expect.stringContaining('symbolic link'),
      });
    },
  );

  it.each(['../model.safetensors', '/etc/passwd', 'a/b', '..', ''])(
    'whose index names shard "%s" are refused',
    async (name) => {
      const { causalFolder } = checkpoints();
      const index = { weight_map: { 'model.norm.weight': name } };
      writeFileSync(join(causalFolder, 'model.safetensors.index.json'), JSON.stringify(index));
      const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
      await expect(build).rejects.toMatchObject({
        message: expect.stringContaining('plain file name'),
      });
    },
  );

  it.each([
    [{ 'model.norm.weight': 'model.safetensors' }, 'which the index places in no file'],
    [{ 'model.safetensors': 'missing.safetensors' }, 'missing.safetensors is missing'],
  ])('whose index is %j are refused', async (weightMap, message) => {
    const { causalFolder } = checkpoints();
    const index = { weight_map: weightMap };
    writeFileSync(join(causalFolder, 'model.safetensors.index.json'), JSON.stringify(index));
    const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it('are not given tables for any number of positions', async () => {
    const { causalFolder } = checkpoints();
    editJson(join(causalFolder, 'config.json'), { max_position_embeddings: 2 ** 40 });
    const build = buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    await expect(build).rejects.toMatchObject({
      message: expect.stringContaining('the limit is 262144'),
    });
  });

  it.each([0, 129, 1.5])('have no context of %s', async (causalContext) => {
    const { causalFolder } = checkpoints();
    const build = buildTinyPack({
      causalFolder,
      outFolder: join(newFolder(), 'pack'),
      causalContext,
    });
    await expect(build).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('start with the end token where they have no start token', async () => {
    const { causalFolder } = checkpoints();
    editJson(join(causalFolder, 'config.json'), { bos_token_id: null, eos_token_id: [2, 7] });
    const manifest = await buildTinyPack({ causalFolder, outFolder: join(newFolder(), 'pack') });
    expect(manifest.roles.causal?.startId).toBe(2);
  });
});
