/**
 * Which constants of a graph are matrices that can be quantised, and what reads them.
 *
 * Knows the two forms that graphs of packs have: `Gemm` with a transposed (out, in) weight, and `Gather` of a table's
 * rows; either through a cast from float16. Whatever has another form is left as it is.
 */
import { blockSize } from '../../numerics/block-quantisation.ts';
import {
  elementTypes,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../onnx/onnx-model.ts';

/** A node with the matrix it reads. */
export type MatrixUse = {
  readonly kind: 'linear' | 'embedding';
  /** Which of its inputs is the matrix. */
  readonly input: number;
  readonly matrix: Matrix;
  readonly node: OnnxNode;
};

/** A constant of two axes in the weights file. */
export type Matrix = {
  readonly name: string;
  readonly type: 'f32' | 'f16';
  /** Bytes from the beginning of the weights file. */
  readonly offset: number;
  readonly rows: number;
  readonly width: number;
};

/** Finds what can be quantised in `model`, by node. */
export function findMatrixUses({ graph }: OnnxModel): ReadonlyMap<OnnxNode, MatrixUse> {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const { input, output } of graph.node.filter(({ opType }) => opType === 'Cast')) {
    const constant = constants.get(input[0] ?? '');
    if (constant !== undefined) constants.set(output[0] ?? '', constant);
  }
  const uses = new Map<OnnxNode, MatrixUse>();
  for (const node of graph.node) {
    const use = useOf(node, constants);
    if (use !== null) uses.set(node, use);
  }
  return uses;
}

function useOf(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): MatrixUse | null {
  const kind = kindOf(node);
  if (kind === null) return null;
  const input = kind === 'linear' ? 1 : 0;
  const matrix = matrixOf(constants.get(node.input[input] ?? ''));
  if (matrix === null) return null;
  // The operator that gathers rows has no room for a block that is not full.
  if (kind === 'embedding' && matrix.width % blockSize !== 0) return null;
  return { kind, input, matrix, node };
}

function kindOf({ opType, attribute }: OnnxNode): MatrixUse['kind'] | null {
  const attributes = attribute.map(({ name, i }) => `${name}=${i}`).join();
  if (opType === 'Gemm' && attributes === 'transB=1') return 'linear';
  if (opType === 'Gather' && attributes === '') return 'embedding';
  return null;
}

function matrixOf(tensor: OnnxTensor | undefined): Matrix | null {
  const [rows, width, ...others] = tensor?.dims ?? [];
  const place = tensor?.externalData?.find(({ key }) => key === 'offset');
  if (tensor === undefined || place === undefined) return null;
  if (!rows || !width || others.length > 0) return null;
  const type = floatTypes.get(tensor.dataType);
  if (type === undefined) return null;
  return { name: tensor.name, type, offset: Number(place.value), rows, width };
}

const floatTypes = new Map<number, Matrix['type']>([
  [elementTypes.float, 'f32'],
  [elementTypes.float16, 'f16'],
]);
