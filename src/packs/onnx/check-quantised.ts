/**
 * Checks operators that read quantised constants: their sizes are attributes, so that constants of other shapes could
 * let a kernel read what is not there.
 *
 * Knows `MatMulNBits` and `GatherBlockQuantized` of ONNX Runtime in the form that packs have; knows no file.
 */
import {
  blockSize,
  blocksPerRow,
  packedRowBytes,
  type QuantisedBits,
} from '../../numerics/block-quantisation.ts';
import { elementTypes, type OnnxNode, type OnnxTensor } from './onnx-model.ts';

/** Bits of the quantised values of each precision; null: there are none. */
export const precisionBits = {
  f32: null,
  int8: 8,
  int4: 4,
} as const satisfies Record<string, QuantisedBits | null>;

/** The number format of a model's matrices. */
export type Precision = keyof typeof precisionBits;

/** Level 4 of `MatMulNBits`: what a matrix is multiplied with is rounded to 8 bits, block by block. */
export const accuracyLevel = 4;

/** Rows and width of a quantised matrix. */
type Size = { readonly rows: number; readonly width: number };
type Constants = ReadonlyMap<string, OnnxTensor>;

/**
 * What is wrong with a node, as the end of a sentence; null when nothing is, or when it reads nothing quantised.
 *
 * @param constants - of its graph, with lengths that agree with their shapes.
 */
export function quantisedProblem(
  node: OnnxNode,
  constants: Constants,
  precision: Precision,
): string | null {
  if (node.opType !== 'MatMulNBits' && node.opType !== 'GatherBlockQuantized') return null;
  const bits = precisionBits[precision];
  if (bits === null)
    return `has ${node.opType} in node ${node.name}; its precision is ${precision}`;
  const isLinear = node.opType === 'MatMulNBits';
  const wrong = isLinear
    ? linearProblem(node, constants, bits)
    : embeddingProblem(node, constants, bits);
  return wrong === null ? null : `has ${wrong} in node ${node.name}`;
}

function linearProblem(node: OnnxNode, constants: Constants, bits: QuantisedBits): string | null {
  const { K: width = 0, N: rows = 0 } = integersOf(node);
  const wanted = { K: width, N: rows, bits, block_size: blockSize, accuracy_level: accuracyLevel };
  if (width < 1 || rows < 1 || !hasIntegers(node, wanted))
    return 'other attributes than packs have';
  const [, packed = '', scales = '', ...others] = node.input;
  if (others.length > 0) return 'more than three inputs';
  const blocks = blocksPerRow(width);
  const dims = [rows, blocks, packedRowBytes(width, bits) / blocks];
  return (
    shapeProblem(constants, packed, { dims, dataType: elementTypes.uint8 }) ??
    scalesProblem(constants, scales, { rows, width })
  );
}

function embeddingProblem(
  node: OnnxNode,
  constants: Constants,
  bits: QuantisedBits,
): string | null {
  const wanted = { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 };
  if (!hasIntegers(node, wanted)) return 'other attributes than packs have';
  const [packed = '', , scales = '', ...others] = node.input;
  if (others.length > 0) return 'more than three inputs';
  const [rows = 0, rowBytes = 0] = constants.get(packed)?.dims ?? [];
  const width = (rowBytes * 8) / bits;
  if (width % blockSize !== 0) return `rows of ${width} values`;
  return (
    shapeProblem(constants, packed, { dims: [rows, rowBytes], dataType: elementTypes.uint8 }) ??
    scalesProblem(constants, scales, { rows, width })
  );
}

function scalesProblem(constants: Constants, name: string, { rows, width }: Size): string | null {
  const dims = [rows, blocksPerRow(width)];
  return shapeProblem(constants, name, { dims, dataType: elementTypes.float });
}

function shapeProblem(
  constants: Constants,
  name: string,
  { dims, dataType }: Pick<OnnxTensor, 'dims' | 'dataType'>,
): string | null {
  const constant = constants.get(name);
  if (constant?.dataType === dataType && constant.dims.join() === dims.join()) return null;
  return `"${name}", which is no constant of element type ${dataType} and shape [${dims.join(', ')}],`;
}

function integersOf({ attribute }: OnnxNode): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(attribute.map(({ name, i }) => [name, i]));
}

/** Exactly these, each once, in this order. */
function hasIntegers({ attribute }: OnnxNode, wanted: Readonly<Record<string, number>>): boolean {
  const expected = Object.entries(wanted).map(([name, i]) => ({ name, i, type: 2 }));
  return JSON.stringify(attribute) === JSON.stringify(expected);
}
