/**
 * What the configurations of Llama, OLMo and OLMo 2 share, in their older and newer forms.
 *
 * Knows `config.json`; knows no graph. Defaults that differ between the families are their own.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import type { CheckpointConfig } from '../checkpoint/checkpoint.ts';
import type { CausalHeads } from './causal-attention.ts';
import { checkHeadSize, count, layers, requireValue } from './model-config.ts';
import { oneForm, type RotarySettings, ropeParametersSchema, rotarySettings } from './rotary.ts';

/** Fields of all three. */
export const causalSchema = z.looseObject({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layers,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count.default(2048),
  rope_theta: z.number().positive().default(10_000),
  rope_scaling: ropeParametersSchema.nullish(),
  rope_parameters: ropeParametersSchema.nullish(),
  attention_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.string().default('silu'),
});

/** The shared part of a configuration, checked. */
export type CausalConfig = {
  readonly heads: CausalHeads;
  readonly intermediateSize: number;
  readonly vocabularyRows: number;
  readonly maxContextLength: number;
  readonly rotary: RotarySettings;
  readonly attentionBias: boolean;
  readonly tiedEmbeddings: boolean;
};

/**
 * @param config - parsed by a schema that extends `causalSchema`. @param json - the whole of `config.json`.
 * @throws InfillError INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT.
 */
export function causalConfigOf(
  config: z.infer<typeof causalSchema>,
  json: CheckpointConfig,
): CausalConfig {
  requireValue('hidden_act', config.hidden_act, ['silu', 'swish']);
  requireValue('sliding_window', json.sliding_window ?? null, [null]);
  return {
    heads: headsOf(config),
    intermediateSize: config.intermediate_size,
    vocabularyRows: config.vocab_size,
    maxContextLength: config.max_position_embeddings,
    // Older configurations keep the base beside the scaling, newer ones put both into rope_parameters.
    rotary: rotarySettings(oneForm(config.rope_parameters, config.rope_scaling), config.rope_theta),
    attentionBias: config.attention_bias,
    tiedEmbeddings: config.tie_word_embeddings,
  };
}

/** ONNX Runtime's attention over a cache takes heads whose size is a multiple of this. */
const cachedHeadUnit = 8;

/** The heads, with the size that each has in the cache. */
export function cachedHeads(
  shape: Omit<CausalHeads['shape'], 'headSize'>,
  size: number,
): CausalHeads {
  const headSize = checkHeadSize(size);
  const cachedSize = Math.ceil(headSize / cachedHeadUnit) * cachedHeadUnit;
  return { shape: { ...shape, headSize: cachedSize }, headSize };
}

function headsOf(config: z.infer<typeof causalSchema>): CausalHeads {
  const headCount = config.num_attention_heads;
  const keyValueHeadCount = config.num_key_value_heads ?? headCount;
  if (headCount % keyValueHeadCount !== 0) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `${headCount} attention heads cannot share ${keyValueHeadCount} key/value heads evenly.`,
    );
  }
  const { num_hidden_layers: layerCount, hidden_size: hiddenSize } = config;
  const shape = { layerCount, hiddenSize, headCount, keyValueHeadCount };
  return cachedHeads(shape, config.head_dim ?? hiddenSize / headCount);
}
