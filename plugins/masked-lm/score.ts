/**
 * The log-likelihood of a given fill under the masked-LM decoder's options.
 *
 * Orders that follow from what is committed: exact, along the one path there is for the fill. The random order: a
 * bound. Revision: none, because the paths to a fill have no bound in number.
 */
import assert from 'node:assert/strict';
import type { LikelihoodKind, Score, ScoreOptions } from '../../src/decoding/decoder.ts';
import { Denoiser } from '../../src/decoding/denoiser.ts';
import { type DenoisedFill, maskedSetElbo, pathElbo } from '../../src/decoding/elbo.ts';
import { pathTerms, scoreOfTerms } from '../../src/decoding/path-score.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import { hasSharedGroup } from '../../src/decoding/slot-groups.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { nextPositions, type RandomKey } from './commit-rule.ts';
import type { Options } from './options.ts';

/** What a likelihood is with these options. */
export function likelihoodKind(options: Options): LikelihoodKind {
  if (options.revise !== 'none') return 'NONE';
  if (options.commit === 'one-shot') return 'INDEPENDENT';
  return options.order === 'random' ? 'ELBO' : 'CHAIN_RULE';
}

/** @throws CANCELLED when the signal is aborted before a pass. */
export async function score(
  fill: DenoisedFill,
  options: Options,
  scoring: ScoreOptions,
): Promise<Score> {
  const kind = likelihoodKind(options);
  assert(kind !== 'NONE', 'A revised fill has no likelihood.');
  const { model, run, targets } = fill;
  const { seed, rules } = run;
  const pathBy = (randomKey: RandomKey) => (denoiser: Denoiser) =>
    nextPositions(denoiser, options, rules, randomKey);

  if (kind !== 'ELBO') {
    const denoiser = new Denoiser(model, run, { causal: 0, masked: 0 });
    return scoreOfTerms(kind, await pathTerms(denoiser, targets, pathBy(noKey), scoring));
  }
  if (options.commit === 'k' && (options.k === 1 || !hasSharedGroup(run))) {
    return maskedSetElbo(fill, openCountWeights(openPositions(run.ids).length, options.k), scoring);
  }
  // Which sets of open positions come about depends here on the tokens or on the groups.
  const pathOf = (draw: number) =>
    pathBy((position) => keyedUniform(seed, { purpose: 'order', position, step: draw + 1 }));
  return pathElbo(fill, pathOf, scoring);
}

/**
 * How likely l positions are open when a token chosen at random is committed, k at a time.
 *
 * @returns (S), at index l − 1; sums to 1.
 * Example: 3 positions: k = 1 → [⅓, ⅓, ⅓]; k = 2 → [⅓, 0, ⅔].
 */
export function openCountWeights(positionCount: number, k: number): Float64Array {
  const weights = new Float64Array(positionCount);
  for (let open = positionCount; open > 0; open -= k) {
    weights[open - 1] = Math.min(k, open) / positionCount;
  }
  return weights;
}

function noKey(): number {
  throw new TypeError('Only the random order is random.');
}
