/**
 * How often a draft of the masked model is accepted, computed from the distributions rather than counted: 1 − TV(q, r)
 * at temperature 1, and at temperature 0 whether q and r have the same most probable token.
 *
 * Along the text as it stands: r at a position follows the true tokens to its left. Knows the models of a pack; knows no
 * file.
 */
import { gatherRows, rowOf } from '../src/decoding/causal-reader.ts';
import { openPositions } from '../src/decoding/positions.ts';
import type { LoadedModels } from '../src/model/models.ts';
import { addScaledInto } from '../src/numerics/add.ts';
import { argmax } from '../src/numerics/sampling.ts';
import { normalise, softmaxWeightsInto } from '../src/numerics/softmax.ts';

/** Sums over the open positions of a text. */
export type Acceptance = {
  readonly open: number;
  /** Σ 1 − TV(q, r). */
  readonly sampled: number;
  /** How many have argmax q = argmax r. */
  readonly greedy: number;
};

/**
 * One causal and one masked pass.
 *
 * @param ids - (T), what stands there.
 * @param tokens - (T), null at the open positions.
 * @throws where the pack lacks a role
 */
export async function draftAcceptance(
  { facts, causal, masked, fusion }: LoadedModels,
  ids: readonly number[],
  tokens: readonly (number | null)[],
): Promise<Acceptance> {
  const { startId, maskId, bannedIds, vocabularySize } = facts;
  if (!causal || !masked || !fusion || startId === null || maskId === null) {
    throw new Error(`Pack "${facts.id}" lacks a model that MARIA needs.`);
  }
  const open = openPositions(tokens);
  // Row i is the state of i − 1: the start id stands before the first token.
  const before = await causal.forward([startId, ...ids.slice(0, -1)], causal.createCache());
  const within = await masked.encode(tokens.map((id) => id ?? maskId));
  const own = gatherRows(within, open, masked.hiddenSize);
  const drafts = await masked.logits(own); // (S, V)
  const fused = await fusion.causalPart(gatherRows(before, open, causal.hiddenSize)); // (S, V)
  addScaledInto(fused, await fusion.maskedPart(own, drafts), fusion.scale);
  const [q, r] = [new Float64Array(vocabularySize), new Float64Array(vocabularySize)];
  let [sampled, greedy] = [0, 0];
  for (const index of open.keys()) {
    probsInto(rowOf(drafts, index, vocabularySize), bannedIds, q);
    probsInto(rowOf(fused, index, vocabularySize), bannedIds, r);
    sampled += overlap(q, r);
    if (argmax(q) === argmax(r)) greedy++;
  }
  return { open: open.length, sampled, greedy };
}

/** @param row - (V), of logits; changed. @param probs - (V), overwritten. */
function probsInto(row: Float32Array, bannedIds: readonly number[], probs: Float64Array): void {
  for (const id of bannedIds) row[id] = Number.NEGATIVE_INFINITY;
  const { total } = softmaxWeightsInto(row, 1, probs);
  normalise(probs, total);
}

/** 1 − TV: Σ min(q, r). Example: [0.5, 0.5], [0.2, 0.8] → 0.7. */
function overlap(q: Float64Array, r: Float64Array): number {
  return q.reduce((sum, prob, id) => sum + Math.min(prob, r[id] ?? 0), 0);
}
