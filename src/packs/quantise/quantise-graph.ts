/**
 * A graph of a pack with its matrices quantised: `MatMulNBits` for `Gemm`, `GatherBlockQuantized` for `Gather`.
 *
 * Knows operators; reads no weights. Whatever a graph computes besides stays in float32.
 */
import {
  blockSize,
  blocksPerRow,
  packedRowBytes,
  type QuantisedBits,
} from '../../numerics/block-quantisation.ts';
import { accuracyLevel } from '../onnx/check-quantised.ts';
import {
  elementTypes,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../onnx/onnx-model.ts';
import { findMatrixUses, type MatrixUse } from './matrices.ts';
import type { QuantisedWeights } from './quantised-weights.ts';

/** Where the new constants lie. */
export type QuantisedStorage = {
  readonly bits: QuantisedBits;
  /** Name of the weights file. */
  readonly file: string;
  readonly weights: QuantisedWeights;
};

/** Asks `weights` for everything that the quantised form of `model` reads. */
export function askForWeights(model: OnnxModel, { bits, weights }: QuantisedStorage): void {
  const { uses, tensors } = partsOf(model);
  for (const tensor of tensors) {
    const place = externalPlace(tensor);
    if (place !== null) weights.keep(place.offset, place.length);
  }
  for (const { matrix } of uses.values()) weights.quantise(matrix, bits);
}

/** The quantised form of `model`, once `weights` has placed what was asked for. */
export function quantiseGraph(model: OnnxModel, storage: QuantisedStorage): OnnxModel {
  const { uses, nodes, tensors } = partsOf(model);
  const constants = tensors.map((tensor) => moved(tensor, storage));
  const matrices = new Map([...uses.values()].map((use) => [namesOf(use, storage).packed, use]));
  return {
    ...model,
    graph: {
      ...model.graph,
      node: nodes.flatMap((node) => {
        const use = uses.get(node);
        return use === undefined ? [node] : quantisedNodes(use, storage);
      }),
      initializer: [
        ...constants,
        ...[...matrices.values()].flatMap((use) => quantisedTensors(use, storage)),
      ],
    },
  };
}

/** What is quantised, the nodes without casts of what is, and the constants that stay. */
function partsOf(model: OnnxModel) {
  const { node, initializer } = model.graph;
  const uses = findMatrixUses(model);
  const others = (candidate: OnnxNode) =>
    candidate.input.filter((_, index) => index !== uses.get(candidate)?.input);
  const read = new Set(node.flatMap(others));
  const nodes = node.filter(
    ({ opType, output }) => opType !== 'Cast' || output.some((name) => read.has(name)),
  );
  const kept = new Set(nodes.flatMap(others));
  return { uses, nodes, tensors: initializer.filter(({ name }) => kept.has(name)) };
}

function quantisedNodes(use: MatrixUse, storage: QuantisedStorage): OnnxNode[] {
  const { node, matrix } = use;
  const { bits } = storage;
  const { packed, scales } = namesOf(use, storage);
  const [output = ''] = node.output;
  const common = { name: node.name, domain: 'com.microsoft' };
  if (use.kind === 'embedding') {
    const attribute = integers({ bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 });
    const input = [packed, node.input[1] ?? '', scales];
    return [{ ...common, opType: 'GatherBlockQuantized', input, output: [output], attribute }];
  }
  const [input = '', , bias] = node.input;
  const product = bias === undefined ? output : `${output}:product`;
  const multiply = {
    ...common,
    opType: 'MatMulNBits',
    input: [input, packed, scales],
    output: [product],
    attribute: integers({
      K: matrix.width,
      N: matrix.rows,
      bits,
      block_size: blockSize,
      accuracy_level: accuracyLevel,
    }),
  };
  if (bias === undefined) return [multiply];
  return [
    multiply,
    {
      name: `${node.name}:bias`,
      domain: '',
      opType: 'Add',
      input: [product, bias],
      output: [output],
      attribute: [],
    },
  ];
}

/** The operators want the same bytes in different shapes, so that a tied embedding and head share them. */
function namesOf({ kind, matrix }: MatrixUse, { bits }: QuantisedStorage) {
  const name = `${matrix.name}:${kind}:int${bits}`;
  return { packed: name, scales: `${name}:scales` };
}

function quantisedTensors(use: MatrixUse, storage: QuantisedStorage): OnnxTensor[] {
  const { matrix, kind } = use;
  const { bits, file, weights } = storage;
  const names = namesOf(use, storage);
  const place = weights.placeOf(matrix, bits);
  const blocks = blocksPerRow(matrix.width);
  const rowBytes = packedRowBytes(matrix.width, bits);
  return [
    {
      name: names.packed,
      dims: kind === 'linear' ? [matrix.rows, blocks, rowBytes / blocks] : [matrix.rows, rowBytes],
      dataType: elementTypes.uint8,
      ...external(file, place.packed, matrix.rows * rowBytes),
    },
    {
      name: names.scales,
      dims: [matrix.rows, blocks],
      dataType: elementTypes.float,
      ...external(file, place.scales, matrix.rows * blocks * 4),
    },
  ];
}

function moved(tensor: OnnxTensor, { file, weights }: QuantisedStorage): OnnxTensor {
  const place = externalPlace(tensor);
  if (place === null) return tensor;
  return { ...tensor, ...external(file, weights.placeOfKept(place.offset), place.length) };
}

/** Null for a constant inside its graph. */
function externalPlace({ externalData }: OnnxTensor) {
  const entryOf = (key: string) => externalData?.find((entry) => entry.key === key)?.value;
  const [offset, length] = [entryOf('offset'), entryOf('length')];
  if (offset === undefined || length === undefined) return null;
  return { offset: Number(offset), length: Number(length) };
}

function external(location: string, offset: number, length: number) {
  return {
    externalData: [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(length) },
    ],
    dataLocation: 1,
  };
}

function integers(values: Readonly<Record<string, number>>): OnnxNode['attribute'] {
  return Object.entries(values).map(([name, i]) => ({ name, i, type: 2 }));
}
