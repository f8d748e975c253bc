/**
 * Which figures may stand in one ranking.
 *
 * Knows metrics and packs; knows no table.
 */
import { type Masking, maskingName, opensTokens } from '../benchmark/masking.ts';
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
 * @throws UNSUPPORTED for a metric that has no better direction; INVALID_INPUT for a kind that is missing or not wanted, and
 *   for token figures without a pack
 */
export function checkedRanking(input: LeaderboardInput, packs: readonly ServedPack[]): Ranking {
  const { datasetId, masking, metric, likelihoodKind, model } = input;
  const { better, needs, perVocabulary } = metricFacts(metric);
  const isOfTokens = perVocabulary || opensTokens(masking);
  const pack = packs.find(({ id }) => id === model);
  const kindMessage =
    needs === 'SCORE'
      ? `${metric} is of scores; \`kind\` says of which, since kinds are not ranked together.`
      : `${metric} is of fills, which have no \`kind\`; leave it out.`;
  const problems = [
    ...((needs === 'SCORE') === (likelihoodKind === null) ? [problem('kind', kindMessage)] : []),
    ...(model !== null && pack === undefined
      ? [problem('model', 'The id given is not that of a model pack.')]
      : []),
    ...(isOfTokens && model === null
      ? [problem('model', `${metric} compares one vocabulary only; \`model\` says which.`)]
      : []),
    ...(better === null
      ? [problem('metric', `${metric} cannot be ranked: neither direction is better.`)]
      : []),
  ];
  const [first, ...others] = problems;
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

function problem(field: string, message: string): Problem {
  return { path: [field], code: 'INVALID_INPUT', message, value: null, limit: null };
}
