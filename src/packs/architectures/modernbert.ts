/**
 * Draws the graphs of a ModernBERT checkpoint with its masked-language-model head.
 *
 * Follows `ModernBertForMaskedLM` of Hugging Face transformers in float32, eager attention. The residual is kept as
 * (T, D). There is no attention mask: a prompt comes alone and with its exact length. The first layer has no
 * attention norm, because the embedding is normalised already.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { maskedBackboneContract } from '../onnx/graph-contract.ts';
import { drawLinear } from './linear.ts';
import type { Architecture, ModelPlan } from './model-plan.ts';
import { type LayerType, parseModernBertConfig } from './modernbert-config.ts';
import {
  drawFeedForward,
  drawNorm,
  drawNormedEmbedding,
  drawOutputLayer,
  drawPredictionHead,
  harmlessTensors,
  type ModernBertDrawing,
} from './modernbert-parts.ts';
import { type RotaryTables, rotaryTables } from './rotary.ts';

/** `ModernBertForMaskedLM`. */
export const modernBert: Architecture = {
  name: 'ModernBertForMaskedLM',
  role: 'masked',
  harmlessTensors,
  plan,
};

/** What attention adds for the layer's type: tables, and a bias (1, 1, T, T) or `''`. */
type LayerContext = { readonly tables: RotaryTables; readonly bias: string };

const lowestFloat = -3.4028234663852886e38;

function plan({ config: json, tensors }: Checkpoint): ModelPlan {
  const config = parseModernBertConfig(json);
  return {
    shape: config.shape,
    vocabularyRows: config.vocabularyRows,
    maxContextLength: config.maxContextLength,
    drawBackbone: (graph, positionCount) => drawBackbone({ graph, tensors, config }, positionCount),
    drawHead: (graph, vocabularySize) =>
      drawOutputLayer(graph, { tensors, config }, vocabularySize),
  };
}

function drawBackbone(drawing: ModernBertDrawing, positionCount: number): void {
  const { graph, config } = drawing;
  const { hiddenSize } = config.shape;
  const contract = maskedBackboneContract(config.shape);
  for (const input of contract.inputs) graph.input(input);
  const contexts = drawLayerContexts(drawing, positionCount);
  let residual = drawNormedEmbedding(drawing);
  for (const [layer, type] of config.layerTypes.entries()) {
    const prefix = `model.layers.${layer}`;
    const attentionInput =
      layer === 0 ? residual : drawNorm(drawing, residual, `${prefix}.attn_norm`);
    const attended = drawAttention(drawing, attentionInput, `${prefix}.attn`, contexts(type));
    residual = drawFeedForward(drawing, graph.op('Add', [residual, attended]), prefix);
  }
  const transformed = drawPredictionHead(drawing, residual, 'head');
  graph.op('Reshape', [transformed, graph.ints(1, -1, hiddenSize)], {}, 'hidden');
  for (const output of contract.outputs) graph.output(output);
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
    const tables = rotaryTables(graph, config.ropes[type], { positionCount, headSize });
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
