/**
 * The denoising steps of one run, one after the other: skips those that change nothing, and spreads a step over several
 * passes where it reveals several positions of one group (`slot-groups.ts`).
 *
 * Knows positions; draws no token.
 */
import { firstOfEachGroup } from '../../src/decoding/slot-groups.ts';
import type { TokenRules } from '../../src/decoding/token-rules.ts';
import { type Change, changeOf, type Noise, type Progress } from './denoising.ts';
import type { Options } from './options.ts';

/** What one pass does. */
export type PassChange = Change & {
  /** The denoising step it belongs to. */
  readonly step: number;
};

/** Where one run is between t = 1 and t = 0. */
export class DenoisingRun {
  readonly #options: Options;
  readonly #rules: TokenRules;
  readonly #noise: Noise;
  #stepCount = 0;
  /** Revealed by the last denoising step, not committed yet. */
  #pending: readonly { readonly position: number }[] = [];

  constructor(options: Options, rules: TokenRules, noise: Noise) {
    this.#options = options;
    this.#rules = rules;
    this.#noise = noise;
  }

  /** Whether no denoising step is left. */
  get isOver(): boolean {
    return this.#stepCount === this.#options.steps && this.#pending.length === 0;
  }

  /** Goes on to the next pass; changes nothing only when it is over. @param progress - as it is now. */
  next(progress: Progress): PassChange {
    let reopened: readonly number[] = [];
    while (this.#pending.length === 0 && reopened.length === 0 && !this.isOver) {
      const change = changeOf(progress, this.#stepCount++, this.#options, this.#noise);
      this.#pending = change.revealed.map((position) => ({ position }));
      reopened = change.reopened;
    }
    const now = firstOfEachGroup(this.#pending, this.#rules);
    this.#pending = this.#pending.filter((candidate) => !now.includes(candidate));
    return {
      step: this.#stepCount - 1,
      revealed: now.map(({ position }) => position),
      reopened,
    };
  }
}
