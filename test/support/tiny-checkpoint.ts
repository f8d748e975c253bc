/**
 * Writes small checkpoints with random weights and a byte-level tokenizer, in Hugging Face layout.
 *
 * The same options give the same bytes. Token ids: 0 pad, 1 start, 2 end, 3 mask, 4 to 259 the bytes, then merges.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestElementType, type TestTensor, writeSafetensors } from './safetensors-file.ts';
import { tinyTokenizer } from './tiny-tokenizer.ts';

/** Fields put over the default `config.json`; they decide names and shapes of the tensors too. */
export type ConfigOverrides = Readonly<Record<string, unknown>>;

/** What both checkpoints of a pair have in common. */
export type TinyOptions = {
  readonly seed: number;
  readonly layers?: number;
  readonly hiddenSize?: number;
  readonly heads?: number;
  /** At least 260; ids above 260 are merges of two bytes. */
  readonly vocabularySize?: number;
  readonly contextLength?: number;
  readonly type?: TestElementType;
};

/** Where the pair lies. */
export type TinyCheckpoints = { readonly causalFolder: string; readonly maskedFolder: string };

/** Writes a Llama and a ModernBERT checkpoint that share a vocabulary into new folders inside `folder`. */
export function writeTinyCheckpoints(folder: string, options: TinyOptions): TinyCheckpoints {
  const causalFolder = join(folder, 'causal');
  const maskedFolder = join(folder, 'masked');
  writeTinyLlama(causalFolder, options);
  writeTinyModernBert(maskedFolder, { ...options, seed: options.seed + 1 });
  return { causalFolder, maskedFolder };
}

/** Writes a Llama checkpoint; `config` may ask for biases, untied embeddings, other head counts. */
export function writeTinyLlama(
  folder: string,
  options: TinyOptions,
  config: ConfigOverrides = {},
): void {
  const hidden = options.hiddenSize ?? 32;
  const heads = options.heads ?? 4;
  const full = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: hidden,
    intermediate_size: 2 * hidden,
    num_hidden_layers: options.layers ?? 2,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    head_dim: hidden / heads,
    max_position_embeddings: options.contextLength ?? 128,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: true,
    vocab_size: options.vocabularySize ?? 288,
    bos_token_id: 1,
    eos_token_id: 2,
    ...config,
  };
  writeCheckpoint(folder, full, llamaShapes(full), options);
}

/** Writes a ModernBERT checkpoint; `config` may ask for biases, an untied decoder, other layer types. */
export function writeTinyModernBert(
  folder: string,
  options: TinyOptions,
  config: ConfigOverrides = {},
): void {
  const hidden = options.hiddenSize ?? 32;
  const full = {
    architectures: ['ModernBertForMaskedLM'],
    model_type: 'modernbert',
    hidden_activation: 'gelu',
    classifier_activation: 'gelu',
    hidden_size: hidden,
    intermediate_size: 2 * hidden,
    num_hidden_layers: options.layers ?? 2,
    num_attention_heads: options.heads ?? 4,
    max_position_embeddings: options.contextLength ?? 128,
    norm_eps: 1e-5,
    norm_bias: false,
    attention_bias: false,
    mlp_bias: false,
    classifier_bias: false,
    decoder_bias: true,
    tie_word_embeddings: true,
    local_attention: 8,
    global_attn_every_n_layers: 2,
    global_rope_theta: 160000,
    local_rope_theta: 10000,
    vocab_size: options.vocabularySize ?? 288,
    bos_token_id: 1,
    eos_token_id: 2,
    ...config,
  };
  writeCheckpoint(folder, full, modernBertShapes(full), options);
}

type Shapes = Map<string, readonly number[]>;
type LlamaFields = Readonly<
  Record<
    | 'hidden_size'
    | 'intermediate_size'
    | 'num_hidden_layers'
    | 'num_attention_heads'
    | 'num_key_value_heads'
    | 'head_dim'
    | 'vocab_size',
    number
  > &
    Record<'attention_bias' | 'mlp_bias' | 'tie_word_embeddings', boolean>
>;
type ModernBertFields = Readonly<
  Record<'hidden_size' | 'intermediate_size' | 'num_hidden_layers' | 'vocab_size', number> &
    Record<
      | 'norm_bias'
      | 'attention_bias'
      | 'mlp_bias'
      | 'classifier_bias'
      | 'decoder_bias'
      | 'tie_word_embeddings',
      boolean
    >
>;

function linear(
  shapes: Shapes,
  name: string,
  shape: readonly [number, number],
  bias: boolean,
): void {
  shapes.set(`${name}.weight`, shape);
  if (bias) shapes.set(`${name}.bias`, [shape[0]]);
}

function llamaShapes(config: LlamaFields): Shapes {
  const { hidden_size: hidden, intermediate_size: inner, head_dim: headSize } = config;
  const shapes: Shapes = new Map([['model.embed_tokens.weight', [config.vocab_size, hidden]]]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const bias = config.attention_bias;
    linear(
      shapes,
      `${prefix}.self_attn.q_proj`,
      [config.num_attention_heads * headSize, hidden],
      bias,
    );
    linear(
      shapes,
      `${prefix}.self_attn.k_proj`,
      [config.num_key_value_heads * headSize, hidden],
      bias,
    );
    linear(
      shapes,
      `${prefix}.self_attn.v_proj`,
      [config.num_key_value_heads * headSize, hidden],
      bias,
    );
    linear(
      shapes,
      `${prefix}.self_attn.o_proj`,
      [hidden, config.num_attention_heads * headSize],
      bias,
    );
    linear(shapes, `${prefix}.mlp.gate_proj`, [inner, hidden], config.mlp_bias);
    linear(shapes, `${prefix}.mlp.up_proj`, [inner, hidden], config.mlp_bias);
    linear(shapes, `${prefix}.mlp.down_proj`, [hidden, inner], config.mlp_bias);
    shapes.set(`${prefix}.input_layernorm.weight`, [hidden]);
    shapes.set(`${prefix}.post_attention_layernorm.weight`, [hidden]);
  }
  shapes.set('model.norm.weight', [hidden]);
  if (!config.tie_word_embeddings) shapes.set('lm_head.weight', [config.vocab_size, hidden]);
  return shapes;
}

function modernBertShapes(config: ModernBertFields): Shapes {
  const { hidden_size: hidden, intermediate_size: inner, vocab_size: rows } = config;
  const shapes: Shapes = new Map([['model.embeddings.tok_embeddings.weight', [rows, hidden]]]);
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [hidden]);
    if (config.norm_bias) shapes.set(`${name}.bias`, [hidden]);
  };
  norm('model.embeddings.norm');
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    if (layer > 0) norm(`${prefix}.attn_norm`);
    linear(shapes, `${prefix}.attn.Wqkv`, [3 * hidden, hidden], config.attention_bias);
    linear(shapes, `${prefix}.attn.Wo`, [hidden, hidden], config.attention_bias);
    norm(`${prefix}.mlp_norm`);
    linear(shapes, `${prefix}.mlp.Wi`, [2 * inner, hidden], config.mlp_bias);
    linear(shapes, `${prefix}.mlp.Wo`, [hidden, inner], config.mlp_bias);
  }
  norm('model.final_norm');
  linear(shapes, 'head.dense', [hidden, hidden], config.classifier_bias);
  norm('head.norm');
  if (!config.tie_word_embeddings) shapes.set('decoder.weight', [rows, hidden]);
  if (config.decoder_bias) shapes.set('decoder.bias', [rows]);
  return shapes;
}

function writeCheckpoint(
  folder: string,
  config: Readonly<Record<string, unknown>> & { readonly vocab_size: number },
  shapes: Shapes,
  { seed, type }: TinyOptions,
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config, null, 2));
  writeSafetensors(join(folder, 'model.safetensors'), randomTensors(shapes, seed), type);
  const tokenizer = tinyTokenizer(config.vocab_size);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
}

/** Norm weights lie around 1, the others around 0, so that values keep their size through the layers. */
export function randomTensors(shapes: Shapes, seed: number): Map<string, TestTensor> {
  const random = seededRandom(seed);
  const tensors = new Map<string, TestTensor>();
  for (const [name, shape] of shapes) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const center = /norm\.weight$/.test(name) ? 1 : 0;
    const spread = shape.length === 2 ? 2 / Math.sqrt(shape.at(-1) ?? 1) : 0.2;
    const values = Float32Array.from({ length: size }, () => center + spread * (2 * random() - 1));
    tensors.set(name, { shape, values });
  }
  return tensors;
}

/** Uniform in [0, 1), from a 32-bit counter (Mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
