/**
 * What the trained layer reads: at each masked position, the causal model's state of the position before and the masked
 * model's state of the position itself.
 *
 * Knows the two frozen models; knows no corpus and no file.
 */
import assert from 'node:assert/strict';
import { InfillError } from '../../errors.ts';
import type { LoadedModels } from '../../model/models.ts';
import type { Example } from './corpus.ts';

/** Rows of masked positions. */
export type FeatureRows = {
  /** (B, D_c + D_m). */
  readonly features: Float32Array;
  /** The tokens that stand there, (B). */
  readonly targets: Int32Array;
};

/** Computes features with a pack's models. */
export class FeatureSource {
  readonly #models;
  /** D_c + D_m. */
  readonly width: number;

  /** @throws InfillError UNSUPPORTED when the pack lacks a role */
  constructor({ facts, causal, masked }: LoadedModels) {
    const { startId, maskId } = facts;
    if (causal === null || masked === null || startId === null || maskId === null) {
      throw new InfillError(
        'UNSUPPORTED',
        `Pack "${facts.id}" has no causal and masked model to join.`,
      );
    }
    this.#models = { causal, masked, startId, maskId };
    this.width = causal.hiddenSize + masked.hiddenSize;
  }

  /** One causal pass over the text as it is, and one masked pass over the text with its masks. */
  async rowsOf({ ids, masked: open }: Example): Promise<FeatureRows> {
    const { causal, masked, startId, maskId } = this.#models;
    // The row of the start id predicts the first token, and so on: row i is the state of i − 1.
    const before = await causal.forward([startId, ...ids.slice(0, -1)], causal.createCache());
    const isOpen = new Set(open);
    const within = await masked.encode(ids.map((id, i) => (isOpen.has(i) ? maskId : id)));
    const features = new Float32Array(open.length * this.width);
    for (const [row, position] of open.entries()) {
      const start = row * this.width;
      features.set(rowAt(before, position, causal.hiddenSize), start);
      features.set(rowAt(within, position, masked.hiddenSize), start + causal.hiddenSize);
    }
    return { features, targets: Int32Array.from(open, (position) => tokenAt(ids, position)) };
  }
}

function rowAt(rows: Float32Array, index: number, width: number): Float32Array {
  return rows.subarray(index * width, (index + 1) * width);
}

function tokenAt(ids: readonly number[], position: number): number {
  const id = ids[position];
  assert(id !== undefined, 'A masked position is one of the text.');
  return id;
}
