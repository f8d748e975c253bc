/**
 * The whole fills of an infill with several samples.
 *
 * Knows what they are ranked by; knows no stream.
 */

import type { InfillPartsFragment } from '../client/generated/graphql.ts';
import { counted } from '../counted.ts';
import { logLikelihoodText, wordOf } from './measures.ts';

type Candidate = InfillPartsFragment['candidates'][number];

type Ranked = Pick<InfillPartsFragment, 'candidates' | 'candidateOrder'>;

/** How the parts are written. */
export type CandidateStyles = {
  readonly line: (line: string) => string;
  readonly fill: (candidate: Candidate) => string;
};

/** Whether the text was filled more than once. */
export function hasSeveralSamples(infill: Ranked): boolean {
  return sampleCountOf(infill) > 1;
}

function sampleCountOf({ candidates }: Ranked): number {
  return candidates.reduce((sum, { count }) => sum + count, 0);
}

/** A line about the ranking; then of each fill, best first, a line about it and its text. */
export function describeCandidates(infill: Ranked, styles: CandidateStyles): string {
  const { candidates, candidateOrder } = infill;
  const order =
    candidateOrder === 'LIKELIHOOD'
      ? 'ranked by log-likelihood'
      : 'in the order they were drawn: their likelihoods cannot be compared';
  const heading = `${counted(candidates.length, 'fill')} of ${counted(sampleCountOf(infill), 'sample')}, ${order}`;
  const blocks = candidates.map(
    (candidate) => `${styles.line(lineAbout(candidate))}\n${styles.fill(candidate)}`,
  );
  return [heading, ...blocks].join('\n\n');
}

function lineAbout({ rank, count, likelihood }: Candidate): string {
  const parts = [`${rank}.`];
  if (likelihood !== null) {
    parts.push(`log-likelihood ${logLikelihoodText(likelihood)} (${wordOf(likelihood.kind)}),`);
  }
  return [...parts, `drawn ${count === 1 ? 'once' : `${count} times`}`].join(' ');
}
