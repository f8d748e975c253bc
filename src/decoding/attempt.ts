/**
 * What a sequence of the engine is made of: runs of one decoder, one after the other.
 *
 * Knows what an attempt is and what is asked of a series of them; `attempts.ts` has the order they come in.
 */
import type { Prompt } from '../text/prompt.ts';
import type { PassCounts, Run } from './decoder.ts';
import type { LengthSearch } from './infill-request.ts';
import { openPositions } from './positions.ts';

/** One run of a decoder from beginning to end. */
export type Attempt = {
  /** SHOWN: a sample whose tokens stream. SAMPLE: another one. TRIAL: a fill that may become the first sample. */
  readonly part: 'SHOWN' | 'SAMPLE' | 'TRIAL';
  readonly prompt: Prompt;
  readonly run: Run<unknown>;
  readonly maxSteps: number;
};

/** What a turn between attempts came to. */
export type AttemptTurn =
  /** A pass or two were made; there is more to do before the next attempt. */
  | { readonly type: 'searching' }
  /** This one is to be run. */
  | { readonly type: 'attempt'; readonly attempt: Attempt }
  /** This trial is the first sample. */
  | { readonly type: 'chosen'; readonly attempt: Attempt };

/** The attempts of one sequence. */
export interface Attempts {
  /** Model passes made between attempts. */
  readonly passes: PassCounts;
  /** Whether nothing comes any more. */
  readonly isOver: boolean;
  /** Takes a turn of at most two passes; called while no attempt is under way and more are to come. */
  next(): Promise<AttemptTurn>;
  /** The attempt under way has ended. @param ids - (T), filled. */
  ended(ids: readonly (number | null)[]): void;
}

/** Which attempts there are. */
export type AttemptPlan = {
  /** By slot: the lengths it may have, ascending, at least one each. */
  readonly lengths: readonly (readonly number[])[];
  readonly lengthSearch: LengthSearch;
  /** ≥ 1. */
  readonly samples: number;
  readonly seed: bigint;
  /** The request with its lengths decided. @param lengths - by slot, each one of `lengths`. */
  readonly runOf: (
    lengths: readonly number[],
    seed: bigint,
  ) => { readonly prompt: Prompt; readonly run: Run<unknown> };
  /** The decoder's step bound. */
  readonly maxSteps: (openCount: number) => number;
};

/** Returns the attempt of a plan with these lengths and this seed. */
export function attemptOf(
  { runOf, maxSteps }: AttemptPlan,
  part: Attempt['part'],
  at: { readonly lengths: readonly number[]; readonly seed: bigint },
): Attempt {
  const { prompt, run } = runOf(at.lengths, at.seed);
  return { part, prompt, run, maxSteps: maxSteps(openPositions(run.ids).length) };
}
