import { describe, expect, it } from 'vitest';
import {
  resultsProblem,
  StepChecker,
  scoreProblem,
  stateProblem,
} from '../../src/decoding/check-step.ts';
import type { Run } from '../../src/decoding/decoder.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';

const ids = [7, null, null, null];
const choices = {
  index: 0,
  start: 1,
  length: 2,
  bannedIds: [],
  choices: [
    [4, 5],
    [6, 6],
  ],
};
const rules = new TokenRules([0], new Uint8Array(8), new Set(), [choices]);
const run: Run<unknown> = {
  ids,
  rules,
  options: {},
  sampling: { temperature: 0 },
  seed: 0n,
  alternatives: 0,
};
const fill = (position: number, tokenId: number) => ({
  position,
  tokenId,
  logProb: -1,
  alternatives: [],
});

/** What is wrong with a step that commits `fills` after `committed`. */
function problemOf(
  fills: readonly unknown[],
  { committed = ids as (number | null)[], reopened = [] as readonly unknown[], done = false } = {},
) {
  return new StepChecker().problemOf({ fills, reopened, done }, { run, ids: committed });
}

describe('StepChecker', () => {
  it('takes what the rules allow', () => {
    expect(problemOf([fill(1, 4), fill(2, 5), fill(3, 1)], { done: true })).toBeNull();
  });

  it('takes a token that replaces a committed one, or one reopened in the same step', () => {
    const committed = [7, 4, 5, 1];

    expect(problemOf([fill(3, 2)], { committed })).toBeNull();
    expect(problemOf([fill(3, 2)], { committed, reopened: [3] })).toBeNull();
  });

  it('refuses tokens that are of no choice together', () => {
    expect(problemOf([fill(1, 4), fill(2, 6)])).toBe(
      'it commits token 6 at position 2, which may not stand there',
    );
  });

  it.each([
    [0, 'special'],
    [8, 'beyond the vocabulary'],
    [-1, 'below it'],
    [1.5, 'between two'],
    [Number.NaN, 'none'],
  ])('refuses token %d, which is %s', (tokenId) => {
    expect(problemOf([fill(3, tokenId)])).toContain(`token ${tokenId} at position 3`);
  });

  it.each([0, 4, -1, 1.5, Number.NaN, undefined, '1'])('refuses position %j', (position) => {
    expect(problemOf([{ ...fill(1, 4), position }])).toContain('which its run does not have open');
    expect(problemOf([], { reopened: [position] })).toContain('which its run does not have open');
  });

  it('takes rounding above 0 in a log-probability, and no more', () => {
    expect(problemOf([{ ...fill(3, 1), logProb: 1e-7 }])).toBeNull();
    expect(problemOf([{ ...fill(3, 1), logProb: 1e-5 }])).toContain('is 0.00001');
    expect(problemOf([{ ...fill(3, 1), logProb: '-1' }])).toContain('is string');
  });

  it('takes a share of the masked model from 0 to 1, or none', () => {
    for (const maskedShare of [0, 0.5, 1]) {
      expect(problemOf([{ ...fill(3, 1), maskedShare }])).toBeNull();
    }
    for (const maskedShare of [-0.1, 1.1, Number.NaN, '1', null]) {
      expect(problemOf([{ ...fill(3, 1), maskedShare }])).toContain('share at position');
    }
  });

  it('refuses an end with positions that a step reopened', () => {
    const committed = [7, 4, 5, 1];

    expect(problemOf([], { committed, reopened: [1], done: true })).toBe(
      'it was done with 1 positions open',
    );
  });

  it.each([null, 3, {}, { fills: [], reopened: [] }, { fills: {}, reopened: [], done: true }])(
    'refuses %j in place of a result',
    (result) => {
      expect(new StepChecker().problemOf(result, { run, ids })).toContain('a result has no fills');
    },
  );
});

describe('scoreProblem', () => {
  const score = { kind: 'CHAIN_RULE', logLikelihood: -2, perPosition: [-1, -1] };

  it('takes a score of its kind', () => {
    expect(scoreProblem(score, 'CHAIN_RULE', 2)).toBeNull();
    expect(scoreProblem({ ...score, perPosition: undefined }, 'CHAIN_RULE', 2)).toBeNull();
    expect(scoreProblem({ ...score, logLikelihood: -Infinity }, 'CHAIN_RULE', 2)).toBeNull();
  });

  it.each([
    [null, 'a score is null'],
    [{ ...score, kind: 'ELBO' }, 'in place of CHAIN_RULE'],
    [{ ...score, logLikelihood: Number.NaN }, 'a score is NaN'],
    [{ ...score, logLikelihood: 1 }, 'a score is 1'],
    [{ ...score, perPosition: [Number.NaN] }, 'the terms of a score'],
    [{ ...score, perPosition: [-1] }, 'a score has 1 terms for 2 tokens'],
    [{ ...score, standardError: -1 }, 'the standard error of a score is -1'],
    [{ ...score, standardError: Infinity }, 'the standard error of a score is Infinity'],
  ])('refuses %j', (given, problem) => {
    expect(scoreProblem(given, 'CHAIN_RULE', 2)).toContain(problem);
  });
});

describe('a step as a whole', () => {
  it('has one result per run, and a state that counts passes', () => {
    expect(resultsProblem([1, 2], 2)).toBeNull();
    expect(resultsProblem([1], 2)).toBe('a step gave 1 results for 2 runs');
    expect(stateProblem({ passes: { causal: 0, masked: 1 } })).toBeNull();
    expect(stateProblem({ passes: { causal: 0 } })).not.toBeNull();
  });
});
