/**
 * The attempts of one request: the lengths of slots are settled first, then each sample is an attempt.
 *
 * Knows which run comes next; knows not how one is filled, nor which sample is best.
 */
import type { LoadedModels } from '../model/models.ts';
import { sampleSeed } from '../numerics/keyed-random.ts';
import {
  type Attempt,
  type AttemptPlan,
  type Attempts,
  type AttemptTurn,
  attemptOf,
} from './attempt.ts';
import type { PassCounts } from './decoder.ts';
import { type LengthSettling, lengthSettling } from './length-search.ts';

/** Lengths first, then the samples: the first has the plan's own seed, each other one a seed made of it. */
export class AttemptSeries implements Attempts {
  readonly passes: PassCounts = { causal: 0, masked: 0 };
  readonly #plan: AttemptPlan;
  readonly #settling: LengthSettling;
  #lengths: readonly number[] | null = null;
  /** Samples begun or chosen. */
  #sampleCount = 0;
  #isUnderWay = false;

  constructor(plan: AttemptPlan, models: LoadedModels) {
    this.#plan = plan;
    this.#settling = lengthSettling(plan, models, this.passes);
  }

  get isOver(): boolean {
    return this.#sampleCount === this.#plan.samples && !this.#isUnderWay;
  }

  async next(): Promise<AttemptTurn> {
    if (this.#lengths === null) {
      const turn = await this.#settling.next();
      if (turn.type !== 'settled') {
        this.#isUnderWay = turn.type === 'attempt';
        return turn;
      }
      this.#lengths = turn.lengths;
      if (turn.first !== null) {
        this.#sampleCount++;
        return { type: 'chosen', attempt: turn.first };
      }
    }
    this.#isUnderWay = true;
    return { type: 'attempt', attempt: this.#sample(this.#lengths) };
  }

  ended(ids: readonly (number | null)[]): void {
    this.#isUnderWay = false;
    if (this.#lengths === null) this.#settling.ended(ids);
  }

  #sample(lengths: readonly number[]): Attempt {
    const index = this.#sampleCount++;
    const { seed } = this.#plan;
    return attemptOf(this.#plan, index === 0 ? 'SHOWN' : 'SAMPLE', {
      lengths,
      seed: index === 0 ? seed : sampleSeed(seed, index),
    });
  }
}
