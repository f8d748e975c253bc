/**
 * Embeddings and linear layers as graphs draw them: y = x Wᵀ + b with the checkpoint's own (out, in) weights.
 *
 * Knows the naming of weight and bias; knows no architecture.
 */
import type { CheckpointTensors } from '../checkpoint/checkpoint.ts';
import type { TensorEntry } from '../checkpoint/safetensors.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { headContract } from '../onnx/graph-contract.ts';

/** A graph and the tensors it is drawn from. */
export type Drawing = { readonly graph: GraphBuilder; readonly tensors: CheckpointTensors };

/** One output block of a linear layer: `${name}.weight` is (size, width), `${name}.bias` is (size). */
export type LinearPart = { readonly name: string; readonly size: number };

/**
 * Draws one Gemm over parts that read the same input; its columns are the parts' outputs side by side.
 *
 * @param input - (T, width).
 * @returns (T, sum of sizes).
 */
export function drawLinear(
  { graph, tensors }: Drawing,
  input: string,
  parts: readonly [LinearPart, ...LinearPart[]],
  { width, bias }: { width: number; bias: boolean },
): string {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const weights = mapParts(parts, (part) =>
    tensors.take(`${part.name}.weight`, [part.size, width]),
  );
  const inputs = [input, graph.weight(weights, [size, width])];
  if (bias) {
    const biases = mapParts(parts, (part) => tensors.take(`${part.name}.bias`, [part.size]));
    inputs.push(graph.weight(biases, [size]));
  }
  return graph.op('Gemm', inputs, { transB: 1 });
}

/** Rows of the table `name`, (rows, width), by `input_ids`. @returns (T, width). */
export function drawEmbedding(
  { graph, tensors }: Drawing,
  { name, rows, width }: { readonly name: string; readonly rows: number; readonly width: number },
): string {
  const shape = [rows, width];
  const table = graph.weight([tensors.take(name, shape)], shape);
  return graph.op('Gather', [table, graph.op('Reshape', ['input_ids', graph.ints(-1)])]);
}

function mapParts(
  [first, ...others]: readonly [LinearPart, ...LinearPart[]],
  take: (part: LinearPart) => TensorEntry,
): [TensorEntry, ...TensorEntry[]] {
  return [take(first), ...others.map(take)];
}

/** The last linear layer of a model. */
export type HeadLayer = {
  /** (rows, hiddenSize). */
  readonly weight: TensorEntry;
  /** (rows). */
  readonly bias: TensorEntry | null;
  readonly hiddenSize: number;
  /** At most rows; the first ones are used. */
  readonly vocabularySize: number;
};

/** Draws the graph `hidden` (N, D) → `logits` (N, V). */
export function drawHead(graph: GraphBuilder, layer: HeadLayer): void {
  const { weight, bias, hiddenSize, vocabularySize } = layer;
  const contract = headContract(hiddenSize, vocabularySize);
  for (const input of contract.inputs) graph.input(input);
  const inputs = ['hidden', graph.weight([weight], [vocabularySize, hiddenSize])];
  if (bias !== null) inputs.push(graph.weight([bias], [vocabularySize]));
  graph.op('Gemm', inputs, { transB: 1 }, 'logits');
  for (const output of contract.outputs) graph.output(output);
}
