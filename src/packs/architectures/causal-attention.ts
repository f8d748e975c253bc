/**
 * Attention over a cache, as graphs of causal models draw it.
 *
 * Query, key and value weights of a layer are one Gemm. Keys are rotated before attention, because the rotated ones are
 * what a cache holds. Knows heads and windows; knows no architecture.
 */
import { pastNames } from '../onnx/graph-contract.ts';
import { type Drawing, drawLinear } from './linear.ts';
import type { ModelShape } from './model-plan.ts';
import type { RotaryTables } from './rotary.ts';

/** Heads of a causal model. */
export type CausalHeads = {
  /** Its head size is that of the cache: `headSize` and zeros up to a multiple of 8. */
  readonly shape: ModelShape;
  /** As the weights have it. */
  readonly headSize: number;
};

/** A graph of a causal model. */
export type CausalDrawing = Drawing & { readonly heads: CausalHeads };

/** Query (1, T, H·hd), key and value (1, T, Hk·hd) of the fed positions, not rotated yet. */
export type Projections = {
  readonly query: string;
  readonly key: string;
  readonly value: string;
};

/** How a layer attends. */
export type LayerAttention = {
  readonly layer: number;
  readonly tables: RotaryTables;
  /** How many positions it sees, its own included; null: all up to its own. */
  readonly window: number | null;
};

/** What attention gives: output (T, H·hd), and what the cache gains, (1, T, Hk·hd) with the cache's head size. */
export type Attended = { readonly output: string; readonly key: string; readonly value: string };

/**
 * One Gemm with the weights `q_proj`, `k_proj` and `v_proj` below `prefix`.
 *
 * @param input - (T, D).
 * @returns (1, T, (H + 2·Hk)·hd).
 */
export function drawProjections(
  drawing: CausalDrawing,
  input: string,
  { prefix, bias }: { readonly prefix: string; readonly bias: boolean },
): string {
  const { querySize, keySize } = projectionSizes(drawing.heads);
  const joined = drawLinear(
    drawing,
    input,
    [
      { name: `${prefix}.q_proj`, size: querySize },
      { name: `${prefix}.k_proj`, size: keySize },
      { name: `${prefix}.v_proj`, size: keySize },
    ],
    { width: drawing.heads.shape.hiddenSize, bias },
  );
  const { graph } = drawing;
  return graph.op('Reshape', [joined, graph.ints(1, -1, querySize + 2 * keySize)]);
}

/** Cuts what `drawProjections` gives. */
export function splitProjections({ graph, heads }: CausalDrawing, joined: string): Projections {
  const { querySize, keySize } = projectionSizes(heads);
  const [query, key, value] = graph.split(joined, [querySize, keySize, keySize], 2);
  return { query, key, value };
}

/** Widths of a query and of a key of all heads. */
export function projectionSizes({ shape, headSize }: CausalHeads) {
  return {
    querySize: shape.headCount * headSize,
    keySize: shape.keyValueHeadCount * headSize,
  };
}

/** Rotates queries and keys and attends over the cache and the fed positions. */
export function drawCachedAttention(
  drawing: CausalDrawing,
  { query, key, value }: Projections,
  attention: LayerAttention,
): Attended {
  const { graph, heads } = drawing;
  const { headCount, keyValueHeadCount } = heads.shape;
  const rotate = (states: string, count: number) => {
    const { cosines, sines } = attention.tables;
    const inputs = [states, 'position_offset', cosines, sines];
    return padHeads(drawing, graph.op('RotaryEmbedding', inputs, { num_heads: count }), count);
  };
  const rotatedKey = rotate(key, keyValueHeadCount);
  const paddedValue = padHeads(drawing, value, keyValueHeadCount);
  const states = [rotate(query, headCount), rotatedKey, paddedValue];
  return { output: drawAttention(drawing, states, attention), key: rotatedKey, value: paddedValue };
}

/** Zeros behind each head up to its size in the cache: they change no dot product, and values of zero no output. */
function padHeads({ graph, heads }: CausalDrawing, states: string, count: number): string {
  const { headSize, shape } = heads;
  if (headSize === shape.headSize) return states;
  const perHead = graph.op('Reshape', [states, graph.ints(1, -1, count, headSize)]);
  const ends = graph.ints(0, 0, 0, 0, 0, 0, 0, shape.headSize - headSize);
  const padded = graph.op('Pad', [perHead, ends]);
  return graph.op('Reshape', [padded, graph.ints(1, -1, count * shape.headSize)]);
}

/** @param states - query, key and value of the fed positions. @returns (T, H·hd), padding removed. */
function drawAttention(
  { graph, heads }: CausalDrawing,
  states: readonly string[],
  { layer, window }: LayerAttention,
): string {
  const { headSize, shape } = heads;
  const { headCount, keyValueHeadCount } = shape;
  const attended = `attended_${layer}`;
  // The operator insists on returning the whole cache; nothing reads it.
  graph.opInto(
    'GroupQueryAttention',
    [...states, ...pastNames(layer), 'seqlens_k', 'total_sequence_length'],
    [attended, `present_key_${layer}`, `present_value_${layer}`],
    {
      num_heads: headCount,
      kv_num_heads: keyValueHeadCount,
      do_rotary: 0,
      scale: { float: 1 / Math.sqrt(headSize) },
      ...(window === null ? {} : { local_window_size: window }),
    },
  );
  const flatShape = graph.ints(-1, headCount * headSize);
  if (headSize === shape.headSize) return graph.op('Reshape', [attended, flatShape]);
  const perHead = graph.op('Reshape', [attended, graph.ints(-1, headCount, shape.headSize)]);
  const cut = graph.op('Slice', [perHead, graph.ints(0), graph.ints(headSize), graph.ints(2)]);
  return graph.op('Reshape', [cut, flatShape]);
}
