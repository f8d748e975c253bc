/**
 * Inputs and outputs of a pack's graphs, as `model/pack-description.ts` states them.
 *
 * Graphs are drawn with these and checked against them.
 */
import type { ModelShape } from '../architectures/model-plan.ts';
import type { GraphValue } from './graph-builder.ts';

/** What goes into a graph and what comes out, in order. */
export type GraphContract = {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
};

/** Names of the past keys and values of a layer, inputs of the causal backbone. */
export function pastNames(layer: number): [key: string, value: string] {
  return [`past_key_${layer}`, `past_value_${layer}`];
}

/** Ids and a cache to hidden states and what the cache gains. */
export function causalBackboneContract(shape: ModelShape): GraphContract {
  const { layerCount, hiddenSize, keyValueHeadCount, headSize } = shape;
  const past = Array.from({ length: layerCount }, (_, layer) => pastNames(layer)).flat();
  return {
    inputs: [
      { name: 'input_ids', type: 'int64', dimensions: [1, 'T'] },
      { name: 'position_offset', type: 'int64', dimensions: [1] },
      { name: 'seqlens_k', type: 'int32', dimensions: [1] },
      { name: 'total_sequence_length', type: 'int32', dimensions: [] },
      ...past.map((name) => {
        return { name, type: 'float', dimensions: [1, keyValueHeadCount, 'C', headSize] } as const;
      }),
    ],
    outputs: [
      { name: 'hidden', type: 'float', dimensions: [1, 'T', hiddenSize] },
      {
        name: 'new_keys_values',
        type: 'float',
        dimensions: [2 * layerCount, keyValueHeadCount, 'T', headSize],
      },
    ],
  };
}

/** Ids to hidden states. */
export function maskedBackboneContract({ hiddenSize }: ModelShape): GraphContract {
  return {
    inputs: [{ name: 'input_ids', type: 'int64', dimensions: [1, 'T'] }],
    outputs: [{ name: 'hidden', type: 'float', dimensions: [1, 'T', hiddenSize] }],
  };
}

/** Hidden states to logits. */
export function headContract(hiddenSize: number, vocabularySize: number): GraphContract {
  return {
    inputs: [{ name: 'hidden', type: 'float', dimensions: ['N', hiddenSize] }],
    outputs: [{ name: 'logits', type: 'float', dimensions: ['N', vocabularySize] }],
  };
}
