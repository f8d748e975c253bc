/**
 * Drafts of the open positions that one causal pass may verify: each is drawn once from q, the masked model's own
 * distribution, and kept with q until its position is behind the cursor.
 *
 * Knows the order in which positions are verified; knows no fused distribution.
 */
import assert from 'node:assert/strict';
import type { Run } from '../../src/decoding/decoder.ts';
import { drawnWeightsInto, logProbOf } from '../../src/decoding/distribution.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { argmax, inverseCdf } from '../../src/numerics/sampling.ts';
import type { MaskedRows } from './masked-rows.ts';

/** A drafted token and what it was drawn from. */
export type Draft = {
  readonly tokenId: number;
  /** The greatest probability of q; when greedy, of q at temperature 1. */
  readonly confidence: number;
  /** q times its total, (V); empty when greedy. Valid while its position is not behind the cursor. */
  readonly weights: Float64Array;
  /** What the weights sum to; the greatest is 1. */
  readonly total: number;
};

/** A place for a draft; `index` is -1 while it has none. */
type Place = { -readonly [Key in keyof Draft]: Draft[Key] } & { index: number };

/** Bytes that a place for a draft takes; less when greedy. */
export function draftBytes(vocabularySize: number): number {
  return vocabularySize * Float64Array.BYTES_PER_ELEMENT;
}

/** Drafts of one run, by index among the open positions. */
export class DraftWindow {
  readonly #run: Run<unknown>;
  readonly #rows: MaskedRows;
  readonly #places: readonly Place[];

  /** @param size - how many consecutive positions have a draft at the same time. */
  constructor(
    rows: MaskedRows,
    run: Run<unknown>,
    shape: { size: number; vocabularySize: number },
  ) {
    this.#run = run;
    this.#rows = rows;
    const weightsSize = run.sampling.temperature === 0 ? 0 : shape.vocabularySize;
    this.#places = Array.from({ length: shape.size }, () => ({
      index: -1,
      tokenId: -1,
      confidence: 0,
      weights: new Float64Array(weightsSize),
      total: 1,
    }));
  }

  /** The draft of a loaded row; the same at every call, whatever the run has committed. */
  at(index: number): Draft {
    // Consecutive indices have places of their own; a place passes on once its position is behind the cursor.
    const place = this.#places[index % this.#places.length];
    assert(place !== undefined, 'A window has at least one place.');
    if (place.index !== index) {
      this.#draw(index, place);
      place.index = index;
    }
    return place;
  }

  /** Argmax of q when greedy, else drawn from q; written into `place`. */
  #draw(index: number, place: Place): void {
    const { sampling, seed } = this.#run;
    const logits = this.#rows.draftLogits(index);
    if (sampling.temperature === 0) {
      place.tokenId = argmax(logits);
      place.confidence = Math.exp(logProbOf(logits, place.tokenId));
      return;
    }
    place.total = drawnWeightsInto(logits, sampling, place.weights).total;
    const position = this.#rows.positionOf(index);
    const draw = keyedUniform(seed, { purpose: 'draft', position, step: 0 });
    place.tokenId = inverseCdf(place.weights, draw, place.total);
    place.confidence = 1 / place.total;
  }
}
