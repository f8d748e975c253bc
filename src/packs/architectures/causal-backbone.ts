/**
 * The frame of a causal backbone: inputs, layers one after another, hidden states, and what the cache gains.
 *
 * Knows the contract of the graph; what a layer computes is its family's to say.
 */
import { causalBackboneContract } from '../onnx/graph-contract.ts';
import {
  type CausalDrawing,
  drawCachedAttention,
  type LayerAttention,
  type Projections,
} from './causal-attention.ts';

/** Draws the attention of a layer. @returns (T, H·hd). */
export type Attend = (states: Projections, how: Omit<LayerAttention, 'layer'>) => string;

/** What a family of causal models computes. The residual is (T, D). */
export type CausalFamily = {
  /** The residual before the first layer. */
  readonly embed: () => string;
  /** The residual after a layer; attends once. */
  readonly drawLayer: (layer: number, residual: string, attend: Attend) => string;
  /** What the head reads, (T, D). */
  readonly drawHidden: (residual: string) => string;
};

/** Draws the whole graph. */
export function drawCausalBackbone(drawing: CausalDrawing, family: CausalFamily): void {
  const { graph, heads } = drawing;
  const { layerCount, hiddenSize } = heads.shape;
  const contract = causalBackboneContract(heads.shape);
  for (const input of contract.inputs) graph.input(input);
  const keysAndValues: string[] = [];
  let residual = family.embed();
  for (let layer = 0; layer < layerCount; layer++) {
    residual = family.drawLayer(layer, residual, (states, how) => {
      const { output, key, value } = drawCachedAttention(drawing, states, { ...how, layer });
      keysAndValues.push(key, value);
      return output;
    });
  }
  const hidden = family.drawHidden(residual);
  graph.op('Reshape', [hidden, graph.ints(1, -1, hiddenSize)], {}, 'hidden');
  drawNewKeysValues(drawing, keysAndValues);
  for (const output of contract.outputs) graph.output(output);
}

/** @param keysAndValues - key and value of each layer, (1, T, Hk·hd). */
function drawNewKeysValues(
  { graph, heads }: CausalDrawing,
  keysAndValues: readonly string[],
): void {
  const { layerCount, keyValueHeadCount, headSize } = heads.shape;
  const joined = graph.op('Concat', keysAndValues, { axis: 2 }); // (1, T, 2L·Hk·hd)
  const rows = 2 * layerCount * keyValueHeadCount;
  const byPosition = graph.op('Reshape', [joined, graph.ints(-1, rows, headSize)]); // (T, 2L·Hk, hd)
  const byHead = graph.op('Transpose', [byPosition], { perm: [1, 0, 2] });
  const shape = graph.ints(2 * layerCount, keyValueHeadCount, -1, headSize);
  graph.op('Reshape', [byHead, shape], {}, 'new_keys_values');
}
