/**
 * The part of the ONNX file format that pack graphs use, as types, and its encoding.
 *
 * Knows messages, field numbers and bytes; knows no operators' meaning. Fields that are left out here (subgraphs,
 * functions, strings) cannot be written, and a file that has them is refused.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import protobuf from 'protobufjs/light.js';
import { z } from 'zod';
import { InfillError } from '../../errors.ts';

/** `TensorProto.DataType` values that pack graphs use. */
export const elementTypes = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

const descriptor = {
  ModelProto: {
    fields: {
      irVersion: { type: 'int64', id: 1 },
      producerName: { type: 'string', id: 2 },
      graph: { type: 'GraphProto', id: 7 },
      opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
    },
  },
  OperatorSetIdProto: {
    fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } },
  },
  GraphProto: {
    fields: {
      node: { rule: 'repeated', type: 'NodeProto', id: 1 },
      name: { type: 'string', id: 2 },
      initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
      input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
      output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
    },
  },
  NodeProto: {
    fields: {
      input: { rule: 'repeated', type: 'string', id: 1 },
      output: { rule: 'repeated', type: 'string', id: 2 },
      name: { type: 'string', id: 3 },
      opType: { type: 'string', id: 4 },
      attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
      domain: { type: 'string', id: 7 },
    },
  },
  AttributeProto: {
    fields: {
      name: { type: 'string', id: 1 },
      f: { type: 'float', id: 2 },
      i: { type: 'int64', id: 3 },
      ints: { rule: 'repeated', type: 'int64', id: 8 },
      type: { type: 'int32', id: 20 },
    },
  },
  TensorProto: {
    fields: {
      dims: { rule: 'repeated', type: 'int64', id: 1 },
      dataType: { type: 'int32', id: 2 },
      name: { type: 'string', id: 8 },
      rawData: { type: 'bytes', id: 9 },
      externalData: { rule: 'repeated', type: 'StringStringEntryProto', id: 13 },
      dataLocation: { type: 'int32', id: 14 },
    },
  },
  StringStringEntryProto: {
    fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } },
  },
  ValueInfoProto: {
    fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } },
  },
  TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
  TensorTypeProto: {
    fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } },
  },
  TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } } },
  DimensionProto: {
    fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
  },
};

// ONNX is proto2: a field that is set is written even when it holds its default, such as an attribute of 0.
const messages = Object.entries(descriptor).map(
  ([name, message]) => [name, { edition: 'proto2', ...message }] as const,
);
const modelType = protobuf.Root.fromJSON({ nested: Object.fromEntries(messages) })
  .resolveAll()
  .lookupType('ModelProto');

const int = z.int();
const list = <T extends z.ZodType>(item: T) => z.array(item).default([]);
const text = z.string().default('');

const attributeSchema = z.strictObject({
  name: z.string(),
  f: z.number().optional(),
  i: int.optional(),
  ints: z.array(int).optional(),
  type: int,
});
const nodeSchema = z.strictObject({
  input: list(z.string()),
  output: list(z.string()),
  name: text,
  opType: z.string(),
  attribute: list(attributeSchema),
  domain: text,
});
const tensorSchema = z.strictObject({
  dims: list(int.nonnegative()),
  dataType: int,
  name: z.string(),
  rawData: z.instanceof(Uint8Array).optional(),
  externalData: z.array(z.strictObject({ key: z.string(), value: z.string() })).optional(),
  dataLocation: int.optional(),
});
const valueSchema = z.strictObject({
  name: z.string(),
  type: z.strictObject({
    tensorType: z.strictObject({
      elemType: int,
      shape: z.strictObject({
        dim: list(z.strictObject({ dimValue: int.optional(), dimParam: z.string().optional() })),
      }),
    }),
  }),
});
const modelSchema = z.strictObject({
  irVersion: int,
  producerName: text,
  graph: z.strictObject({
    node: list(nodeSchema),
    name: text,
    initializer: list(tensorSchema),
    input: list(valueSchema),
    output: list(valueSchema),
  }),
  opsetImport: list(z.strictObject({ domain: text, version: int })),
});

/** An ONNX file. */
export type OnnxModel = z.infer<typeof modelSchema>;
/** One operator call. `type` of an attribute is 1 for `f`, 2 for `i`, 7 for `ints`. */
export type OnnxNode = z.infer<typeof nodeSchema>;
/** An attribute of an operator call. */
export type OnnxAttribute = z.infer<typeof attributeSchema>;
/** A constant, inside the file (`rawData`) or in another (`externalData`, `dataLocation` 1). */
export type OnnxTensor = z.infer<typeof tensorSchema>;
/** A graph input or output. */
export type OnnxValue = z.infer<typeof valueSchema>;

/** The bytes of a model; the same model gives the same bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return modelType.encode(modelType.fromObject(model)).finish();
}

/**
 * The model of a file that `encodeOnnx` could have written.
 *
 * @param name - of the file, for messages.
 * @throws InfillError INVALID_PACK for bytes that are not ONNX, or hold anything beyond the types above: unknown
 *   fields, and second encodings of known ones, would let ONNX Runtime see what was not checked.
 */
export function decodeOnnx(bytes: Uint8Array, name: string): OnnxModel {
  const model = modelSchema.safeParse(decodeMessage(bytes, name));
  if (!model.success) {
    throw new InfillError(
      'INVALID_PACK',
      `${name} is not a pack graph: ${z.prettifyError(model.error)}.`,
    );
  }
  if (!Buffer.from(encodeOnnx(model.data)).equals(bytes)) {
    throw new InfillError('INVALID_PACK', `${name} holds more than a pack graph may.`);
  }
  return model.data;
}

function decodeMessage(bytes: Uint8Array, name: string): unknown {
  try {
    return modelType.toObject(modelType.decode(bytes), { longs: Number });
  } catch (cause) {
    throw notOnnx(name, cause);
  }
}

function notOnnx(name: string, cause: unknown): InfillError {
  return new InfillError('INVALID_PACK', `${name} is not an ONNX file.`, { cause });
}
