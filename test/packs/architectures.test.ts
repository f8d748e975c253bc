/**
 * Graphs of every configuration of the supported architectures against the plain reference.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyCheckpoint } from '../../src/packs/verify-checkpoint.ts';
import { appendExpected, readTestTensors } from '../support/expected-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type ConfigOverrides,
  writeTinyLlama,
  writeTinyModernBert,
} from '../support/tiny-checkpoint.ts';
import { llamaReference, modernBertReference } from './reference-model.ts';

const root = temporaryFolder();

const ids = Array.from({ length: 24 }, (_, i) => 4 + ((i * 67) % 280));
const golden = join(import.meta.dirname, '../fixtures/golden');

describe('golden checkpoints', () => {
  // Float32 rounding gives 2e-6 here; 2e-5 leaves room for other processors and none for a mistake.
  it.each(['llama-gqa', 'modernbert'])(
    '%s gives what the reference implementation gave',
    async (name) => {
      const { hiddenDifference, logitsDifference } = await verifyCheckpoint(join(golden, name));
      expect(hiddenDifference).toBeLessThan(2e-5);
      expect(logitsDifference).toBeLessThan(2e-5);
    },
  );
});

const llamaCases: readonly [string, ConfigOverrides][] = [
  ['every head with its own keys', {}],
  ['heads that share keys and values', { num_key_value_heads: 2 }],
  ['one key/value head', { num_key_value_heads: 1 }],
  ['a head size that is not hidden size / heads', { head_dim: 24, num_key_value_heads: 2 }],
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
