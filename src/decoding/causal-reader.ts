/**
 * Reads one run's tokens with a causal model: start id first, each token once, the KV cache in step.
 *
 * Row for position i is the hidden state of the token before it, which predicts i; for position 0 that of the
 * start id. Knows positions; knows no sampling.
 */
import assert from 'node:assert/strict';
import type { CausalModel, KvCache } from '../model/models.ts';
import type { PassCounts } from './decoder.ts';

/** Owns the KV cache of one run. */
export class CausalReader {
  readonly #model: CausalModel;
  readonly #startId: number;
  readonly #passes: PassCounts;
  readonly #cache: KvCache;

  /** @param passes - its `causal` counts this reader's passes. */
  constructor(model: CausalModel, startId: number, passes: PassCounts) {
    this.#model = model;
    this.#startId = startId;
    this.#passes = passes;
    this.#cache = model.createCache();
  }

  /**
   * Returns the hidden states that predict `positions`, in one pass over the tokens not read yet.
   *
   * @param ids - (T); known up to the last of `positions`, exclusive.
   * @param positions - ascending; the first is not before what was read already.
   * @returns (positions.length, D), owned by the caller.
   */
  async read(ids: readonly (number | null)[], positions: readonly number[]): Promise<Float32Array> {
    const readCount = this.#cache.length;
    const last = positions.at(-1);
    assert(last !== undefined && last >= readCount, 'There is something to read.');
    const fed: number[] = readCount === 0 ? [this.#startId] : [];
    for (const id of ids.slice(Math.max(0, readCount - 1), last)) {
      assert(id !== null, 'Positions before the last are known.');
      fed.push(id);
    }
    const hidden = await this.#model.forward(fed, this.#cache);
    this.#passes.causal++;
    return gatherRows(
      hidden,
      positions.map((position) => position - readCount),
      this.#model.hiddenSize,
    );
  }

  /** How many rows a pass has that predicts `position` last. */
  unreadBefore(position: number): number {
    return position + 1 - this.#cache.length;
  }

  /** Forgets the tokens from `position` on, if they were read. */
  forgetFrom(position: number): void {
    // The start id is held at 0, so tokens before `position` end at `position + 1`.
    if (this.#cache.length > position + 1) this.#cache.rewind(position + 1);
  }
}

/**
 * Returns rows of a matrix, copied.
 *
 * @param matrix - (N, D). @param rows - indices below N. @returns (rows.length, D).
 */
export function gatherRows(
  matrix: Float32Array,
  rows: readonly number[],
  width: number,
): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) {
    gathered.set(matrix.subarray(row * width, (row + 1) * width), index * width);
  }
  return gathered;
}

/** Returns row `index` of a matrix as a view. @param matrix - (N, width). */
export function rowOf(matrix: Float32Array, index: number, width: number): Float32Array {
  return matrix.subarray(index * width, (index + 1) * width);
}
