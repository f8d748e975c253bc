/**
 * Graphs of every configuration of the supported architectures against the plain reference.
 */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModels } from '../../src/model/open-models.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { verifyCheckpoint } from '../../src/packs/verify-checkpoint.ts';
import { appendExpected, readTestTensors } from '../support/expected-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type ConfigOverrides,
  writeTinyLlama,
  writeTinyModernBert,
} from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';
import { tinyTokenizer } from '../support/tiny-tokenizer.ts';
import { llamaReference, modernBertReference } from './reference-model.ts';

const root = temporaryFolder();

const ids = Array.from({ length: 24 }, (_, i) => 4 + ((i * 67) % 280));
/** Longer than any sliding window of the golden checkpoints. */
const longIds = Array.from({ length: 60 }, (_, i) => 4 + ((i * 67) % 280));
const pieceStarts = [0, 5, 6, 20, 24, 25, 26, 57];
const golden = join(import.meta.dirname, '../fixtures/golden');
const goldens = readdirSync(golden, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('golden checkpoints', () => {
  // Float32 rounding gives 2e-6 here; 2e-5 leaves room for other processors and none for a mistake.
  it.each(goldens)('%s gives what the reference implementation gave', async (name) => {
    const { hiddenDifference, logitsDifference } = await verifyCheckpoint(join(golden, name));
    expect(hiddenDifference).toBeLessThan(2e-5);
    expect(logitsDifference).toBeLessThan(2e-5);
  });
});

const llamaCases: readonly [string, ConfigOverrides][] = [
  ['every head with its own keys', {}],
  ['heads that share keys and values', { num_key_value_heads: 2 }],
  ['one key/value head', { num_key_value_heads: 1 }],
  ['a head size that is not hidden size / heads', { head_dim: 24, num_key_value_heads: 2 }],
  ['a head size of 4', { head_dim: 4 }],
  ['a head size of 20 and shared keys', { head_dim: 20, num_key_value_heads: 2 }],
  ['an untied head', { tie_word_embeddings: false }],
  ['biases', { attention_bias: true, mlp_bias: true }],
  ['another epsilon and rotary base', { rms_norm_eps: 1e-2, rope_theta: 500 }],
  ['one layer', { num_hidden_layers: 1 }],
  ['three layers and a narrow middle', { num_hidden_layers: 3, intermediate_size: 20 }],
];

describe('Llama', () => {
  it.each(llamaCases)('agrees with the plain reference: %s', async (name, config) => {
    const folder = join(root, `llama ${name}`.replaceAll(/\W+/g, '-'));
    writeTinyLlama(folder, { seed: 11 }, config);
    appendExpected(folder, [ids], llamaReference(readModel(folder), ids));
    const { hiddenDifference, logitsDifference } = await verifyCheckpoint(folder);
    expect(hiddenDifference).toBeLessThan(2e-5);
    expect(logitsDifference).toBeLessThan(2e-5);
  });
});

describe('a Llama cache', () => {
  // A head of 4 is padded to 8 in the cache; the numbers that come out must not know.
  it.each([4, 8])('gives the same rows however the text is cut, head size %i', async (headSize) => {
    const causalFolder = join(root, `cached-${headSize}`, 'causal');
    writeTinyLlama(causalFolder, { seed: 13 }, { head_dim: headSize });
    const { whole, inPieces } = await readTwice(causalFolder, longIds);
    expect(inPieces).toEqual(whole);
  });
});

describe('the cache of every causal golden checkpoint', () => {
  it.each(goldens.filter((name) => name !== 'modernbert'))(
    'gives the same rows however the text is cut: %s',
    async (name) => {
      const folder = join(root, `golden-${name}`, 'causal');
      cpSync(join(golden, name), folder, { recursive: true });
      const { config } = readModel(folder);
      // One of them has an end that is beyond its vocabulary.
      const written = JSON.stringify({ ...config, bos_token_id: 1, eos_token_id: 2 });
      writeFileSync(join(folder, 'config.json'), written);
      const tokenizer = tinyTokenizer(config.vocab_size);
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
      const { whole, inPieces } = await readTwice(folder, longIds);
      expect(inPieces).toEqual(whole);
    },
  );
});

/** Hidden states of a text, fed as a whole and in pieces that end before, in and after a sliding window. */
async function readTwice(causalFolder: string, text: readonly number[]) {
  const outFolder = `${causalFolder}-pack`;
  await buildTinyPack({ causalFolder, outFolder });
  const { description } = await loadPackDescription(outFolder);
  const { causal, close } = await openModels(description, { device: 'cpu', threads: 1 });
  assert(causal !== null);
  const whole = await causal.forward(text, causal.createCache());
  const cache = causal.createCache();
  const inPieces: number[] = [];
  for (const [index, start] of pieceStarts.entries()) {
    const piece = text.slice(start, pieceStarts[index + 1]);
    inPieces.push(...(await causal.forward(piece, cache)));
  }
  await close();
  return { whole: [...whole], inPieces };
}

const modernBertCases: readonly [string, ConfigOverrides][] = [
  ['alternating layers', { num_hidden_layers: 4 }],
  ['global layers only', { global_attn_every_n_layers: 1 }],
  ['sliding layers after the first', { num_hidden_layers: 3, global_attn_every_n_layers: 3 }],
  ['an odd window', { local_attention: 6 }],
  ['a window wider than the text', { local_attention: 128 }],
  ['norm biases', { norm_bias: true }],
  [
    'biases everywhere',
    { norm_bias: true, attention_bias: true, mlp_bias: true, classifier_bias: true },
  ],
  ['no decoder bias', { decoder_bias: false }],
  ['an untied decoder', { tie_word_embeddings: false }],
  ['an untied decoder without bias', { tie_word_embeddings: false, decoder_bias: false }],
  ['two heads', { num_attention_heads: 2 }],
  ['a head size of 4', { num_attention_heads: 8 }],
  ['a head size of 6', { hidden_size: 24, num_attention_heads: 4 }],
  ['other rotary bases', { global_rope_theta: 300, local_rope_theta: 50 }],
];

describe('ModernBERT', () => {
  it.each(modernBertCases)('agrees with the plain reference: %s', async (name, config) => {
    const folder = join(root, `modernbert ${name}`.replaceAll(/\W+/g, '-'));
    writeTinyModernBert(folder, { seed: 12 }, config);
    appendExpected(folder, [ids], modernBertReference(readModel(folder), ids));
    const { hiddenDifference, logitsDifference } = await verifyCheckpoint(folder);
    expect(hiddenDifference).toBeLessThan(2e-5);
    expect(logitsDifference).toBeLessThan(2e-5);
  });
});

function readModel(folder: string) {
  return {
    tensors: readTestTensors(join(folder, 'model.safetensors')),
    config: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  };
}
