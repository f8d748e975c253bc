/**
 * The log-likelihood of a given fill along the path that a decoder's rule takes for it: the rule names the positions
 * that come next, their terms are read from one pass, the given tokens are put there, and so on.
 *
 * Positions of one pass are drawn independently of each other, so their terms add up. Exact where the rule is a
 * function of what is committed. Knows no rule.
 */
import assert from 'node:assert/strict';
import { InfillError } from '../errors.ts';
import type { Score, ScorePace } from './decoder.ts';
import type { Denoiser } from './denoiser.ts';
import { logProbOf } from './distribution.ts';

/** Names the positions to commit next: at least one of the open ones. Called while there are any. */
export type NextPositions = (denoiser: Denoiser) => Promise<readonly number[]>;

/**
 * Fills the denoiser with the targets and returns their terms.
 *
 * @param denoiser - with nothing committed; filled in the end, unless the fill is impossible.
 * @param targets - (S) token ids in position order.
 * @returns (S) log-probabilities in position order, at temperature 1.
 * @throws CANCELLED when the signal is aborted before a pass.
 */
export async function pathTerms(
  denoiser: Denoiser,
  targets: readonly number[],
  next: NextPositions,
  pace: ScorePace,
): Promise<number[]> {
  const targetAt = targetsByPosition(denoiser.slotPositions, targets);
  const terms = new Map<number, number>();
  let isPossible = true;
  while (isPossible && denoiser.open.length > 0) {
    await beforePass(pace);
    const positions = await next(denoiser);
    assert(positions.length > 0, 'A rule names at least one position.');
    await denoiser.forEachRow(positions, (row, position) => {
      const term = givenLogProb(row, targetAt.get(position) ?? -1);
      terms.set(position, term);
      isPossible &&= Number.isFinite(term);
    });
    for (const position of positions) denoiser.commit(position, targetAt.get(position) ?? -1);
  }
  // No path leads beyond a forbidden token.
  return denoiser.slotPositions.map((position) => terms.get(position) ?? Number.NEGATIVE_INFINITY);
}

/**
 * The log-probability of a given token; −Infinity where it is forbidden, which beside other forbidden ones leaves a row
 * with nothing in it.
 *
 * @param row - (V), unchanged.
 */
export function givenLogProb(row: Float32Array, tokenId: number): number {
  return row[tokenId] === Number.NEGATIVE_INFINITY
    ? Number.NEGATIVE_INFINITY
    : logProbOf(row, tokenId);
}

/** The score whose terms these are. */
export function scoreOfTerms(kind: Score['kind'], perPosition: readonly number[]): Score {
  return { kind, logLikelihood: sumOf(perPosition), perPosition };
}

/** The targets by the positions they are for. */
export function targetsByPosition(
  positions: readonly number[],
  targets: readonly number[],
): ReadonlyMap<number, number> {
  assert.equal(targets.length, positions.length, 'Every open position has a target.');
  return new Map(targets.map((target, index) => [positions[index] ?? -1, target]));
}

/** Lets more urgent work go first. @throws CANCELLED */
export async function beforePass({ signal, giveWay }: ScorePace): Promise<void> {
  await giveWay?.();
  if (signal.aborted) throw new InfillError('CANCELLED', 'The scoring was cancelled.');
}

/** Σ of terms; 0 of none. */
export function sumOf(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}
