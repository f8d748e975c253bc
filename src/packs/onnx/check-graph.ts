/**
 * Checks a decoded graph of a pack: operators, constants, inputs and outputs.
 *
 * Knows what a pack graph may hold; does not know whether it computes what its pack claims.
 */
import { InfillError } from '../../errors.ts';
import { elementCount } from '../weight-layout.ts';
import { type Precision, quantisedProblem } from './check-quantised.ts';
import { irVersion, onnxValue } from './graph-builder.ts';
import type { GraphContract } from './graph-contract.ts';
import { elementTypes, type OnnxModel, type OnnxNode, type OnnxTensor } from './onnx-model.ts';
import { operatorDomains, operatorSets } from './operators.ts';

/** What a graph must agree with. */
export type GraphExpectation = {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly contract: GraphContract;
  /** The one file that its weights may lie in, and its size in bytes. */
  readonly weights: { readonly name: string; readonly size: number };
  /** Positions that rotary tables must have at least. */
  readonly positionCount: number;
  /** Of the matrices. */
  readonly precision: Precision;
};

const elementSizes = new Map<number, number>([
  [elementTypes.float, 4],
  [elementTypes.float16, 2],
  [elementTypes.uint8, 1],
  [elementTypes.int64, 8],
]);

/** @throws InfillError INVALID_PACK naming the file and the fact. */
export function checkGraph(model: OnnxModel, expected: GraphExpectation): void {
  const { node: nodes, initializer: initializers, input, output } = model.graph;
  if (model.irVersion !== irVersion) {
    throw invalid(expected, `has IR version ${model.irVersion}; this program reads ${irVersion}`);
  }
  const sets = model.opsetImport.map(({ domain, version }) => [domain, version]);
  if (JSON.stringify(sets) !== JSON.stringify(Object.entries(operatorSets))) {
    throw invalid(expected, `declares the operator sets ${JSON.stringify(sets)}`);
  }
  checkValues(expected, 'inputs', input, expected.contract.inputs.map(onnxValue));
  checkValues(expected, 'outputs', output, expected.contract.outputs.map(onnxValue));
  const tensors = new Map<string, OnnxTensor>();
  for (const tensor of initializers) {
    if (tensors.has(tensor.name)) throw invalid(expected, `has two constants named ${tensor.name}`);
    checkTensor(expected, tensor);
    tensors.set(tensor.name, tensor);
  }
  for (const node of nodes) checkNode(expected, node, tensors);
}

function checkValues(
  expected: GraphExpectation,
  what: string,
  actual: OnnxModel['graph']['input'],
  wanted: OnnxModel['graph']['input'],
): void {
  if (JSON.stringify(actual) === JSON.stringify(wanted)) return;
  const differing = actual.find((value, i) => JSON.stringify(value) !== JSON.stringify(wanted[i]));
  throw invalid(expected, `has other ${what} than its role: ${differing?.name ?? 'too few'}`);
}

function checkTensor(expected: GraphExpectation, tensor: OnnxTensor): void {
  const size = elementSizes.get(tensor.dataType);
  if (size === undefined) {
    throw invalid(expected, `has constant ${tensor.name} of element type ${tensor.dataType}`);
  }
  const wanted = elementCount(tensor.dims) * size;
  const length =
    tensor.dataLocation === 1 ? externalLength(expected, tensor) : inlineLength(tensor);
  if (length !== wanted) {
    throw invalid(
      expected,
      `has constant ${tensor.name} of ${length} bytes; its shape [${tensor.dims.join(', ')}] takes ${wanted}`,
    );
  }
}

function inlineLength({ rawData, externalData, dataLocation }: OnnxTensor): number {
  return externalData === undefined && dataLocation === undefined ? (rawData?.length ?? 0) : -1;
}

/** Bytes of a constant in the weights file, checked to lie inside it. */
function externalLength(expected: GraphExpectation, tensor: OnnxTensor): number {
  const { name, externalData = [], rawData } = tensor;
  const keys = externalData.map(({ key }) => key).join();
  const [location = '', offset = '', length = ''] = externalData.map(({ value }) => value);
  if (keys !== 'location,offset,length' || rawData !== undefined) {
    throw invalid(expected, `has constant ${name} with the external data ${keys}`);
  }
  const { weights } = expected;
  if (location !== weights.name) {
    throw invalid(
      expected,
      `keeps constant ${name} in "${location}"; weights lie in ${weights.name}`,
    );
  }
  if (!/^\d{1,15}$/.test(offset) || !/^\d{1,15}$/.test(length)) {
    throw invalid(
      expected,
      `gives constant ${name} the offset "${offset}" and the length "${length}"`,
    );
  }
  const end = Number(offset) + Number(length);
  if (end > weights.size) {
    throw invalid(
      expected,
      `has constant ${name} up to byte ${end} of ${weights.name}, which has ${weights.size}`,
    );
  }
  return Number(length);
}

function checkNode(
  expected: GraphExpectation,
  node: OnnxNode,
  tensors: ReadonlyMap<string, OnnxTensor>,
): void {
  const { name, opType, domain, input } = node;
  const known = Object.entries(operatorDomains).find(([operator]) => operator === opType);
  if (known === undefined || known[1] !== domain) {
    throw invalid(
      expected,
      `uses operator ${domain === '' ? '' : `${domain}.`}${opType} in node ${name}`,
    );
  }
  const problem = quantisedProblem(node, tensors, expected.precision);
  if (problem !== null) throw invalid(expected, problem);
  if (opType !== 'RotaryEmbedding') return;
  // The operator reads its tables by position; beyond their end it would read what is not there.
  for (const table of input.slice(2)) {
    const rows = tensors.get(table)?.dims[0] ?? 0;
    if (rows < expected.positionCount) {
      throw invalid(
        expected,
        `has rotary table ${table} for ${rows} positions; its context needs ${expected.positionCount}`,
      );
    }
  }
}

function invalid({ name }: GraphExpectation, what: string): InfillError {
  return new InfillError('INVALID_PACK', `${name} ${what}.`);
}
