/**
 * How the unknown lengths of slots are settled, in turns of the engine: by the masked model's confidence, or by
 * decoding every combination and comparing the fills.
 *
 * Knows models and turns; which lengths are tried is in `length-climb.ts`, what fills are compared by in
 * `length-judge.ts`.
 */
import assert from 'node:assert/strict';
import type { LoadedModels } from '../model/models.ts';
import { type Attempt, type AttemptPlan, attemptOf } from './attempt.ts';
import type { PassCounts } from './decoder.ts';
import { climbLengths } from './length-climb.ts';
import { lengthFigure } from './length-judge.ts';
import { lengthBiasOf, type MaskedReading, spanConfidence } from './span-confidence.ts';

/** What a turn of settling came to; `first` is the trial that has these lengths, where there was one. */
export type SettlingTurn =
  | { readonly type: 'searching' }
  | { readonly type: 'attempt'; readonly attempt: Attempt }
  | {
      readonly type: 'settled';
      readonly lengths: readonly number[];
      readonly first: Attempt | null;
    };

/** Settles the lengths of one plan. */
export interface LengthSettling {
  /** At most two passes. */
  next(): Promise<SettlingTurn>;
  /** The trial under way has ended. @param ids - (T), filled. */
  ended(ids: readonly (number | null)[]): void;
}

/** Returns the settling that a plan asks for. @param passes - counts those it makes. */
export function lengthSettling(
  plan: AttemptPlan,
  models: LoadedModels,
  passes: PassCounts,
): LengthSettling {
  if (plan.lengths.every(({ length }) => length === 1)) return new KnownLengths(plan);
  if (plan.lengthSearch === 'CAL') return new ConfidenceSearch(plan, models, passes);
  return new TrialSearch(plan, models, passes);
}

/** Nothing is unknown. */
class KnownLengths implements LengthSettling {
  readonly #lengths: readonly number[];

  constructor({ lengths }: AttemptPlan) {
    this.#lengths = lengths.flat();
  }

  async next(): Promise<SettlingTurn> {
    return { type: 'settled', lengths: this.#lengths, first: null };
  }

  ended(): void {
    assert.fail('No trial is under way.');
  }
}

/** CAL: the length whose masks the masked model is surest of, over how sure it is of that length anywhere. */
class ConfidenceSearch implements LengthSettling {
  readonly #plan: AttemptPlan;
  readonly #reading: MaskedReading;
  readonly #bias: readonly number[] | null;
  readonly #passes: PassCounts;
  readonly #climb: ReturnType<typeof climbLengths>;
  #turn: ReturnType<ReturnType<typeof climbLengths>['next']>;

  constructor(plan: AttemptPlan, { masked, facts }: LoadedModels, passes: PassCounts) {
    assert(masked !== null && facts.maskId !== null, 'A request for CAL is checked for the role.');
    this.#plan = plan;
    this.#reading = { masked, maskId: facts.maskId };
    this.#bias = facts.lengthBias;
    this.#passes = passes;
    this.#climb = climbLengths(plan.lengths);
    this.#turn = this.#climb.next();
  }

  async next(): Promise<SettlingTurn> {
    if (this.#turn.done === true) {
      return { type: 'settled', lengths: this.#turn.value, first: null };
    }
    const { lengths, slot } = this.#turn.value;
    const { prompt, run } = this.#plan.runOf(lengths, this.#plan.seed);
    const span = prompt.slots[slot]?.span;
    assert(span !== undefined, 'A prompt has the slots of its plan.');
    const confidence = await spanConfidence(this.#reading, run, span);
    this.#passes.masked++;
    this.#turn = this.#climb.next(confidence / lengthBiasOf(this.#bias, span.end - span.start));
    return { type: 'searching' };
  }

  ended(): void {
    assert.fail('No trial is under way.');
  }
}

/** DECODE_ALL: every combination is filled with the seed of the first sample; the best figure wins, ties to the first. */
class TrialSearch implements LengthSettling {
  readonly #plan: AttemptPlan;
  readonly #models: LoadedModels;
  readonly #passes: PassCounts;
  readonly #untried: Iterator<readonly number[], void, void>;
  /** Filled, but not compared yet. */
  #trial: { readonly lengths: readonly number[]; readonly attempt: Attempt } | null = null;
  #filledIds: readonly (number | null)[] = [];
  #best: {
    readonly lengths: readonly number[];
    readonly attempt: Attempt;
    readonly figure: number;
  } | null = null;

  constructor(plan: AttemptPlan, models: LoadedModels, passes: PassCounts) {
    this.#plan = plan;
    this.#models = models;
    this.#passes = passes;
    this.#untried = combinationsOf(plan.lengths);
  }

  async next(): Promise<SettlingTurn> {
    if (this.#trial !== null) {
      await this.#compare(this.#trial);
      this.#trial = null;
      return { type: 'searching' };
    }
    const { value: lengths } = this.#untried.next();
    if (lengths === undefined) {
      assert(this.#best !== null, 'There is a combination.');
      return { type: 'settled', lengths: this.#best.lengths, first: this.#best.attempt };
    }
    const attempt = attemptOf(this.#plan, 'TRIAL', { lengths, seed: this.#plan.seed });
    this.#trial = { lengths, attempt };
    return { type: 'attempt', attempt };
  }

  ended(ids: readonly (number | null)[]): void {
    this.#filledIds = ids;
  }

  async #compare(trial: {
    readonly lengths: readonly number[];
    readonly attempt: Attempt;
  }): Promise<void> {
    const { prompt, run } = trial.attempt;
    const firstUnknown = this.#plan.lengths.findIndex(({ length }) => length > 1);
    const filled = {
      ids: this.#filledIds.filter((id) => id !== null),
      known: run.ids,
      from: prompt.slots[firstUnknown]?.span.start ?? 0,
    };
    assert.equal(filled.ids.length, run.ids.length, 'A trial that ended is filled.');
    const figure = await lengthFigure(this.#models, filled, this.#passes);
    if (this.#best === null || figure > this.#best.figure) this.#best = { ...trial, figure };
  }
}

/** Every way to choose one length per slot: shorter ones first, the last slot's changing fastest. */
export function* combinationsOf(
  allowed: readonly (readonly number[])[],
): Generator<readonly number[], void, void> {
  const [first, ...others] = allowed;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const length of first) {
    for (const rest of combinationsOf(others)) yield [length, ...rest];
  }
}
