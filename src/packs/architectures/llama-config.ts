/**
 * The configuration of a Llama checkpoint, in its older and newer forms.
 *
 * Knows `config.json`; knows no graph. Defaults are those of Hugging Face transformers.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import type { CheckpointConfig } from '../checkpoint/checkpoint.ts';
import { checkHeadSize, count, layers, parseConfig, requireValue } from './model-config.ts';
import type { ModelShape } from './model-plan.ts';
import { ropeBase, ropeParametersSchema } from './rotary.ts';

const schema = z.looseObject({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layers,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().default(10_000),
  rope_scaling: ropeParametersSchema.nullish(),
  rope_parameters: ropeParametersSchema.nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.string().default('silu'),
});

/** A Llama configuration, checked. */
export type LlamaConfig = {
  /** Its head size is that of the cache: `headSize` and zeros up to a multiple of 8. */
  readonly shape: ModelShape;
  /** As the weights have it. */
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly vocabularyRows: number;
  readonly maxContextLength: number;
  readonly normEpsilon: number;
  readonly ropeBase: number;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly tiedEmbeddings: boolean;
};

/** @throws InfillError INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT. */
export function parseLlamaConfig(json: CheckpointConfig): LlamaConfig {
  const config = parseConfig(schema, json);
  requireValue('hidden_act', config.hidden_act, ['silu', 'swish']);
  requireValue('sliding_window', json.sliding_window ?? null, [null]);
  // Older configurations keep the base beside the scaling, newer ones put both into rope_parameters.
  ropeBase(config.rope_scaling, config.rope_theta);
  const headSize = checkHeadSize(
    config.head_dim ?? config.hidden_size / config.num_attention_heads,
  );
  return {
    shape: shapeOf(config, headSize),
    headSize,
    intermediateSize: config.intermediate_size,
    vocabularyRows: config.vocab_size,
    maxContextLength: config.max_position_embeddings,
    normEpsilon: config.rms_norm_eps,
    ropeBase: ropeBase(config.rope_parameters, config.rope_theta),
    attentionBias: config.attention_bias,
    mlpBias: config.mlp_bias,
    tiedEmbeddings: config.tie_word_embeddings,
  };
}

/** ONNX Runtime's attention over a cache takes heads whose size is a multiple of this. */
const cachedHeadUnit = 8;

function shapeOf(config: z.infer<typeof schema>, headSize: number): ModelShape {
  const headCount = config.num_attention_heads;
  const keyValueHeadCount = config.num_key_value_heads ?? headCount;
  if (headCount % keyValueHeadCount !== 0) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `${headCount} attention heads cannot share ${keyValueHeadCount} key/value heads evenly.`,
    );
  }
  return {
    layerCount: config.num_hidden_layers,
    hiddenSize: config.hidden_size,
    headCount,
    keyValueHeadCount,
    headSize: Math.ceil(headSize / cachedHeadUnit) * cachedHeadUnit,
  };
}
