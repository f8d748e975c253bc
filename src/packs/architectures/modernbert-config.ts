/**
 * The configuration of a ModernBERT checkpoint, bidirectional or causal, in its older and newer forms.
 *
 * Knows `config.json`; knows no graph. Defaults are those of Hugging Face transformers.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import type { CheckpointConfig } from '../checkpoint/checkpoint.ts';
import { checkHeadSize, count, layers, parseConfig, requireValue } from './model-config.ts';
import type { ModelShape } from './model-plan.ts';
import { oneForm, type RotarySettings, ropeParametersSchema, rotarySettings } from './rotary.ts';

const layerType = z.enum(['full_attention', 'sliding_attention']);

const schema = z.looseObject({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layers,
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count.default(8192),
  norm_eps: z.number().positive().default(1e-5),
  norm_bias: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  classifier_bias: z.boolean().default(false),
  decoder_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
  hidden_activation: z.string().default('gelu'),
  classifier_activation: z.string().default('gelu'),
  local_attention: count.default(128),
  layer_types: z.array(layerType).nullish(),
  global_attn_every_n_layers: count.default(3),
  rope_parameters: z
    .looseObject({
      full_attention: ropeParametersSchema.nullish(),
      sliding_attention: ropeParametersSchema.nullish(),
    })
    .nullish(),
  rope_scaling: ropeParametersSchema.nullish(),
  global_rope_theta: z.number().positive().default(160_000),
  local_rope_theta: z.number().positive().nullable().default(10_000),
});

/** How a layer attends. */
export type LayerType = z.infer<typeof layerType>;

/** A ModernBERT configuration, checked. */
export type ModernBertConfig = {
  readonly shape: ModelShape;
  readonly intermediateSize: number;
  readonly vocabularyRows: number;
  readonly maxContextLength: number;
  readonly normEpsilon: number;
  readonly normBias: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly classifierBias: boolean;
  readonly decoderBias: boolean;
  readonly tiedEmbeddings: boolean;
  /** One per layer. */
  readonly layerTypes: readonly LayerType[];
  /**
   * A bidirectional sliding layer sees positions at most this far away, on either side; a causal one this many, its own
   * included.
   */
  readonly slidingReach: number;
  readonly ropes: Readonly<Record<LayerType, RotarySettings>>;
};

/**
 * @param followed - as of `parseConfig`.
 * @throws InfillError INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT.
 */
export function parseModernBertConfig(
  json: CheckpointConfig,
  followed: readonly string[] = [],
): ModernBertConfig {
  const config = parseConfig(schema, json, followed);
  requireValue('hidden_activation', config.hidden_activation, ['gelu']);
  requireValue('classifier_activation', config.classifier_activation, ['gelu']);
  const slidingReach = Math.floor(config.local_attention / 2);
  requireValue('sliding_window', json.sliding_window ?? null, [null, slidingReach]);
  return {
    shape: shapeOf(config),
    intermediateSize: config.intermediate_size,
    vocabularyRows: config.vocab_size,
    maxContextLength: config.max_position_embeddings,
    normEpsilon: config.norm_eps,
    normBias: config.norm_bias,
    attentionBias: config.attention_bias,
    mlpBias: config.mlp_bias,
    classifierBias: config.classifier_bias,
    decoderBias: config.decoder_bias,
    tiedEmbeddings: config.tie_word_embeddings,
    layerTypes: layerTypesOf(config),
    slidingReach,
    ropes: ropesOf(config),
  };
}

type ParsedConfig = z.infer<typeof schema>;

function shapeOf(config: ParsedConfig): ModelShape {
  const headCount = config.num_attention_heads;
  return {
    layerCount: config.num_hidden_layers,
    hiddenSize: config.hidden_size,
    headCount,
    keyValueHeadCount: headCount,
    headSize: checkHeadSize(config.hidden_size / headCount),
  };
}

function layerTypesOf(config: ParsedConfig): LayerType[] {
  const {
    num_hidden_layers: layerCount,
    global_attn_every_n_layers: period,
    layer_types: types,
  } = config;
  if (!types) {
    return Array.from({ length: layerCount }, (_, layer) =>
      layer % period === 0 ? 'full_attention' : 'sliding_attention',
    );
  }
  if (types.length !== layerCount) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `layer_types names ${types.length} layers; num_hidden_layers is ${layerCount}.`,
    );
  }
  return types;
}

function ropesOf(config: ParsedConfig): Record<LayerType, RotarySettings> {
  const {
    rope_parameters: parameters,
    rope_scaling: scaling,
    global_rope_theta: global,
    local_rope_theta: local,
  } = config;
  oneForm(parameters, scaling);
  return {
    full_attention: rotarySettings(parameters?.full_attention ?? scaling, global),
    sliding_attention: rotarySettings(parameters?.sliding_attention ?? scaling, local ?? global),
  };
}
