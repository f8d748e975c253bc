/**
 * Draws the graphs of a Llama checkpoint.
 *
 * Follows `LlamaForCausalLM` of Hugging Face transformers in float32. The residual is kept as (T, D); query, key and
 * value weights of a layer are one Gemm, and so are gate and up. Keys are rotated before attention, because the
 * rotated ones are what a cache holds.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { causalBackboneContract, pastNames } from '../onnx/graph-contract.ts';
import { type Drawing, drawHead, drawLinear } from './linear.ts';
import { type LlamaConfig, parseLlamaConfig } from './llama-config.ts';
import type { Architecture, ModelPlan } from './model-plan.ts';
import { type RotaryTables, rotaryTables } from './rotary.ts';

/** `LlamaForCausalLM`. */
export const llama: Architecture = {
  name: 'LlamaForCausalLM',
  role: 'causal',
  harmlessTensors: /^lm_head\.weight$|\.rotary_emb\.inv_freq$/,
  plan,
};

type LlamaDrawing = Drawing & { readonly config: LlamaConfig };
type Attention = { readonly output: string; readonly key: string; readonly value: string };

const embeddingName = 'model.embed_tokens.weight';

function plan({ config: json, tensors }: Checkpoint): ModelPlan {
  const config = parseLlamaConfig(json);
  const { shape, vocabularyRows, tiedEmbeddings } = config;
  return {
    shape,
    vocabularyRows,
    maxContextLength: config.maxContextLength,
    drawBackbone: (graph, positionCount) => drawBackbone({ graph, tensors, config }, positionCount),
    drawHead: (graph, vocabularySize) => {
      const { hiddenSize } = shape;
      const name = tiedEmbeddings ? embeddingName : 'lm_head.weight';
      const weight = tensors.take(name, [vocabularyRows, hiddenSize]);
      drawHead(graph, { weight, bias: null, hiddenSize, vocabularySize });
    },
  };
}

function drawBackbone(drawing: LlamaDrawing, positionCount: number): void {
  const { graph, config } = drawing;
  const { layerCount, hiddenSize } = config.shape;
  const contract = causalBackboneContract(config.shape);
  for (const input of contract.inputs) graph.input(input);
  const tables = rotaryTables(graph, config.ropeBase, { positionCount, headSize: config.headSize });
  const keysAndValues: string[] = [];
  let residual = drawEmbedding(drawing);
  for (let layer = 0; layer < layerCount; layer++) {
    const prefix = `model.layers.${layer}`;
    const attentionInput = drawNorm(drawing, residual, `${prefix}.input_layernorm`);
    const attention = drawAttention(drawing, layer, attentionInput, tables);
    keysAndValues.push(attention.key, attention.value);
    residual = graph.op('Add', [residual, attention.output]);
    const mlpInput = drawNorm(drawing, residual, `${prefix}.post_attention_layernorm`);
    residual = graph.op('Add', [residual, drawMlp(drawing, mlpInput, `${prefix}.mlp`)]);
  }
  const normed = drawNorm(drawing, residual, 'model.norm');
  graph.op('Reshape', [normed, graph.ints(1, -1, hiddenSize)], {}, 'hidden');
  drawNewKeysValues(drawing, keysAndValues);
  for (const output of contract.outputs) graph.output(output);
}

function drawEmbedding({ graph, tensors, config }: LlamaDrawing): string {
  const shape = [config.vocabularyRows, config.shape.hiddenSize];
  const table = graph.weight([tensors.take(embeddingName, shape)], shape);
  return graph.op('Gather', [table, graph.op('Reshape', ['input_ids', graph.ints(-1)])]); // (T, D)
}

/** RMS norm. */
function drawNorm({ graph, tensors, config }: LlamaDrawing, input: string, name: string): string {
  const shape = [config.shape.hiddenSize];
  const weight = graph.weight([tensors.take(`${name}.weight`, shape)], shape);
  const epsilon = { float: config.normEpsilon };
  return graph.op('SimplifiedLayerNormalization', [input, weight], { axis: -1, epsilon });
}

/** @param input - (T, D). @returns output (T, D), rotated key and value (1, T, Hk·hd). */
function drawAttention(
  drawing: LlamaDrawing,
  layer: number,
  input: string,
  tables: RotaryTables,
): Attention {
  const { graph, config } = drawing;
  const { hiddenSize, headCount, keyValueHeadCount } = config.shape;
  const prefix = `model.layers.${layer}.self_attn`;
  const [querySize, keySize] = [headCount, keyValueHeadCount].map((n) => n * config.headSize) as [
    number,
    number,
  ];
  const joined = drawLinear(
    drawing,
    input,
    [
      { name: `${prefix}.q_proj`, size: querySize },
      { name: `${prefix}.k_proj`, size: keySize },
      { name: `${prefix}.v_proj`, size: keySize },
    ],
    { width: hiddenSize, bias: config.attentionBias },
  );
  const batched = graph.op('Reshape', [joined, graph.ints(1, -1, querySize + 2 * keySize)]);
  const [query, key, value] = graph.split(batched, [querySize, keySize, keySize], 2);
  const rotate = (states: string, heads: number) => {
    const inputs = [states, 'position_offset', tables.cosines, tables.sines];
    return padHeads(drawing, graph.op('RotaryEmbedding', inputs, { num_heads: heads }), heads);
  };
  const rotatedKey = rotate(key, keyValueHeadCount);
  const paddedValue = padHeads(drawing, value, keyValueHeadCount);
  const states = [rotate(query, headCount), rotatedKey, paddedValue];
  const attended = drawCachedAttention(drawing, layer, states);
  const output = drawLinear(drawing, attended, [{ name: `${prefix}.o_proj`, size: hiddenSize }], {
    width: querySize,
    bias: config.attentionBias,
  });
  return { output, key: rotatedKey, value: paddedValue };
}

/** Zeros behind each head up to its size in the cache: they change no dot product, and values of zero no output. */
function padHeads({ graph, config }: LlamaDrawing, states: string, heads: number): string {
  const { headSize, shape } = config;
  if (headSize === shape.headSize) return states;
  const perHead = graph.op('Reshape', [states, graph.ints(1, -1, heads, headSize)]);
  const ends = graph.ints(0, 0, 0, 0, 0, 0, 0, shape.headSize - headSize);
  const padded = graph.op('Pad', [perHead, ends]);
  return graph.op('Reshape', [padded, graph.ints(1, -1, heads * shape.headSize)]);
}

/** @param states - query, key and value of the fed positions. @returns (T, H·hd), padding removed. */
function drawCachedAttention(
  { graph, config }: LlamaDrawing,
  layer: number,
  states: readonly string[],
): string {
  const { headSize, shape } = config;
  const { headCount, keyValueHeadCount } = shape;
  const attended = `attended_${layer}`;
  // The operator insists on returning the whole cache; nothing reads it.
  graph.opInto(
    'GroupQueryAttention',
    [...states, ...pastNames(layer), 'seqlens_k', 'total_sequence_length'],
    [attended, `present_key_${layer}`, `present_value_${layer}`],
    {
      num_heads: headCount,
      kv_num_heads: keyValueHeadCount,
      do_rotary: 0,
      scale: { float: 1 / Math.sqrt(headSize) },
    },
  );
  const flatShape = graph.ints(-1, headCount * headSize);
  if (headSize === shape.headSize) return graph.op('Reshape', [attended, flatShape]);
  const perHead = graph.op('Reshape', [attended, graph.ints(-1, headCount, shape.headSize)]);
  const cut = graph.op('Slice', [perHead, graph.ints(0), graph.ints(headSize), graph.ints(2)]);
  return graph.op('Reshape', [cut, flatShape]);
}

/** down(silu(gate(x)) · up(x)). @param input - (T, D). @returns (T, D). */
function drawMlp(drawing: LlamaDrawing, input: string, prefix: string): string {
  const { graph, config } = drawing;
  const { intermediateSize: inner, mlpBias: bias } = config;
  const { hiddenSize } = config.shape;
  const joined = drawLinear(
    drawing,
    input,
    [
      { name: `${prefix}.gate_proj`, size: inner },
      { name: `${prefix}.up_proj`, size: inner },
    ],
    { width: hiddenSize, bias },
  );
  const [gate, up] = graph.split(joined, [inner, inner], 1);
  // QuickGelu with alpha 1 is x · sigmoid(x), which is silu.
  const activated = graph.op('QuickGelu', [gate], { alpha: { float: 1 } });
  const product = graph.op('Mul', [activated, up]);
  return drawLinear(drawing, product, [{ name: `${prefix}.down_proj`, size: hiddenSize }], {
    width: inner,
    bias,
  });
}

/** @param keysAndValues - key and value of each layer, (1, T, Hk·hd). */
function drawNewKeysValues(
  { graph, config }: LlamaDrawing,
  keysAndValues: readonly string[],
): void {
  const { layerCount, keyValueHeadCount, headSize } = config.shape;
  const joined = graph.op('Concat', keysAndValues, { axis: 2 }); // (1, T, 2L·Hk·hd)
  const rows = 2 * layerCount * keyValueHeadCount;
  const byPosition = graph.op('Reshape', [joined, graph.ints(-1, rows, headSize)]); // (T, 2L·Hk, hd)
  const byHead = graph.op('Transpose', [byPosition], { perm: [1, 0, 2] });
  const shape = graph.ints(2 * layerCount, keyValueHeadCount, -1, headSize);
  graph.op('Reshape', [byHead, shape], {}, 'new_keys_values');
}
