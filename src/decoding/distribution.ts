/**
 * From one position's logits to what is reported of it and what is drawn from it.
 *
 * What is reported is always at temperature 1, without top-k, top-p or penalty; what is drawn follows the sampling
 * settings. Rows have had `TokenRules.forbid` applied.
 */
import assert from 'node:assert/strict';
import { takeLargest } from '../numerics/largest.ts';
import { keepTopK, keepTopP, penaliseRepeats } from '../numerics/sampling.ts';
import { logSumExp, normalise, softmaxWeightsInto } from '../numerics/softmax.ts';
import type { Fill } from './decoder.ts';
import type { SamplingParams } from './sampling-params.ts';

/**
 * Returns the logits that tokens are drawn from: `row` itself without a penalty, else a penalised copy.
 *
 * @param row - (V), unchanged.
 * @param seenIds - tokens the penalty applies to; read only where there is one.
 */
export function drawnLogits(
  row: Float32Array,
  sampling: SamplingParams,
  seenIds: () => Iterable<number>,
): Float32Array {
  if (!isPenalised(sampling)) return row;
  const penalised = row.slice();
  penaliseRepeats(penalised, seenIds(), sampling.repetitionPenalty);
  return penalised;
}

function isPenalised(
  sampling: SamplingParams,
): sampling is SamplingParams & { readonly repetitionPenalty: number } {
  return sampling.repetitionPenalty !== undefined && sampling.repetitionPenalty !== 1;
}

/** What a token is drawn from, beside its weights. */
export type DrawnTotals = {
  /** Σ weights; the greatest weight is exactly 1. */
  readonly total: number;
  /**
   * log Σ exp(row), where the logits are the row itself and the temperature is 1: `fillOf` then need not add it up
   * again. Undefined else.
   */
  readonly logTotal: number | undefined;
};

/**
 * Writes what a token is drawn with, its probability times the total: temperature, then top-k, then top-p.
 *
 * @param logits - (V), of `drawnLogits`.
 * @param sampling - temperature > 0.
 * @param weights - (V), overwritten.
 */
export function drawnWeightsInto(
  logits: Float32Array,
  sampling: SamplingParams,
  weights: Float64Array,
): DrawnTotals {
  const softmax = softmaxWeightsInto(logits, sampling.temperature, weights);
  let { total } = softmax;
  if (sampling.topK !== undefined) total = keepTopK(weights, total, sampling.topK);
  if (sampling.topP !== undefined) total = keepTopP(weights, total, sampling.topP);
  const isOfRow = !isPenalised(sampling) && sampling.temperature === 1;
  return { total, logTotal: isOfRow ? softmax.logTotal : undefined };
}

/**
 * Writes the probabilities that a token is drawn with: `drawnWeightsInto`, divided by the total.
 *
 * @param logits - (V), of `drawnLogits`.
 * @param sampling - temperature > 0.
 * @param probs - (V), overwritten; sums to 1.
 */
export function drawnProbsInto(
  logits: Float32Array,
  sampling: SamplingParams,
  probs: Float64Array,
): void {
  const { total } = drawnWeightsInto(logits, sampling, probs);
  normalise(probs, total);
}

/**
 * Returns the log-probability of one token at temperature 1, ≤ 0.
 *
 * @param row - (V), unchanged.
 */
export function logProbOf(row: Float32Array, tokenId: number): number {
  return logProbsOf(row, logSumExp(row))(tokenId);
}

/** Log-probabilities of a row by token id. A row that no model should give fails the run: nothing could be drawn. */
function logProbsOf(row: Float32Array, logTotal: number): (tokenId: number) => number {
  assert(
    Number.isFinite(logTotal),
    'A row of logits has a number for some token, and only numbers.',
  );
  return (tokenId) => Math.min(0, (row[tokenId] ?? Number.NEGATIVE_INFINITY) - logTotal);
}

/**
 * Returns the fill that commits `tokenId`, with its log-probability and the best alternatives.
 *
 * @param row - (V), unchanged.
 * @param alternativeCount - how many alternatives; fewer where fewer tokens are allowed.
 * @param logTotal - log Σ exp(row).
 */
export function fillOf(
  row: Float32Array,
  committed: { readonly position: number; readonly tokenId: number },
  alternativeCount: number,
  logTotal = logSumExp(row),
): Fill {
  const logProb = logProbsOf(row, logTotal);
  const best = alternativeCount === 0 ? [] : takeLargest(row, (count) => count < alternativeCount);
  return {
    ...committed,
    logProb: logProb(committed.tokenId),
    alternatives: best
      .map((tokenId) => ({ tokenId, logProb: logProb(tokenId) }))
      .filter((alternative) => Number.isFinite(alternative.logProb)),
  };
}
