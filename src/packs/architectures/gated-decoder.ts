/**
 * What Llama, OLMo and OLMo 2 share: tensors of the same names, attention whose heads may share keys and values, and a
 * gated feed-forward layer. They differ in their norms and in where those stand.
 *
 * Draws; knows no configuration file.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import {
  type CausalDrawing,
  drawProjections,
  projectionSizes,
  splitProjections,
} from './causal-attention.ts';
import { type Attend, type CausalFamily, drawCausalBackbone } from './causal-backbone.ts';
import type { CausalConfig } from './causal-config.ts';
import { drawEmbedding, drawHead, drawLinear } from './linear.ts';
import type { ModelPlan } from './model-plan.ts';
import { type RotaryTables, rotaryTables } from './rotary.ts';

/** A graph of one of these models, with its rotary tables. */
export type GatedDrawing = CausalDrawing & {
  readonly config: CausalConfig;
  readonly tables: RotaryTables;
};

/** How a family draws its layers. */
export type GatedFamily = (drawing: GatedDrawing) => Omit<CausalFamily, 'embed'>;

/** Tensors that such a checkpoint may hold although the graphs do not need them. */
export const harmlessTensors = /^lm_head\.weight$|\.rotary_emb\.inv_freq$/;

const embeddingName = 'model.embed_tokens.weight';

/** The plan of a checkpoint of one of these families. */
export function planGatedDecoder(
  { tensors }: Checkpoint,
  config: CausalConfig,
  family: GatedFamily,
): ModelPlan {
  const { heads, vocabularyRows, tiedEmbeddings, maxContextLength } = config;
  const { hiddenSize } = heads.shape;
  const drawBackbone = (graph: GraphBuilder, positionCount: number) => {
    const { headSize } = heads;
    const tables = rotaryTables(graph, config.rotary, { positionCount, headSize });
    const drawing = { graph, tensors, heads, config, tables };
    const embedding = { name: embeddingName, rows: vocabularyRows, width: hiddenSize };
    drawCausalBackbone(drawing, {
      embed: () => drawEmbedding(drawing, embedding),
      ...family(drawing),
    });
  };
  return {
    shape: heads.shape,
    vocabularyRows,
    maxContextLength,
    drawBackbone,
    drawHead: (graph, vocabularySize) => {
      const name = tiedEmbeddings ? embeddingName : 'lm_head.weight';
      const weight = tensors.take(name, [vocabularyRows, hiddenSize]);
      drawHead(graph, { weight, bias: null, hiddenSize, vocabularySize });
    },
  };
}

/** Changes to the projections, (1, T, ·), before they are rotated. */
export type ProjectionChanges = {
  /** Of query, key and value, side by side. */
  readonly joined?: (joined: string) => string;
  readonly query?: (query: string) => string;
  readonly key?: (key: string) => string;
};

/** The attention of a layer with its output projection. @param input - (T, D). @returns (T, D). */
export function drawSelfAttention(
  drawing: GatedDrawing,
  input: string,
  { layer, attend }: { readonly layer: number; readonly attend: Attend },
  change: ProjectionChanges = {},
): string {
  const { config, heads, tables } = drawing;
  const prefix = `model.layers.${layer}.self_attn`;
  const { attentionBias: bias } = config;
  const joined = drawProjections(drawing, input, { prefix, bias });
  const states = splitProjections(drawing, change.joined?.(joined) ?? joined);
  const query = change.query?.(states.query) ?? states.query;
  const key = change.key?.(states.key) ?? states.key;
  const attended = attend({ query, key, value: states.value }, { tables, window: null });
  const output = { name: `${prefix}.o_proj`, size: heads.shape.hiddenSize };
  return drawLinear(drawing, attended, [output], {
    width: projectionSizes(heads).querySize,
    bias,
  });
}

/** down(silu(gate(x)) · up(x)), where gate and up are one Gemm. @param input - (T, D). @returns (T, D). */
export function drawGatedMlp(
  drawing: GatedDrawing,
  input: string,
  { layer, bias }: { readonly layer: number; readonly bias: boolean },
): string {
  const { graph, config } = drawing;
  const prefix = `model.layers.${layer}.mlp`;
  const { hiddenSize } = config.heads.shape;
  const inner = config.intermediateSize;
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
