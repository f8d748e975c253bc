/**
 * When positions are revealed and when they reopen: ancestral sampling of masked diffusion with α_t = 1 − t, t from 1
 * to 0 in equal steps, and ReMDM's reopening in between.
 *
 * From t to s < t an open position is revealed with probability (t − s + σ (1 − t)) / t and a committed one reopens with
 * probability σ; σ = 0 without revision. Knows chances; knows no tokens.
 * Sources: Sahoo et al. 2024, arXiv:2406.07524 (MDLM); Wang et al. 2025, arXiv:2503.00307 (ReMDM).
 */
import type { Options } from './options.ts';

/** A uniform number in (0, 1) for one position and denoising step. */
export type Noise = (purpose: 'reveal' | 'reopen', position: number, step: number) => number;

/** What one denoising step does; positions ascending. */
export type Change = {
  readonly revealed: readonly number[];
  readonly reopened: readonly number[];
};

/** What a denoising step starts from. */
export type Progress = {
  readonly open: readonly number[];
  /** Probability of each committed token when it was drawn. */
  readonly committed: ReadonlyMap<number, number>;
};

/**
 * Returns what denoising step `step` of `options.steps` does; the last one reveals everything.
 *
 * @param step - from 0: from t = 1 − step / steps.
 */
export function changeOf(
  { open, committed }: Progress,
  step: number,
  options: Options,
  noise: Noise,
): Change {
  const sigma = sigmaOf(options, step, committed);
  // (t − s + σ (1 − t)) / t with t = (N − n) / N, s = t − 1 / N: exactly 1 in the last step.
  const revealChance = (1 + sigma.open * step) / (options.steps - step);
  return {
    revealed: open.filter((position) => noise('reveal', position, step) < revealChance),
    reopened: [...committed.keys()]
      .filter((position) => noise('reopen', position, step) < sigma.committed(position))
      .sort((a, b) => a - b),
  };
}

type Sigma = { readonly open: number; readonly committed: (position: number) => number };

const never: Sigma = { open: 0, committed: () => 0 };

function sigmaOf(options: Options, step: number, committed: ReadonlyMap<number, number>): Sigma {
  if (options.revise === 'none' || committed.size === 0) return never;
  // s / (1 − t); something is committed, so step > 0.
  const largest = Math.min(1, (options.steps - step - 1) / step);
  switch (options.schedule) {
    case 'cap':
      return everywhere(Math.min(options.eta, largest));
    case 'rescale':
      return everywhere(options.eta * largest);
    case 'conf': {
      const weights = new Map(
        [...committed].map(([position, prob]) => [position, Math.exp(-prob)]),
      );
      const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
      return {
        open: 0,
        committed: (position) => ((weights.get(position) ?? 0) / total) * largest,
      };
    }
  }
}

function everywhere(sigma: number): Sigma {
  return { open: sigma, committed: () => sigma };
}
