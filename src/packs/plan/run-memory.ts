/**
 * Memory that a pack takes at run time, told from shapes.
 *
 * Knows what is kept and what a pass holds for a while; what the runtime and the process need besides is not counted.
 */
import { cacheSizeBytes, capacityFor } from '../../model/kv-cache.ts';
import type { ModelShape } from '../architectures/model-plan.ts';
import { elementTypes, type OnnxModel } from '../onnx/onnx-model.ts';
import type { RoleName } from '../role-source.ts';
import { elementCount } from '../weight-layout.ts';

/** What is needed of a model. */
export type SizedModel = {
  readonly role: RoleName;
  readonly shape: ModelShape;
  /** Backbone and head. What both read is in memory twice: the sessions share none. */
  readonly graphs: readonly OnnxModel[];
};

/** Bytes for one run whose prompt has `contextLength` positions, all of them open. */
export type RunMemory = {
  readonly contextLength: number;
  /** Of all models, with what their graphs have as constants. */
  readonly weights: number;
  /** With the room it keeps for more. */
  readonly cache: number;
  readonly hiddenStates: number;
  /** A block of each model. */
  readonly logits: number;
  /** What the longest pass holds while it runs: attention scores, new keys and values on their way out. */
  readonly passes: number;
  readonly total: number;
};

const floatBytes = 4;

/** Rows of logits that are computed at once. */
export const logitsBlockRows = 64;

/** Times that new keys and values exist at the end of a pass: by layer, joined, ordered by head, and given out. */
const newStateCopies = 4;

/** Distances of positions as int64, twice, and the bias they become. */
const slidingBiasBytes = 2 * 8 + floatBytes;

/** Adds up what `models` take. */
export function runMemory(
  models: readonly SizedModel[],
  vocabularySize: number,
  contextLength: number,
): RunMemory {
  const sum = (bytesOf: (model: SizedModel) => number) =>
    models.reduce((total, model) => total + bytesOf(model), 0);
  const weights = sum(({ graphs }) => graphs.reduce((total, graph) => total + heldBytes(graph), 0));
  const cache = sum(({ role, shape }) =>
    role === 'causal' ? cacheSizeBytes(shape, capacityFor(contextLength + 1)) : 0,
  );
  const hiddenStates = sum(({ shape }) => floatBytes * contextLength * shape.hiddenSize);
  const rows = Math.min(logitsBlockRows, contextLength);
  const logits = sum(() => floatBytes * rows * vocabularySize);
  const passes = sum((model) => passBytes(model, contextLength));
  const total = weights + cache + hiddenStates + logits + passes;
  return { contextLength, weights, cache, hiddenStates, logits, passes, total };
}

/** Bytes of a graph's constants as a session holds them: halves become floats when it is opened. */
function heldBytes({ graph }: OnnxModel): number {
  const products = graph.node.filter(({ opType }) => opType === 'MatMulNBits');
  // Beside the scale of each block such a product keeps its sum.
  const scales = new Set(products.map(({ input }) => input[2]));
  return graph.initializer.reduce((total, { name, dims, dataType }) => {
    const bytes = dataType === elementTypes.uint8 ? 1 : floatBytes;
    return total + elementCount(dims) * bytes * (scales.has(name) ? 2 : 1);
  }, 0);
}

/** Sessions keep what their largest pass took, so that of both models counts. */
function passBytes({ role, shape }: SizedModel, length: number): number {
  const scores = floatBytes * shape.headCount * length ** 2;
  return role === 'causal'
    ? scores + newStateCopies * cacheSizeBytes(shape, length)
    : scores + slidingBiasBytes * length ** 2;
}
