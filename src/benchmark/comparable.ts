/**
 * Which figures may be set against each other: those of one vocabulary where tokens are counted, and of one likelihood kind.
 *
 * Knows facts of entrants and metrics; computes nothing.
 */
import { InfillError } from '../errors.ts';
import type { EntrantFacts } from './benchmark-results.ts';
import type { ScoreKind } from './item-result.ts';
import { type Masking, maskingName, opensTokens } from './masking.ts';
import { type Metric, metricFacts } from './metric.ts';

/** Who a figure belongs to, and what kind of likelihood it is made of. */
export type Figure = {
  readonly entrant: Pick<EntrantFacts, 'label' | 'vocabularyDigest'>;
  readonly kind: ScoreKind | null;
};

/**
 * Returns why two figures of a metric cannot be compared, UNSUPPORTED; null where they can.
 *
 * Token metrics, and everything under a masking of tokens, need one vocabulary that is known; likelihoods need one kind.
 */
export function whyIncomparable(
  metric: Metric,
  masking: Masking,
  figures: readonly [Figure, Figure],
): InfillError | null {
  const { title, perVocabulary } = metricFacts(metric);
  const [a, b] = figures;
  const digests = [a.entrant.vocabularyDigest, b.entrant.vocabularyDigest] as const;
  if (
    (perVocabulary || opensTokens(masking)) &&
    (digests[0] === null || digests[0] !== digests[1])
  ) {
    const what = perVocabulary ? title : `Every figure of ${maskingName(masking)}`;
    return refusal(
      `${what} compares within one vocabulary only: "${a.entrant.label}" has ${nameOf(digests[0])}, "${b.entrant.label}" ${nameOf(digests[1])}. Bits per character under a masking of words compares across vocabularies.`,
    );
  }
  if (a.kind === b.kind) return null;
  return refusal(
    `${title} compares within one likelihood kind only: that of "${a.entrant.label}" is ${a.kind}, that of "${b.entrant.label}" ${b.kind}.`,
  );
}

function nameOf(digest: string | null): string {
  return digest ?? 'none that is known';
}

function refusal(message: string): InfillError {
  return new InfillError('UNSUPPORTED', message);
}
