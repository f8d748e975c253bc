/**
 * Norms over the last axis, as graphs draw them.
 *
 * Knows the naming of weight and bias; knows no architecture.
 */
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Drawing } from './linear.ts';

/** A norm: its tensors' prefix, the extent of the axis, and the epsilon of its variance. */
export type Norm = { readonly name: string; readonly size: number; readonly epsilon: number };

/** x / rms(x) · weight. */
export function drawRmsNorm({ graph, tensors }: Drawing, input: string, norm: Norm): string {
  const weight = graph.weight([tensors.take(`${norm.name}.weight`, [norm.size])], [norm.size]);
  const attributes = { axis: -1, epsilon: { float: norm.epsilon } };
  return graph.op('SimplifiedLayerNormalization', [input, weight], attributes);
}

/** (x − mean) / deviation · weight, and + bias where there is one. */
export function drawLayerNorm(
  { graph, tensors }: Drawing,
  input: string,
  { name, size, epsilon, bias }: Norm & { readonly bias: boolean },
): string {
  const inputs = [input, graph.weight([tensors.take(`${name}.weight`, [size])], [size])];
  if (bias) inputs.push(graph.weight([tensors.take(`${name}.bias`, [size])], [size]));
  return graph.op('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } });
}

/** (x − mean) / deviation; the operator wants a weight all the same. */
export function drawPlainNorm(
  graph: GraphBuilder,
  input: string,
  { size, epsilon }: Pick<Norm, 'size' | 'epsilon'>,
): string {
  const ones = graph.table(`ones_${size}`, new Float32Array(size).fill(1), [size]);
  return graph.op('LayerNormalization', [input, ones], { axis: -1, epsilon: { float: epsilon } });
}
