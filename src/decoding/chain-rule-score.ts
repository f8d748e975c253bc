/**
 * The exact log-likelihood of a fill for decoders that go left to right: one causal pass with the targets in place,
 * then each open position's own term.
 *
 * Knows rows of logits; knows not which models they come from.
 */
import { type CausalReader, rowOf } from './causal-reader.ts';
import type { Run, Score, ScorePace } from './decoder.ts';
import { logProbOf } from './distribution.ts';
import { beforePass, scoreOfTerms } from './path-score.ts';
import { openPositions } from './positions.ts';

/** Rows of logits computed at once: bounds memory at this many times V. */
export const logitsBlockSize = 64;

/** Where the rows of a score come from, and what they wait for. */
export type RowSource = {
  readonly reader: CausalReader;
  /**
   * Logits (N, V) of N open positions, given the causal hidden states that predict them and the index of the first
   * among the open positions; called left to right.
   */
  readonly rowsOf: (hidden: Float32Array, firstOpen: number) => Promise<Float32Array>;
  readonly pace: ScorePace;
};

/**
 * Returns Σ log p(x_i | …) over the open positions.
 *
 * @param targets - (S) token ids in position order.
 * @throws CANCELLED when the signal is aborted before a pass.
 */
export async function chainRuleScore(
  run: Run<unknown>,
  targets: readonly number[],
  { reader, rowsOf, pace }: RowSource,
): Promise<Score> {
  const open = openPositions(run.ids);
  const filled = withTargets(run.ids, open, targets);
  const path = run.ids.slice(); // what is to the right of a position must not narrow its choices
  const perPosition: number[] = [];
  for (let first = 0; first < open.length; first += logitsBlockSize) {
    await beforePass(pace);
    const positions = open.slice(first, first + logitsBlockSize);
    const logits = await rowsOf(await reader.read(filled, positions), first);
    const width = logits.length / positions.length;
    for (const [index, position] of positions.entries()) {
      const row = rowOf(logits, index, width);
      run.rules.forbid(row, position, path);
      const tokenId = filled[position] ?? null;
      const term = logProbOf(row, tokenId ?? -1);
      perPosition.push(term);
      // A token that no choice has would leave nothing for the next ones of its slot.
      if (Number.isFinite(term)) path[position] = tokenId;
    }
  }
  return scoreOfTerms('CHAIN_RULE', perPosition);
}

function withTargets(
  ids: readonly (number | null)[],
  open: readonly number[],
  targets: readonly number[],
): (number | null)[] {
  const filled = ids.slice();
  for (const [index, position] of open.entries()) filled[position] = targets[index] ?? null;
  return filled;
}
