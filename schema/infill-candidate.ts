/**
 * The whole fills of an infill, ranked, and the log-likelihoods of fills.
 */
import type { Candidate, FilledSlot, Infill, Likelihood, Outcome } from '../src/service/service.ts';
import type { MeasuredLikelihood } from './builder.ts';
import type { Parts } from './parts.ts';

/** A whole fill with its rank, from 1. */
export type RankedCandidate = Candidate & { readonly rank: number };

/** Adds `InfillCandidate` and the fields of `Infill` about candidates. */
export function defineCandidate({ builder, enums }: Parts): void {
  builder.objectType('InfillCandidate', {
    description: 'One of the whole fills of a text.',
    fields: (t) => ({
      rank: t.exposeInt('rank', { description: 'From 1, the best, without gaps.' }),
      text: t.exposeString('text', { description: 'The filled text.' }),
      slots: t.expose('slots', {
        type: ['Slot'],
        description: 'The slots with what fills them here.',
      }),
      segments: t.expose('segments', {
        type: ['Segment'],
        description: 'Known and filled text in reading order.',
      }),
      likelihood: t.field({
        type: 'Likelihood',
        nullable: true,
        description:
          'Along the path it was decoded; null where the decoder has no exact one or it is not finite.',
        resolve: ({ likelihood, slots }) => likelihoodOfFill(likelihood, slots),
      }),
      count: t.exposeInt('count', { description: 'How many samples came out like this.' }),
    }),
  });
  builder.objectFields('Infill', (t) => ({
    candidates: t.field({
      type: ['InfillCandidate'],
      description:
        'The whole fills without repeats, best first; the first is the fill of the infill itself. ' +
        'Empty unless completed, and where no text is kept.',
      resolve: ({ status, outcome }) =>
        status === 'COMPLETED' && outcome?.text != null ? candidatesOf(outcome, outcome.text) : [],
    }),
    candidateOrder: t.field({
      type: enums.candidateOrder,
      nullable: true,
      description: 'What `candidates` are ranked by; null until the infill has ended.',
      resolve: ({ outcome }) => outcome?.candidateOrder ?? null,
    }),
  }));
}

/** The likelihood of an infill's own fill; null where there is none or it is not finite. */
export function likelihoodOf({ outcome }: Infill): MeasuredLikelihood | null {
  return outcome === null ? null : likelihoodOfFill(outcome.likelihood, outcome.slots);
}

/** Text, slots and count are those of a completed run. Runs stored by earlier versions have neither count nor others. */
function candidatesOf(
  { slots, segments, likelihood, count = 1, others = [] }: Outcome,
  text: string,
): RankedCandidate[] {
  const own: Candidate = { text, slots, segments, likelihood, count };
  return [own, ...others].map((candidate, index) => ({ ...candidate, rank: index + 1 }));
}

function likelihoodOfFill(
  likelihood: Likelihood | null,
  slots: readonly FilledSlot[],
): MeasuredLikelihood | null {
  if (likelihood === null || !Number.isFinite(likelihood.logProb)) return null;
  return {
    ...likelihood,
    standardError: null,
    tokenCount: slots.reduce((sum, { tokens }) => sum + tokens.length, 0),
    characterCount: slots.reduce((sum, slot) => sum + characterCountOf(slot), 0),
  };
}

/** An owned space is in the first token and not in the text; it counts, since the log-probability is of both. */
function characterCountOf({ text, tokens }: FilledSlot): number {
  const decoded = tokens.map((token) => token.text).join('');
  return [...text].length + Math.max(0, leadingSpaces(decoded) - leadingSpaces(text));
}

function leadingSpaces(text: string): number {
  return /^ */.exec(text)?.[0].length ?? 0;
}
