/**
 * Puts one ONNX graph together, node by node; weights go to a shared layout and are referred to.
 *
 * Knows operators and tensors; knows no architecture. Values are strings, the names that nodes give their outputs.
 */
import type { TensorEntry } from '../checkpoint/safetensors.ts';
import {
  elementCount,
  type StoredBlock,
  storageSizes,
  type WeightLayout,
} from '../weight-layout.ts';
import {
  elementTypes,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-model.ts';
import {
  type Operator,
  operatorDomains,
  operatorSets,
  trainingOperatorDomains,
} from './operators.ts';

/** Name of the file that the graphs of a pack's models keep their weights in. */
export const weightsFileName = 'weights.bin';

/** IR version of the graphs: the first that has operator set 21. */
export const irVersion = 10;

/** Attributes by name. Whole numbers are integers, except those wrapped by `float`. */
export type Attributes = Readonly<
  Record<string, number | readonly number[] | { readonly float: number }>
>;

/** A dimension: an extent, or the name of one that varies. */
export type Dimension = number | string;

/** A graph input or output. */
export type GraphValue = {
  readonly name: string;
  readonly type: keyof typeof elementTypes;
  readonly dimensions: readonly Dimension[];
};

/** One graph in the making. */
export class GraphBuilder {
  readonly #name: string;
  readonly #layout: WeightLayout;
  readonly #weightsFile: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];

  /** @param weightsFile - name of the file that `layout` is written to. */
  constructor(name: string, layout: WeightLayout, weightsFile: string = weightsFileName) {
    this.#name = name;
    this.#layout = layout;
    this.#weightsFile = weightsFile;
  }

  /** Declares an input; nodes refer to it by its name. */
  input(value: GraphValue): void {
    this.#inputs.push(onnxValue(value));
  }

  /** Declares an output; a node must have been given its name as output. */
  output(value: GraphValue): void {
    this.#outputs.push(onnxValue(value));
  }

  /** Adds a node with one output; `''` among `inputs` leaves one out. Returns the output, named `as` if given. */
  op(
    operator: Operator,
    inputs: readonly string[],
    attributes: Attributes = {},
    as?: string,
  ): string {
    const output = as ?? `${operator}_${this.#nodes.length}`;
    this.opInto(operator, inputs, [output], attributes);
    return output;
  }

  /** Adds a node whose outputs have the given names; `''` leaves one out. */
  opInto(
    operator: Operator,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): void {
    this.#nodes.push({
      input: [...inputs],
      output: [...outputs],
      name: `${operator}_${this.#nodes.length}`,
      opType: operator,
      attribute: Object.entries(attributes).map(([name, value]) => onnxAttribute(name, value)),
      domain: { ...operatorDomains, ...trainingOperatorDomains }[operator],
    });
  }

  /** Cuts a value into parts of the given sizes along an axis. */
  split<const S extends readonly number[]>(
    input: string,
    sizes: S,
    axis: number,
  ): { [K in keyof S]: string } {
    const parts = sizes.map((_, part) => `${input}:${part}`) as { [K in keyof S]: string };
    this.opInto('Split', [input, this.ints(...sizes)], parts, { axis });
    return parts;
  }

  /** A one-dimensional int64 constant. */
  ints(...values: number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant(`ints_${values.join('_')}`, 'int64', { dims: [values.length], bytes });
  }

  /** An int64 scalar constant. */
  int(value: number): string {
    const bytes = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
    return this.#constant(`int_${value}`, 'int64', { dims: [], bytes });
  }

  /** A float32 scalar constant. */
  float(value: number): string {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    return this.#constant(`float_${value}`, 'float', { dims: [], bytes });
  }

  /**
   * Checkpoint tensors joined on their first axis, as a float32 value of `shape`.
   *
   * @param shape - may have fewer rows than the tensors, never more: then the first ones are meant.
   */
  weight(tensors: readonly [TensorEntry, ...TensorEntry[]], shape: readonly number[]): string {
    const name = tensors.map((tensor) => tensor.name).join('+');
    return this.#stored(name, this.#layout.placeTensors(tensors), shape);
  }

  #stored(name: string, block: StoredBlock, shape: readonly number[]): string {
    if (block.storage === 'f32') return this.#external(name, block, shape);
    if (this.#initializers.has(`${name}:f16`)) return name;
    const stored = this.#external(`${name}:f16`, block, shape);
    return this.op('Cast', [stored], { to: elementTypes.float }, name);
  }

  /** Parameters that are no checkpoint's, stored as the layout stores weights. */
  parameter(name: string, values: Float32Array, shape: readonly number[]): string {
    return this.#stored(name, this.#layout.placeParameter(name, values), shape);
  }

  /** A computed float32 table. `name` is the same in all graphs of a pack for the same values only. */
  table(name: string, values: Float32Array, shape: readonly number[]): string {
    return this.#external(name, this.#layout.placeTable(name, values), shape);
  }

  /** The model; the builder is not used afterwards. */
  finish(): OnnxModel {
    return {
      irVersion,
      producerName: 'lacuna',
      graph: {
        node: this.#nodes,
        name: this.#name,
        initializer: [...this.#initializers.values()],
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: Object.entries(operatorSets).map(([domain, version]) => ({ domain, version })),
    };
  }

  #external(name: string, { storage, offset }: StoredBlock, shape: readonly number[]): string {
    const length = elementCount(shape) * storageSizes[storage];
    this.#initializers.set(name, {
      dims: [...shape],
      dataType: storage === 'f16' ? elementTypes.float16 : elementTypes.float,
      name,
      externalData: [
        { key: 'location', value: this.#weightsFile },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(length) },
      ],
      dataLocation: 1,
    });
    return name;
  }

  #constant(
    name: string,
    type: keyof typeof elementTypes,
    { dims, bytes }: { dims: number[]; bytes: Uint8Array<ArrayBuffer> },
  ): string {
    this.#initializers.set(name, { dims, dataType: elementTypes[type], name, rawData: bytes });
    return name;
  }
}

/** The declaration of a graph input or output. */
export function onnxValue({ name, type, dimensions }: GraphValue): OnnxValue {
  const dim = dimensions.map((dimension) =>
    typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension },
  );
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

function onnxAttribute(name: string, value: Attributes[string]): OnnxAttribute {
  if (typeof value === 'number') return { name, i: value, type: 2 };
  if ('float' in value) return { name, f: value.float, type: 1 };
  return { name, ints: [...value], type: 7 };
}
