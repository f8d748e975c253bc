/**
 * Orders the samples of a run: equal ones are one candidate, the likeliest first where likelihoods can be compared.
 *
 * Knows tokens and likelihoods; knows no text.
 */
import type { CandidateOrder, Likelihood } from './run-event.ts';

/** What a sample is ranked by. */
export type Sample = {
  /** Of the open positions, in position order; samples of one run have the same positions. */
  readonly tokenIds: readonly number[];
  /** Of an exact kind; null else, and where it is not finite. */
  readonly likelihood: Likelihood | null;
};

/** Samples that came out alike: the first of them, and how many there are. */
export type Ranked<S> = { readonly sample: S; readonly count: number };

/** Returns the candidates, best first; ties are in the order they were drawn. @param samples - in the order drawn. */
export function rankCandidates<S extends Sample>(
  samples: readonly S[],
): { readonly order: CandidateOrder; readonly ranked: readonly Ranked<S>[] } {
  const byTokens = new Map<string, Ranked<S>>();
  for (const sample of samples) {
    const tokens = sample.tokenIds.join();
    const alike = byTokens.get(tokens);
    byTokens.set(tokens, { sample: alike?.sample ?? sample, count: (alike?.count ?? 0) + 1 });
  }
  const drawn = [...byTokens.values()];
  const likelihoods = drawn.flatMap(({ sample }) => sample.likelihood?.logProb ?? []);
  if (likelihoods.length < drawn.length) return { order: 'DRAWN', ranked: drawn };
  const ranked = drawn.toSorted((a, b) => logProbOf(b) - logProbOf(a));
  return { order: 'LIKELIHOOD', ranked };
}

function logProbOf({ sample }: Ranked<Sample>): number {
  return sample.likelihood?.logProb ?? Number.NEGATIVE_INFINITY;
}
