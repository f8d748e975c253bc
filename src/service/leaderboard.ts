/**
 * Which figures may stand in one ranking.
 *
 * Knows metrics and packs; knows no table.
 */
import { type Masking, maskingName, maskingProblems, opensTokens } from '../benchmark/masking.ts';
import { type Metric, metricFacts } from '../benchmark/metric.ts';
import type { ServedPack } from '../dispatch/dispatcher.ts';
import { type Problem, problemsError } from '../errors.ts';
import type { Ranking } from '../store/benchmark-lists.ts';

/** A ranking that a client asks for. */
export type LeaderboardInput = {
  readonly datasetId: string;
  readonly masking: Masking;
  readonly metric: Metric;
  /** Null where the metric has none. */
  readonly likelihoodKind: string | null;
  /** Pack id, whose vocabulary figures are to be of; null: any. */
  readonly model: string | null;
};

/**
 * The ranking of an input.
 *
 * @throws INVALID_INPUT with all problems: a masking that is none, a metric that has no better direction, a kind that is
 *   missing or not wanted, and for token figures no pack, or one whose vocabulary is not known
 */
export function checkedRanking(input: LeaderboardInput, packs: readonly ServedPack[]): Ranking {
  const { datasetId, masking, metric, likelihoodKind, model } = input;
  const { better } = metricFacts(metric);
  const pack = packs.find(({ id }) => id === model);
  const unranked = `${metric} cannot be ranked: neither direction is better.`;
  const [first, ...others] = [
    ...maskingProblems(masking, ['masking']),
    ...kindProblems(input),
    ...modelProblems(input, pack),
    ...(better === null ? [problem('metric', unranked)] : []),
  ];
  if (first !== undefined) throw problemsError([first, ...others]);
  return {
    datasetId,
    maskingName: maskingName(masking),
    metric,
    likelihoodKind,
    better: better ?? 'HIGHER',
    vocabularyDigest: pack?.vocabularyDigest ?? null,
  };
}

function kindProblems({ metric, likelihoodKind }: LeaderboardInput): Problem[] {
  if (metricFacts(metric).needs === 'FILL') {
    const message = `${metric} is of fills, which have no \`kind\`; leave it out.`;
    return likelihoodKind === null ? [] : [problem('kind', message)];
  }
  if (likelihoodKind !== null && likelihoodKind !== 'NONE') return [];
  const message = `${metric} is of scores; \`kind\` says of which, since kinds are not ranked together.`;
  return [problem('kind', message)];
}

/** Without a model there is nothing wrong, unless figures are of tokens. */
function modelProblems(
  { masking, metric, model }: LeaderboardInput,
  pack: ServedPack | undefined,
): Problem[] {
  const { perVocabulary } = metricFacts(metric);
  const isOfTokens = perVocabulary || opensTokens(masking);
  if (model === null) {
    const what = perVocabulary ? metric : `Every figure of ${maskingName(masking)}`;
    const message = `${what} compares one vocabulary only; \`model\` says which.`;
    return isOfTokens ? [problem('model', message)] : [];
  }
  if (pack === undefined) return [problem('model', 'The id given is not that of a model pack.')];
  const message = `The vocabulary of model pack "${pack.id}" is not known.`;
  return isOfTokens && pack.vocabularyDigest === undefined ? [problem('model', message)] : [];
}

function problem(field: string, message: string): Problem {
  return { path: [field], code: 'INVALID_INPUT', message, value: null, limit: null };
}
