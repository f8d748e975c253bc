/**
 * Compares fills of different lengths: the mean log-probability of a fill's tokens and of the known tokens after it.
 *
 * Knows filled prompts; knows no decoder. Figures of one text are comparable among its lengths, and with nothing else.
 */
import assert from 'node:assert/strict';
import type { LoadedModels } from '../model/models.ts';
import { CausalReader, gatherRows, rowOf } from './causal-reader.ts';
import { logitsBlockSize } from './chain-rule-score.ts';
import type { PassCounts } from './decoder.ts';
import { logProbOf } from './distribution.ts';

/** A filled prompt. */
export type FilledPrompt = {
  /** (T) */
  readonly ids: readonly number[];
  /** (T); null at the positions that were open. */
  readonly known: readonly (number | null)[];
  /** The first position of the first slot of unknown length: what is before it is the same for every length. */
  readonly from: number;
};

/** What gives the logits of rows of hidden states. */
type Head = { readonly hiddenSize: number; logits(hidden: Float32Array): Promise<Float32Array> };

/**
 * Returns the mean of log p over the positions from `from` on, at temperature 1, special ids removed.
 *
 * With a causal model p(x_i | x_<i), in one pass over the filled text. Else the masked model's, in two: the fill's tokens
 * from `from` on, all open at once, given the rest; and the known tokens from there on likewise.
 *
 * @param passes - counts them.
 */
export function lengthFigure(
  models: LoadedModels,
  filled: FilledPrompt,
  passes: PassCounts,
): Promise<number> {
  return models.causal === null
    ? maskedFigure(models, filled, passes)
    : causalFigure(models, filled, passes);
}

/** The most passes that one figure takes with one model. */
export function maxFigurePasses({ causal }: LoadedModels): number {
  return causal === null ? 2 : 1;
}

async function causalFigure(
  { causal, facts }: LoadedModels,
  { ids, from }: FilledPrompt,
  passes: PassCounts,
): Promise<number> {
  assert(causal !== null && facts.startId !== null, 'A causal role has a start id.');
  const positions = ids.flatMap((_, position) => (position < from ? [] : [position]));
  const reader = new CausalReader(causal, facts.startId, passes);
  const hidden = await reader.read(ids, positions);
  const targets = ids.slice(from);
  return (await sumOfLogProbs(causal, hidden, targets, facts.bannedIds)) / targets.length;
}

async function maskedFigure(
  { masked, facts }: LoadedModels,
  { ids, known, from }: FilledPrompt,
  passes: PassCounts,
): Promise<number> {
  const { maskId, bannedIds } = facts;
  assert(masked !== null && maskId !== null, 'A pack has a causal or a masked role.');
  const all = ids.flatMap((_, position) => (position < from ? [] : [position]));
  const halves = [
    all.filter((position) => known[position] === null),
    all.filter((position) => known[position] !== null),
  ];
  let sum = 0;
  for (const positions of halves) {
    if (positions.length === 0) continue;
    const hiddenPositions = new Set(positions);
    const read = ids.map((id, position) => (hiddenPositions.has(position) ? maskId : id));
    const rows = gatherRows(await masked.encode(read), positions, masked.hiddenSize);
    passes.masked++;
    const targets = positions.map((position) => ids[position] ?? maskId);
    sum += await sumOfLogProbs(masked, rows, targets, bannedIds);
  }
  return sum / all.length;
}

/** @param hidden - (N, D). @param targets - (N). */
async function sumOfLogProbs(
  head: Head,
  hidden: Float32Array,
  targets: readonly number[],
  bannedIds: readonly number[],
): Promise<number> {
  let sum = 0;
  for (let first = 0; first < targets.length; first += logitsBlockSize) {
    const block = targets.slice(first, first + logitsBlockSize);
    const { hiddenSize } = head;
    const rows = hidden.subarray(first * hiddenSize, (first + block.length) * hiddenSize);
    const logits = await head.logits(rows);
    const width = logits.length / block.length;
    for (const [index, target] of block.entries()) {
      const row = rowOf(logits, index, width);
      for (const id of bannedIds) row[id] = Number.NEGATIVE_INFINITY;
      sum += logProbOf(row, target);
    }
  }
  return sum;
}
