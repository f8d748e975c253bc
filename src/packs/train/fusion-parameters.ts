/**
 * The linear layer that is trained, and what AdamW remembers of it, in memory.
 *
 * Knows sizes and blocks; knows no step.
 */

/** One set of numbers per parameter: (V, D) and (V). */
export type LayerArrays = { readonly weight: Float32Array; readonly bias: Float32Array };

/** The layer with its moments. */
export type FusionParameters = {
  /** V. */
  readonly rowCount: number;
  /** D, of the causal and the masked features side by side. */
  readonly width: number;
  readonly layer: LayerArrays;
  /** Running means of the gradient and of its square. */
  readonly mean: LayerArrays;
  readonly square: LayerArrays;
  /** Steps taken. */
  stepCount: number;
};

/** Parameters before the first step. @param layer - kept and changed. */
export function freshParameters(layer: LayerArrays): FusionParameters {
  const rowCount = layer.bias.length;
  const width = layer.weight.length / rowCount;
  return { rowCount, width, layer, mean: zeros(layer), square: zeros(layer), stepCount: 0 };
}

function zeros({ weight, bias }: LayerArrays): LayerArrays {
  return { weight: new Float32Array(weight.length), bias: new Float32Array(bias.length) };
}
