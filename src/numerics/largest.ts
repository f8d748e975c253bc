/**
 * The largest entries of a row, best first, without sorting all of it: a heap is built in O(V) and only what is
 * taken is popped. Equal entries come in index order.
 */

/**
 * Returns indices of the largest entries, best first, as long as `wanted` says so.
 *
 * @param values - (V), no NaN.
 * @param wanted - called with the count taken so far and the index just taken; false stops after it.
 * Example: [0.1, 0.7, 0.2] while count < 2 → [1, 2].
 */
export function takeLargest(
  values: Float32Array | Float64Array,
  wanted: (count: number, index: number) => boolean,
): number[] {
  const heap = Uint32Array.from(values, (_, index) => index);
  const before = (a: number, b: number) =>
    values[a]! > values[b]! || (values[a]! === values[b]! && a < b);
  for (let node = (heap.length >> 1) - 1; node >= 0; node--)
    siftDown(heap, node, heap.length, before);
  const taken: number[] = [];
  for (let size = heap.length; size > 0; size--) {
    const index = heap[0]!;
    taken.push(index);
    if (!wanted(taken.length, index)) break;
    heap[0] = heap[size - 1]!;
    siftDown(heap, 0, size - 1, before);
  }
  return taken;
}

/** Restores the heap order below `node`, in place. */
function siftDown(
  heap: Uint32Array,
  node: number,
  size: number,
  before: (a: number, b: number) => boolean,
): void {
  const moved = heap[node]!;
  let hole = node;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    if (child + 1 < size && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, moved)) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = moved;
}
