/**
 * Tensors of a checkpoint whose weights are not at hand: each is there as soon as it is asked for.
 *
 * What is drawn from them has the shapes and sizes of the real thing. Their bytes cannot be read.
 */
import assert from 'node:assert/strict';
import { elementCount } from '../weight-layout.ts';
import type { CheckpointTensors } from './checkpoint.ts';
import type { TensorEntry } from './safetensors.ts';

/** Has whatever the configuration asks for. */
export class ImaginedTensors implements CheckpointTensors {
  readonly #folder: string;
  readonly #taken = new Map<string, TensorEntry>();

  /** @param folder - tells tensors of two checkpoints apart. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  take(name: string, shape: readonly number[]): TensorEntry {
    const known = this.#taken.get(name);
    if (known !== undefined) {
      assert.deepEqual(known.shape, shape, `Tensor ${name} is asked for in two shapes.`);
      return known;
    }
    const byteLength = 4 * elementCount(shape);
    const entry = { name, path: this.#folder, type: 'F32', shape, offset: 0, byteLength } as const;
    this.#taken.set(name, entry);
    return entry;
  }

  refuseUnused(): void {
    // There are none but those asked for.
  }

  takenElementCount(): number {
    return [...this.#taken.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  }

  /** Elements of the first tensor of `shape` that was asked for; 0 without one. */
  firstElementCount(shape: readonly number[]): number {
    const first = [...this.#taken.values()].find((entry) => entry.shape.join() === shape.join());
    return first === undefined ? 0 : elementCount(first.shape);
  }
}
