/**
 * Which open positions a pass commits, by the distributions of that pass at temperature 1, before any token is drawn:
 * so the probability of a fill along its path is a product of terms.
 *
 * Knows orders and commit rules; draws no token. Positions of one group (`slot-groups.ts`) are committed one per pass.
 * Sources: Wu et al. 2025, arXiv:2505.22618 (threshold); Ben-Hamu et al. 2025, arXiv:2505.24857 (entropy bound).
 */
import assert from 'node:assert/strict';
import type { Denoiser } from '../../src/decoding/denoiser.ts';
import { firstOfEachGroup } from '../../src/decoding/slot-groups.ts';
import type { TokenRules } from '../../src/decoding/token-rules.ts';
import { type RowStatistics, rowStatistics } from '../../src/numerics/row-statistics.ts';
import type { CommitRule, Order } from './options.ts';

/** An open position with what it is ranked by. */
export type Candidate = RowStatistics & { readonly position: number };

/** A position's place in a random order: smaller comes first. */
export type RandomKey = (position: number) => number;

/**
 * Returns the positions to commit next, at least one of the open ones.
 *
 * @param randomKey - called by the random order only.
 */
export async function nextPositions(
  denoiser: Denoiser,
  rule: CommitRule,
  rules: TokenRules,
  randomKey: RandomKey,
): Promise<number[]> {
  const { open } = denoiser;
  if (rule.commit === 'one-shot') return [...open];
  const isRanked = rule.commit === 'k' && !ordersByRow(rule.order);
  const candidates = isRanked ? open.map(unread) : await readCandidates(denoiser, open);
  return chosen(ranked(candidates, rule.order, randomKey), rule, rules).map(
    ({ position }) => position,
  );
}

/**
 * Returns the candidates best first; ties go to the lowest position.
 *
 * @param candidates - by ascending position.
 */
export function ranked(
  candidates: readonly Candidate[],
  order: Order,
  randomKey: RandomKey,
): Candidate[] {
  const cost = costOf(order, randomKey);
  return candidates
    .map((candidate) => ({ candidate, cost: cost(candidate) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ candidate }) => candidate);
}

/**
 * Returns those of the candidates that one pass commits.
 *
 * @param candidates - best first, at least one.
 */
export function chosen(
  candidates: readonly Candidate[],
  rule: Exclude<CommitRule, { commit: 'one-shot' }>,
  rules: TokenRules,
): readonly Candidate[] {
  switch (rule.commit) {
    case 'k':
      return firstOfEachGroup(candidates, rules).slice(0, rule.k);
    case 'threshold': {
      const sure = candidates.filter(({ maxProb }) => maxProb >= rule.threshold);
      return firstOfEachGroup(sure.length > 0 ? sure : candidates.slice(0, 1), rules);
    }
    case 'entropy-bound':
      return withinBound(firstOfEachGroup(candidates, rules), rule.entropyBound);
  }
}

/** The longest run of candidates whose entropies sum to at most `bound` beside the largest, which is the last one's. */
function withinBound(candidates: readonly Candidate[], bound: number): readonly Candidate[] {
  let sum = 0;
  const end = candidates.findIndex(({ entropy }, index) => {
    if (index > 0 && sum > bound) return true;
    sum += entropy;
    return false;
  });
  return end === -1 ? candidates : candidates.slice(0, end);
}

/** What the order sorts by, ascending. */
function costOf(order: Order, randomKey: RandomKey): (candidate: Candidate) => number {
  switch (order) {
    case 'random':
      return ({ position }) => randomKey(position);
    case 'confidence':
      return ({ maxProb }) => -maxProb;
    case 'margin':
      return ({ margin }) => -margin;
    case 'entropy':
      return ({ entropy }) => entropy;
    case 'left-to-right':
      return ({ position }) => position;
  }
}

function ordersByRow(order: Order): boolean {
  return order === 'confidence' || order === 'margin' || order === 'entropy';
}

async function readCandidates(
  denoiser: Denoiser,
  positions: readonly number[],
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  await denoiser.forEachRow(positions, (row, position) => {
    const statistics = rowStatistics(row);
    assert(
      Number.isFinite(statistics.entropy),
      'A row of logits has a number for some token, and only numbers.',
    );
    candidates.push({ position, ...statistics });
  });
  return candidates;
}

/** A position whose row its rank does not need. */
function unread(position: number): Candidate {
  return { position, maxProb: Number.NaN, margin: Number.NaN, entropy: Number.NaN };
}
