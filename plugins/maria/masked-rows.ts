/**
 * The masked model's share of a run: one pass over the prompt, and from it, for each open position, the masked part
 * of the fused logits and the logits that a draft is drawn from.
 *
 * Neither changes while the run decodes, so logits are computed in blocks ahead of the cursor and dropped behind it.
 */
import assert from 'node:assert/strict';
import { gatherRows, rowOf } from '../../src/decoding/causal-reader.ts';
import { logitsBlockSize } from '../../src/decoding/chain-rule-score.ts';
import type { PassCounts, Run } from '../../src/decoding/decoder.ts';
import { drawnLogits } from '../../src/decoding/distribution.ts';
import { knownIds, openPositions } from '../../src/decoding/positions.ts';
import type { FusionHead, MaskedModel } from '../../src/model/models.ts';

/** What the masked rows are computed with. */
export type MaskedSource = {
  readonly masked: MaskedModel;
  readonly fusion: FusionHead;
  readonly maskId: number;
  readonly vocabularySize: number;
};

/** Masked rows of one run; positions are named by their index among the open ones. */
export class MaskedRows {
  readonly #source: MaskedSource;
  readonly #run: Run<unknown>;
  readonly #open: readonly number[];
  /** (S, D_m) */
  readonly #hidden: Float32Array;
  /** First open index and count of the block in memory. */
  #block = { first: 0, count: 0 };
  /** (count, V) each. */
  #fusedParts: Float32Array = new Float32Array(0);
  #draftLogits: Float32Array = new Float32Array(0);

  private constructor(source: MaskedSource, run: Run<unknown>, hidden: Float32Array) {
    this.#source = source;
    this.#run = run;
    this.#open = openPositions(run.ids);
    this.#hidden = hidden;
  }

  /** Runs the masked model over the prompt. @param passes - its `masked` counts the pass. */
  static async encode(
    source: MaskedSource,
    run: Run<unknown>,
    passes: PassCounts,
  ): Promise<MaskedRows> {
    const { masked, maskId } = source;
    const hidden = await masked.encode(run.ids.map((id) => id ?? maskId)); // (T, D_m)
    passes.masked++;
    return new MaskedRows(
      source,
      run,
      gatherRows(hidden, openPositions(run.ids), masked.hiddenSize),
    );
  }

  /**
   * Makes rows `first` … `first + count − 1` available, and as many after them as a block holds.
   *
   * @param count - at most a block.
   */
  async load(first: number, count: number): Promise<void> {
    const { masked, fusion } = this.#source;
    const end = this.#block.first + this.#block.count;
    if (first >= this.#block.first && first + count <= end) return;
    const blockCount = Math.min(logitsBlockSize, this.#open.length - first);
    const rows = this.#hidden.subarray(
      first * masked.hiddenSize,
      (first + blockCount) * masked.hiddenSize,
    );
    this.#draftLogits = await masked.logits(rows);
    this.#fusedParts = await fusion.maskedPart(rows, this.#draftLogits);
    this.#block = { first, count: blockCount };
    for (let index = first; index < first + blockCount; index++) {
      const row = this.#rowOf(this.#draftLogits, index);
      // A draft must not depend on the path, so a slot's choices are narrowed by nothing here.
      this.#run.rules.forbid(row, this.positionOf(index), this.#run.ids);
    }
  }

  /** W_m h^m + b of a loaded row. @returns (V), a view. */
  fusedPart(index: number): Float32Array {
    return this.#rowOf(this.#fusedParts, index);
  }

  /**
   * Logits that the draft of a loaded row is drawn from. A draft must not depend on the path, so the penalty sees the
   * known tokens only.
   */
  draftLogits(index: number): Float32Array {
    const { sampling, ids } = this.#run;
    return drawnLogits(
      this.#rowOf(this.#draftLogits, index),
      sampling,
      () => new Set(knownIds(ids)),
    );
  }

  /** The position of an open index. */
  positionOf(index: number): number {
    const position = this.#open[index];
    assert(position !== undefined, 'The index is of an open position.');
    return position;
  }

  #rowOf(block: Float32Array, index: number): Float32Array {
    const row = index - this.#block.first;
    assert(row >= 0 && row < this.#block.count, 'The row is loaded.');
    return rowOf(block, row, this.#source.vocabularySize);
  }
}
