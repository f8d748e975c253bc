/**
 * What ModernBERT and its causal form share: embedding, norms, feed-forward layer, prediction head, output layer.
 *
 * Draws; knows no attention.
 */
import type { CheckpointTensors } from '../checkpoint/checkpoint.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { type Drawing, drawEmbedding, drawHead, drawLinear } from './linear.ts';
import type { ModernBertConfig } from './modernbert-config.ts';
import { drawLayerNorm } from './norms.ts';

/** A graph of either form. */
export type ModernBertDrawing = Drawing & { readonly config: ModernBertConfig };

const embeddingName = 'model.embeddings.tok_embeddings.weight';

/** Tensors that a checkpoint may hold although the graphs do not need them. */
export const harmlessTensors = /^decoder\.weight$|\.rotary_emb\..*inv_freq$/;

/** The normalised embedding, (T, D). */
export function drawNormedEmbedding(drawing: ModernBertDrawing): string {
  const { vocabularyRows: rows, shape } = drawing.config;
  const embedding = drawEmbedding(drawing, { name: embeddingName, rows, width: shape.hiddenSize });
  return drawNorm(drawing, embedding, 'model.embeddings.norm');
}

/** A layer norm over the hidden size. */
export function drawNorm(drawing: ModernBertDrawing, input: string, name: string): string {
  const { shape, normEpsilon: epsilon, normBias: bias } = drawing.config;
  return drawLayerNorm(drawing, input, { name, size: shape.hiddenSize, epsilon, bias });
}

/** Adds the feed-forward layer, Wo(gelu(x₁) · x₂) with the halves of Wi(norm(x)), to the residual, (T, D). */
export function drawFeedForward(
  drawing: ModernBertDrawing,
  residual: string,
  prefix: string,
): string {
  const { graph, config } = drawing;
  const { intermediateSize: inner, mlpBias: bias } = config;
  const { hiddenSize } = config.shape;
  const input = drawNorm(drawing, residual, `${prefix}.mlp_norm`);
  const joined = drawLinear(drawing, input, [{ name: `${prefix}.mlp.Wi`, size: 2 * inner }], {
    width: hiddenSize,
    bias,
  });
  const [activated, gate] = graph.split(joined, [inner, inner], 1);
  const product = graph.op('Mul', [graph.op('Gelu', [activated]), gate]);
  const output = { name: `${prefix}.mlp.Wo`, size: hiddenSize };
  const fed = drawLinear(drawing, product, [output], { width: inner, bias });
  return graph.op('Add', [residual, fed]);
}

/** norm(gelu(dense(final norm(x)))), what the output layer reads, (T, D). @param prefix - of dense and norm. */
export function drawPredictionHead(
  drawing: ModernBertDrawing,
  residual: string,
  prefix: string,
): string {
  const { graph, config } = drawing;
  const { hiddenSize } = config.shape;
  const input = drawNorm(drawing, residual, 'model.final_norm');
  const dense = drawLinear(drawing, input, [{ name: `${prefix}.dense`, size: hiddenSize }], {
    width: hiddenSize,
    bias: config.classifierBias,
  });
  return drawNorm(drawing, graph.op('Gelu', [dense]), `${prefix}.norm`);
}

/** Draws the graph of the output layer. */
export function drawOutputLayer(
  graph: GraphBuilder,
  { tensors, config }: { readonly tensors: CheckpointTensors; readonly config: ModernBertConfig },
  vocabularySize: number,
): void {
  const { vocabularyRows, tiedEmbeddings, decoderBias } = config;
  const { hiddenSize } = config.shape;
  const name = tiedEmbeddings ? embeddingName : 'decoder.weight';
  const weight = tensors.take(name, [vocabularyRows, hiddenSize]);
  const bias = decoderBias ? tensors.take('decoder.bias', [vocabularyRows]) : null;
  drawHead(graph, { weight, bias, hiddenSize, vocabularySize });
}
