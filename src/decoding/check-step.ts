/**
 * Whether what a decoder gave keeps its contract: a plugin may be anyone's code.
 *
 * Knows runs and results; knows neither engine nor models. Messages name positions and ids, never a text.
 */
import type { Fill, LikelihoodKind, Run, Score, StepResult } from './decoder.ts';
import { kindOf, show } from './decoder-failure.ts';
import { openPositions } from './positions.ts';

/** A run with the prompt as committed so far. */
export type CommittedRun = {
  readonly run: Run<unknown>;
  /** (T); null at open positions. */
  readonly ids: readonly (number | null)[];
};

/** Room for rounding: a float32 log-probability of a certain token may come out this much above 0. */
const maxLogProb = 1e-6;

/** What is wrong with the state that a run begins with; null when nothing is. */
export function stateProblem(state: unknown): string | null {
  const passes = typeof state === 'object' && state !== null && 'passes' in state && state.passes;
  const isCounted =
    typeof passes === 'object' &&
    passes !== null &&
    'causal' in passes &&
    'masked' in passes &&
    [passes.causal, passes.masked].every(Number.isInteger);
  return isCounted ? null : 'a run began without a state that counts its passes';
}

/** What is wrong with the results of one step as a whole; null when there is one per run. */
export function resultsProblem(results: unknown, runCount: number): string | null {
  if (!Array.isArray(results)) return `a step gave ${kindOf(results)} in place of a list`;
  if (results.length === runCount) return null;
  return `a step gave ${results.length} results for ${runCount} runs`;
}

/** Checks what steps did to runs of one vocabulary. */
export class StepChecker {
  /** (V); what `TokenRules.forbid` leaves of it may stand. */
  #row = new Float32Array(0);

  /**
   * What is wrong with the result of one run; null when nothing is.
   *
   * @param result - of a plugin: anything.
   */
  problemOf(result: unknown, { run, ids }: CommittedRun): string | null {
    if (!isStepResult(result)) return 'a result has no fills, reopened positions or done';
    const { fills, reopened, done } = result;
    const problem = positionsProblem(result, run);
    if (problem !== null) return problem;
    const after = ids.slice();
    for (const position of reopened) after[position] = null;
    for (const fill of fills) {
      after[fill.position] = null;
      const wrong = this.#fillProblem(fill, { run, ids: after });
      if (wrong !== null) return wrong;
      after[fill.position] = fill.tokenId;
    }
    if (!done) return null;
    const openCount = openPositions(after).length;
    return openCount > 0 ? `it was done with ${openCount} positions open` : null;
  }

  #fillProblem(fill: Fill, { run, ids }: CommittedRun): string | null {
    const { position, tokenId, logProb, alternatives, maskedShare = 0 } = fill;
    const { vocabularySize } = run.rules;
    if (!isTokenId(tokenId, vocabularySize) || !this.#allows(fill, { run, ids }))
      return `it commits token ${show(tokenId)} at position ${position}, which may not stand there`;
    if (!isLogProb(logProb))
      return `the log-probability at position ${position} is ${show(logProb)}`;
    if (!(typeof maskedShare === 'number' && maskedShare >= 0 && maskedShare <= 1))
      return `the masked model's share at position ${position} is ${show(maskedShare)}`;
    const areAlternatives =
      Array.isArray(alternatives) &&
      alternatives.every((other) => isAlternative(other, vocabularySize));
    if (areAlternatives) return null;
    return `the alternatives at position ${position} are not tokens with log-probabilities`;
  }

  #allows({ position, tokenId }: Fill, { run, ids }: CommittedRun): boolean {
    const { rules } = run;
    if (this.#row.length !== rules.vocabularySize)
      this.#row = new Float32Array(rules.vocabularySize);
    this.#row.fill(0);
    rules.forbid(this.#row, position, ids);
    return this.#row[tokenId] === 0;
  }
}

/** What is wrong with a score of `targetCount` tokens; null when nothing is. */
export function scoreProblem(
  score: unknown,
  kind: LikelihoodKind,
  targetCount: number,
): string | null {
  if (typeof score !== 'object' || score === null) return `a score is ${kindOf(score)}`;
  const { kind: given, logLikelihood, perPosition, standardError }: Partial<Score> = score;
  if (given !== kind) return `a score is of kind ${show(given)} in place of ${kind}`;
  if (!isLogProb(logLikelihood)) return `a score is ${show(logLikelihood)}`;
  if (standardError !== undefined && !(Number.isFinite(standardError) && standardError >= 0))
    return `the standard error of a score is ${show(standardError)}`;
  return perPosition === undefined ? null : termsProblem(perPosition, targetCount);
}

function termsProblem(terms: unknown, targetCount: number): string | null {
  if (!Array.isArray(terms) || !terms.every(isLogProb))
    return 'the terms of a score are no log-probabilities';
  if (terms.length === targetCount) return null;
  return `a score has ${terms.length} terms for ${targetCount} tokens`;
}

function positionsProblem({ fills, reopened }: StepResult, { ids }: Run<unknown>): string | null {
  const filled = fills.map((fill: Fill | null | undefined) => fill?.position);
  // A name of a position would find it too, and be another key wherever positions are keys.
  const strays = [...filled, ...reopened].filter(
    (at: unknown) => typeof at !== 'number' || ids[at] !== null,
  );
  if (strays.length > 0)
    return `it commits or reopens position ${show(strays[0])}, which its run does not have open`;
  const hasTwice = [filled, reopened].some((list) => new Set(list).size < list.length);
  return hasTwice ? 'it commits or reopens a position twice in one step' : null;
}

function isStepResult(result: unknown): result is StepResult {
  return (
    typeof result === 'object' &&
    result !== null &&
    'fills' in result &&
    'reopened' in result &&
    'done' in result &&
    Array.isArray(result.fills) &&
    Array.isArray(result.reopened) &&
    typeof result.done === 'boolean'
  );
}

function isLogProb(value: unknown): boolean {
  return typeof value === 'number' && value <= maxLogProb;
}

function isTokenId(value: unknown, vocabularySize: number): value is number {
  return (
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < vocabularySize
  );
}

function isAlternative(other: unknown, vocabularySize: number): boolean {
  return (
    typeof other === 'object' &&
    other !== null &&
    'tokenId' in other &&
    'logProb' in other &&
    isTokenId(other.tokenId, vocabularySize) &&
    isLogProb(other.logProb)
  );
}
