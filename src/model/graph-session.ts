/**
 * A graph that is held in memory, as a function from arrays to arrays.
 *
 * Knows names and shapes that its caller gives; knows not what is computed.
 */
import type { Tensor } from 'onnxruntime-node';
import { loadOnnxRuntime, type OnnxRuntime } from './onnx-runtime.ts';
import type { Opened } from './open-models.ts';
import { float32Output, SessionGroup } from './session.ts';

/** Values with their shape, row by row; integers are int64. Read where they are, not copied. */
export type GraphArray = {
  readonly values: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
};

/** A graph of float32 outputs. */
export type Graph<Output extends string> = {
  /** @returns the outputs by name, owned by the caller. */
  run(inputs: Readonly<Record<string, GraphArray>>): Promise<Record<Output, Float32Array>>;
};

/**
 * Opens a graph on the processor; between passes it holds no buffers.
 *
 * @param graph - an ONNX file without external data.
 * @param threads - of one pass; ≥ 1.
 * @throws InfillError DEVICE_UNAVAILABLE | INVALID_PACK
 */
export async function openGraph<const Output extends string>(
  graph: Uint8Array,
  outputs: readonly Output[],
  threads: number,
): Promise<Opened<Graph<Output>>> {
  const runtime = await loadOnnxRuntime();
  const group = new SessionGroup(runtime, { device: 'cpu', threads, keepsBuffers: false });
  const session = await group.open(graph);
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, array]) => [name, tensorOf(runtime, array)]),
      );
      const results = await session.run(feeds);
      const entries = outputs.map((name) => [name, float32Output(results, name)] as const);
      return Object.fromEntries(entries) as Record<Output, Float32Array>;
    },
    close: () => group.close(),
  };
}

function tensorOf({ Tensor: Values }: OnnxRuntime, { values, shape }: GraphArray): Tensor {
  return values instanceof Float32Array
    ? new Values('float32', values, [...shape])
    : new Values('int64', values, [...shape]);
}
