/**
 * The bound on the log-likelihood of a given fill for diffusion without revision.
 *
 * Every token's step is uniform among the denoising steps, whatever the tokens; tokens of one step are drawn
 * independently of each other. The bound is that of the process with its number of steps, not of its limit.
 */
import type { Score, ScoreOptions } from '../../src/decoding/decoder.ts';
import type { Denoiser } from '../../src/decoding/denoiser.ts';
import { type DenoisedFill, maskedSetElbo, pathElbo } from '../../src/decoding/elbo.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import { hasSharedGroup } from '../../src/decoding/slot-groups.ts';
import { binomial } from '../../src/numerics/binomial.ts';
import { keyedUniform } from '../../src/numerics/keyed-random.ts';
import { DenoisingRun } from './denoising-run.ts';
import type { Options } from './options.ts';

/** @param options - without revision. @throws CANCELLED when the signal is aborted before a pass. */
export async function score(
  fill: DenoisedFill,
  options: Options,
  scoring: ScoreOptions,
): Promise<Score> {
  const { run } = fill;
  const openCount = openPositions(run.ids).length;
  if (!hasSharedGroup(run)) {
    return maskedSetElbo(fill, openCountWeights(openCount, options.steps), scoring);
  }
  // Groups are committed one position per pass: what is open then is no random set.
  const pathOf = (draw: number) => {
    const denoising = new DenoisingRun(options, run.rules, (purpose, position, step) =>
      keyedUniform(run.seed, { purpose, position, step: (draw + 1) * options.steps + step }),
    );
    return async ({ open }: Denoiser) => denoising.next({ open, committed: new Map() }).revealed;
  };
  return pathElbo(fill, pathOf, scoring);
}

/**
 * How likely l positions are open when a token chosen at random is revealed: in step n of N each of the others still is with
 * probability (N − n) / N. Tends to 1 / S for all l with growing N.
 *
 * @returns (S), at index l − 1; sums to 1 up to rounding.
 * Example: 2 positions, 1 step → [0, 1]; 2 steps → [¼, ¾].
 */
export function openCountWeights(positionCount: number, steps: number): Float64Array {
  const weights = new Float64Array(positionCount);
  if (positionCount === 0) return weights;
  for (let step = 0; step < steps; step++) {
    const others = binomial(positionCount - 1, (steps - step) / steps);
    for (const [othersOpen, prob] of others.entries()) {
      weights[othersOpen] = (weights[othersOpen] ?? 0) + prob / steps;
    }
  }
  return weights;
}
