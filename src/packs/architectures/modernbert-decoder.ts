/**
 * The causal form of ModernBERT, which is the decoder half of the Ettin pairs.
 *
 * Follows `ModernBertDecoderForCausalLM` of Hugging Face transformers in float32, eager attention. The first layer has
 * no attention norm, because the embedding is normalised already.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { type CausalDrawing, drawProjections, splitProjections } from './causal-attention.ts';
import { type Attend, drawCausalBackbone } from './causal-backbone.ts';
import { cachedHeads } from './causal-config.ts';
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

/** `ModernBertDecoderForCausalLM`. */
export const modernBertDecoder: Architecture = {
  name: 'ModernBertDecoderForCausalLM',
  role: 'causal',
  harmlessTensors,
  plan,
};

type DecoderDrawing = ModernBertDrawing &
  CausalDrawing & { readonly tables: Readonly<Record<LayerType, RotaryTables>> };

function plan({ config: json, tensors }: Checkpoint): ModelPlan {
  const config = parseModernBertConfig(json, ['causal_mask']);
  const heads = cachedHeads(config.shape, config.shape.headSize);
  return {
    shape: heads.shape,
    vocabularyRows: config.vocabularyRows,
    maxContextLength: config.maxContextLength,
    drawBackbone(graph, positionCount) {
      const tables = tablesOf(graph, config.ropes, { positionCount, headSize: heads.headSize });
      const drawing = { graph, tensors, config, heads, tables };
      drawCausalBackbone(drawing, {
        embed: () => drawNormedEmbedding(drawing),
        drawLayer: (layer, residual, attend) => drawLayer(drawing, { layer, residual, attend }),
        drawHidden: (residual) => drawPredictionHead(drawing, residual, 'lm_head'),
      });
    },
    drawHead: (graph, vocabularySize) =>
      drawOutputLayer(graph, { tensors, config }, vocabularySize),
  };
}

function tablesOf(
  graph: GraphBuilder,
  ropes: DecoderDrawing['config']['ropes'],
  size: { positionCount: number; headSize: number },
): DecoderDrawing['tables'] {
  return {
    full_attention: rotaryTables(graph, ropes.full_attention, size),
    sliding_attention: rotaryTables(graph, ropes.sliding_attention, size),
  };
}

type Layer = { readonly layer: number; readonly residual: string; readonly attend: Attend };

function drawLayer(drawing: DecoderDrawing, { layer, residual, attend }: Layer): string {
  const { graph, config } = drawing;
  const type = config.layerTypes[layer] ?? 'full_attention';
  const prefix = `model.layers.${layer}`;
  const { attentionBias: bias } = config;
  const input = layer === 0 ? residual : drawNorm(drawing, residual, `${prefix}.attn_norm`);
  const joined = drawProjections(drawing, input, { prefix: `${prefix}.attn`, bias });
  const attended = attend(splitProjections(drawing, joined), {
    tables: drawing.tables[type],
    // Its own position is one of them, where the bidirectional form has as many on either side.
    window: type === 'full_attention' ? null : config.slidingReach,
  });
  const { hiddenSize } = config.shape;
  const output = drawLinear(drawing, attended, [{ name: `${prefix}.attn.Wo`, size: hiddenSize }], {
    width: hiddenSize,
    bias,
  });
  return drawFeedForward(drawing, graph.op('Add', [residual, output]), prefix);
}
