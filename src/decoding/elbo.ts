/**
 * Lower bounds on the log-likelihood of a fill for decoders that visit positions in a random order: means over random
 * orders of what the fill's log-likelihood is along them, log E p ≥ E log p.
 *
 * Knows draws and sums; the decoder says which orders it takes.
 * Source: the order-agnostic bound of masked diffusion, Ou et al. 2024, arXiv:2406.03736; Sahoo et al. 2024, arXiv:2406.07524.
 */
import { keyedUniform } from '../numerics/keyed-random.ts';
import { inverseCdf } from '../numerics/sampling.ts';
import type { PassCounts, Run, Score, ScoreOptions } from './decoder.ts';
import { Denoiser, type DenoisingModel } from './denoiser.ts';
import {
  beforePass,
  givenLogProb,
  type NextPositions,
  pathTerms,
  sumOf,
  targetsByPosition,
} from './path-score.ts';
import { openPositions } from './positions.ts';

/** A fill to be scored by a denoiser. */
export type DenoisedFill = {
  readonly model: DenoisingModel;
  readonly run: Run<unknown>;
  /** (S) token ids in position order. */
  readonly targets: readonly number[];
};

/**
 * The bound of a process in which all sets of open positions of one size are equally likely, one pass per draw: mask l
 * of the S open positions at random, and take S / l times the sum of their terms, the others given.
 *
 * @param countWeights - (S); how likely it is that l positions are open when a token chosen at random is committed,
 *   at index l − 1; sums to 1. Draws are stratified over it, so the standard error, which takes them for independent,
 *   is rather too large than too small.
 * @throws CANCELLED when the signal is aborted before a pass.
 */
export async function maskedSetElbo(
  { model, run, targets }: DenoisedFill,
  countWeights: Float64Array,
  { draws, ...pace }: ScoreOptions,
): Promise<Score> {
  const open = openPositions(run.ids);
  const targetAt = targetsByPosition(open, targets);
  const filled = run.ids.map((id, position) => id ?? targetAt.get(position) ?? null);
  const estimates: number[] = [];
  while (open.length > 0 && estimates.length < draws) {
    await beforePass(pace);
    const masked = maskedSet(run.seed, open, countWeights, { index: estimates.length, draws });
    const ids = filled.map((id, position) => (masked.has(position) ? null : id));
    const denoiser = new Denoiser(model, { ids, rules: run.rules }, noPasses());
    let sum = 0;
    await denoiser.forEachRow(denoiser.open, (row, position) => {
      sum += givenLogProb(row, targetAt.get(position) ?? -1);
    });
    estimates.push((open.length / masked.size) * sum);
  }
  return elboOf(estimates);
}

/**
 * The bound of a process whose paths are not that simple: the mean over `draws` whole paths, each at the cost of a
 * decoding.
 *
 * @param pathOf - the rule of a path drawn at random, by the index of its draw.
 * @throws CANCELLED when the signal is aborted before a pass.
 */
export async function pathElbo(
  { model, run, targets }: DenoisedFill,
  pathOf: (draw: number) => NextPositions,
  { draws, ...pace }: ScoreOptions,
): Promise<Score> {
  const estimates: number[] = [];
  while (estimates.length < draws) {
    const denoiser = new Denoiser(model, run, noPasses());
    const terms = await pathTerms(denoiser, targets, pathOf(estimates.length), pace);
    estimates.push(sumOf(terms));
  }
  return elboOf(estimates);
}

/** Which positions one draw masks. */
function maskedSet(
  seed: bigint,
  open: readonly number[],
  countWeights: Float64Array,
  { index, draws }: { readonly index: number; readonly draws: number },
): ReadonlySet<number> {
  const within = keyedUniform(seed, { purpose: 'maskCount', position: 0, step: index });
  const count = inverseCdf(countWeights, (index + within) / draws, sumOf([...countWeights])) + 1;
  const keyed = open.map((position) => ({
    position,
    key: keyedUniform(seed, { purpose: 'maskedSet', position, step: index }),
  }));
  keyed.sort((a, b) => a.key - b.key);
  return new Set(keyed.slice(0, count).map(({ position }) => position));
}

/** Mean and standard error; an impossible fill has no error, nor has a single draw. */
function elboOf(estimates: readonly number[]): Score {
  const count = estimates.length;
  if (count === 0) return { kind: 'ELBO', logLikelihood: 0, standardError: 0 };
  const mean = sumOf(estimates) / count;
  if (count === 1 || !Number.isFinite(mean)) return { kind: 'ELBO', logLikelihood: mean };
  const squares = sumOf(estimates.map((estimate) => (estimate - mean) ** 2));
  const standardError = Math.sqrt(squares / (count - 1) / count);
  return { kind: 'ELBO', logLikelihood: mean, standardError };
}

function noPasses(): PassCounts {
  return { causal: 0, masked: 0 };
}
