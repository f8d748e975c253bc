/**
 * Draws the graphs of a ModernBERT checkpoint with its masked-language-model head.
 *
 * Follows `ModernBertForMaskedLM` of Hugging Face transformers in float32, eager attention. The residual is kept as
 * (T, D). There is no attention mask: a prompt comes alone and with its exact length. The first layer has no
 * attention norm, because the embedding is normalised already.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { maskedBackboneContract } from '../onnx/graph-contract.ts';
import { type Drawing, drawHead, drawLinear } from './linear.ts';
import type { Architecture, ModelPlan } from './model-plan.ts';
import {
  type LayerType,
  type ModernBertConfig,
  parseModernBertConfig,
} from './modernbert-config.ts';
import { type RotaryTables, rotaryTables } from './rotary.ts';

/** `ModernBertForMaskedLM`. */
export const modernBert: Architecture = {
  name: 'ModernBertForMaskedLM',
  role: 'masked',
  harmlessTensors: /^decoder\.weight$|\.rotary_emb\..*inv_freq$/,
  plan,
};

type ModernBertDrawing = Drawing & { readonly config: ModernBertConfig };
/** What attention adds for the layer's type: tables, and a bias (1, 1, T, T) or `''`. */
type LayerContext = { readonly tables: RotaryTables; readonly bias: string };

const embeddingName = 'model.embeddings.tok_embeddings.weight';
const lowestFloat = -3.4028234663852886e38;

function plan({ config: json, tensors }: Checkpoint): ModelPlan {
  const config = parseModernBertConfig(json);
  const { shape, vocabularyRows, tiedEmbeddings, decoderBias } = config;
  return {
    shape,
    vocabularyRows,
    maxContextLength: config.maxContextLength,
    drawBackbone: (graph, positionCount) => drawBackbone({ graph, tensors, config }, positionCount),
    drawHead: (graph, vocabularySize) => {
      const { hiddenSize } = shape;
      const name = tiedEmbeddings ? embeddingName : 'decoder.weight';
      const weight = tensors.take(name, [vocabularyRows, hiddenSize]);
      const bias = decoderBias ? tensors.take('decoder.bias', [vocabularyRows]) : null;
      drawHead(graph, { weight, bias, hiddenSize, vocabularySize });
    },
  };
}

function drawBackbone(drawing: ModernBertDrawing, positionCount: number): void {
  const { graph, config } = drawing;
  const { hiddenSize } = config.shape;
  const contract = maskedBackboneContract(config.shape);
  for (const input of contract.inputs) graph.input(input);
  const contexts = drawLayerContexts(drawing, positionCount);
  let residual = drawEmbedding(drawing);
  for (const [layer, type] of config.layerTypes.entries()) {
    const prefix = `model.layers.${layer}`;
    const attentionInput =
      layer === 0 ? residual : drawNorm(drawing, residual, `${prefix}.attn_norm`);
    const attended = drawAttention(drawing, attentionInput, `${prefix}.attn`, contexts(type));
    residual = graph.op('Add', [residual, attended]);
    const mlpInput = drawNorm(drawing, residual, `${prefix}.mlp_norm`);
    residual = graph.op('Add', [residual, drawMlp(drawing, mlpInput, `${prefix}.mlp`)]);
  }
  const transformed = drawPredictionHead(drawing, drawNorm(drawing, residual, 'model.final_norm'));
  graph.op('Reshape', [transformed, graph.ints(1, -1, hiddenSize)], {}, 'hidden');
  for (const output of contract.outputs) graph.output(output);
}

function drawEmbedding(drawing: ModernBertDrawing): string {
  const { graph, tensors, config } = drawing;
  const shape = [config.vocabularyRows, config.shape.hiddenSize];
  const table = graph.weight([tensors.take(embeddingName, shape)], shape);
  const rows = graph.op('Gather', [table, graph.op('Reshape', ['input_ids', graph.ints(-1)])]); // (T, D)
  return drawNorm(drawing, rows, 'model.embeddings.norm');
}

/** @returns the context of each layer type that occurs; the others are not drawn. */
function drawLayerContexts(
  drawing: ModernBertDrawing,
  positionCount: number,
): (type: LayerType) => LayerContext {
  const { graph, config } = drawing;
  const contexts = new Map<LayerType, LayerContext>();
  for (const type of new Set(config.layerTypes)) {
    const { headSize } = config.shape;
    const tables = rotaryTables(graph, config.ropeBases[type], { positionCount, headSize });
    contexts.set(type, {
      tables,
      bias: type === 'full_attention' ? '' : drawSlidingBias(drawing),
    });
  }
  return (type) => contexts.get(type) as LayerContext;
}

/** 0 where |i − j| is within reach, the lowest float elsewhere; (1, 1, T, T). */
function drawSlidingBias({ graph, config }: ModernBertDrawing): string {
  const length = graph.op('Squeeze', [
    graph.op('Shape', ['input_ids'], { start: 1, end: 2 }),
    graph.ints(0),
  ]);
  const positions = graph.op('Range', [graph.int(0), length, graph.int(1)]);
  const column = graph.op('Unsqueeze', [positions, graph.ints(1)]);
  const row = graph.op('Unsqueeze', [positions, graph.ints(0)]);
  const distance = graph.op('Abs', [graph.op('Sub', [column, row])]); // (T, T)
  const isFar = graph.op('Greater', [distance, graph.int(config.slidingReach)]);
  const bias = graph.op('Where', [isFar, graph.float(lowestFloat), graph.float(0)]);
  return graph.op('Unsqueeze', [bias, graph.ints(0, 1)]);
}

function drawNorm(
  { graph, tensors, config }: ModernBertDrawing,
  input: string,
  name: string,
): string {
  const shape = [config.shape.hiddenSize];
  const inputs = [input, graph.weight([tensors.take(`${name}.weight`, shape)], shape)];
  if (config.normBias) inputs.push(graph.weight([tensors.take(`${name}.bias`, shape)], shape));
  return graph.op('LayerNormalization', inputs, {
    axis: -1,
    epsilon: { float: config.normEpsilon },
  });
}

/** @param input - (T, D). @returns (T, D). */
function drawAttention(
  drawing: ModernBertDrawing,
  input: string,
  prefix: string,
  { tables, bias }: LayerContext,
): string {
  const { graph, config } = drawing;
  const { hiddenSize, headCount } = config.shape;
  const linear = { width: hiddenSize, bias: config.attentionBias };
  const joined = drawLinear(
    drawing,
    input,
    [{ name: `${prefix}.Wqkv`, size: 3 * hiddenSize }],
    linear,
  );
  const batched = graph.op('Reshape', [joined, graph.ints(1, -1, 3 * hiddenSize)]);
  const [query, key, value] = graph.split(batched, [hiddenSize, hiddenSize, hiddenSize], 2);
  const rotate = (states: string) =>
    graph.op('RotaryEmbedding', [states, graph.ints(0), tables.cosines, tables.sines], {
      num_heads: headCount,
    });
  const inputs = [rotate(query), rotate(key), value, ...(bias === '' ? [] : ['', '', bias])];
  const attended = graph.op('MultiHeadAttention', inputs, { num_heads: headCount });
  const flat = graph.op('Reshape', [attended, graph.ints(-1, hiddenSize)]);
  return drawLinear(drawing, flat, [{ name: `${prefix}.Wo`, size: hiddenSize }], linear);
}

/** Wo(gelu(x₁) · x₂), where x₁ and x₂ are the halves of Wi(x). @param input - (T, D). @returns (T, D). */
function drawMlp(drawing: ModernBertDrawing, input: string, prefix: string): string {
  const { graph, config } = drawing;
  const { intermediateSize: inner, mlpBias: bias } = config;
  const { hiddenSize } = config.shape;
  const joined = drawLinear(drawing, input, [{ name: `${prefix}.Wi`, size: 2 * inner }], {
    width: hiddenSize,
    bias,
  });
  const [activated, gate] = graph.split(joined, [inner, inner], 1);
  const product = graph.op('Mul', [graph.op('Gelu', [activated]), gate]);
  return drawLinear(drawing, product, [{ name: `${prefix}.Wo`, size: hiddenSize }], {
    width: inner,
    bias,
  });
}

/** norm(gelu(dense(x))). */
function drawPredictionHead(drawing: ModernBertDrawing, input: string): string {
  const { graph, config } = drawing;
  const { hiddenSize } = config.shape;
  const dense = drawLinear(drawing, input, [{ name: 'head.dense', size: hiddenSize }], {
    width: hiddenSize,
    bias: config.classifierBias,
  });
  return drawNorm(drawing, graph.op('Gelu', [dense]), 'head.norm');
}
