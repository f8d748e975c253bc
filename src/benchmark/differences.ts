/**
 * Paired differences of every entrant against a baseline, over the items that both have, with bootstrap intervals and
 * p-values that are corrected for how many differences there are.
 *
 * Knows no decoder; what may not be compared is refused by `comparable.ts`.
 */
import { InfillError } from '../errors.ts';
import type { BenchmarkResults, EntrantFacts } from './benchmark-results.ts';
import { kindsOf } from './cells.ts';
import { whyIncomparable } from './comparable.ts';
import {
  fewGroupsNote,
  holm,
  joinedNotes,
  percentileInterval,
  twoSidedPValue,
} from './estimate.ts';
import type { ItemResult, ScoreKind } from './item-result.ts';
import { type Masking, maskingName } from './masking.ts';
import { measureOf } from './measures.ts';
import { type Metric, metricFacts } from './metric.ts';
import { indexResults, type ResultsIndex } from './results-index.ts';
import { createResampler, isMeasured, type Resampler, sampleOf } from './sample.ts';

/** One entrant against the baseline. */
export type Difference = {
  readonly entrantId: string;
  readonly baselineId: string;
  readonly maskingName: string;
  readonly metric: Metric;
  readonly likelihoodKind: ScoreKind | null;
  /** Items that both have; 0 where they may not be compared. */
  readonly n: number;
  /** Null where they may not be compared, or have no finite values. */
  readonly estimate: PairedEstimate | null;
  readonly note: string | null;
  /** Why they may not be compared, UNSUPPORTED; null where they may. */
  readonly refusal: InfillError | null;
};

/** How far apart two entrants are. */
export type PairedEstimate = {
  /** Entrant minus baseline; on a logarithmic scale entrant over baseline. */
  readonly difference: number;
  /** Whether `difference`, `low` and `high` are ratios, so that 1 is no difference. */
  readonly isRatio: boolean;
  /** Null with fewer than two groups, as are the p-values. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided. */
  readonly pValue: number | null;
  /** Corrected over all differences of this metric and likelihood kind against this baseline (Holm). */
  readonly adjustedPValue: number | null;
};

/**
 * Returns all differences against a baseline, by metric, masking and entrant in the order of `results`; metrics that have no
 * meaning item by item are left out, as are entrants without results that the baseline has too.
 *
 * @throws InfillError INVALID_INPUT where no entrant has that id.
 */
export function benchmarkDifferences(results: BenchmarkResults, baselineId: string): Difference[] {
  const baseline = results.entrants.find(({ id }) => id === baselineId);
  if (baseline === undefined) {
    throw new InfillError('INVALID_INPUT', `The benchmark has no entrant "${baselineId}".`);
  }
  const others = results.entrants.filter(({ id }) => id !== baselineId);
  const context = {
    index: indexResults(results.items),
    resampler: createResampler(results.seed),
    baseline,
  };
  return results.metrics.flatMap((metric) => {
    if (measureOf(metric).kind === 'WHOLE') return [];
    const family = results.maskings.flatMap((masking) =>
      others.flatMap((entrant) => differencesOf({ metric, masking, entrant }, context)),
    );
    return corrected(family);
  });
}

type Context = {
  readonly index: ResultsIndex;
  readonly resampler: Resampler;
  readonly baseline: EntrantFacts;
};

type Place = {
  readonly metric: Metric;
  readonly masking: Masking;
  readonly entrant: EntrantFacts;
};

/** One, or none where an entrant has nothing to compare; more only where one entrant has likelihoods of several kinds. */
function differencesOf(
  { metric, masking, entrant }: Place,
  { index, resampler, baseline }: Context,
): Difference[] {
  const measure = measureOf(metric);
  const measured = ({ id }: EntrantFacts) =>
    index({ entrantId: id, maskingName: maskingName(masking) }).filter((result) =>
      isMeasured(measure, result),
    );
  const own = measured(entrant);
  const theirs = measured(baseline);
  return kindsOf(metric, own).flatMap((kind) =>
    kindsOf(metric, theirs).map((other): Difference => {
      const figures = [
        { entrant, kind },
        { entrant: baseline, kind: other },
      ] as const;
      const refusal = whyIncomparable(metric, masking, figures);
      const place = {
        entrantId: entrant.id,
        baselineId: baseline.id,
        maskingName: maskingName(masking),
        metric,
        likelihoodKind: kind,
      };
      if (refusal !== null) return { ...place, n: 0, estimate: null, note: null, refusal };
      const pairs = pairsOf(ofKind(own, kind), ofKind(theirs, kind));
      const estimate = pairs.length === 0 ? null : estimateOf(metric, pairs, resampler);
      const note = noteOf(kind, pairs, estimate);
      return { ...place, n: pairs.length, estimate, note, refusal };
    }),
  );
}

type Pair = readonly [own: ItemResult, theirs: ItemResult];

function ofKind(results: readonly ItemResult[], kind: ScoreKind | null): readonly ItemResult[] {
  return kind === null ? results : results.filter(({ score }) => score?.kind === kind);
}

function pairsOf(own: readonly ItemResult[], theirs: readonly ItemResult[]): Pair[] {
  const byItem = new Map(theirs.map((result) => [result.itemId, result]));
  return own.flatMap((result) => {
    const other = byItem.get(result.itemId);
    return other === undefined ? [] : [[result, other] as const];
  });
}

function estimateOf(
  metric: Metric,
  pairs: readonly Pair[],
  resampler: Resampler,
): PairedEstimate | null {
  const measure = measureOf(metric);
  const isRatio = metricFacts(metric).scale === 'LOG';
  const onScale = (value: number) => (isRatio ? Math.log(value) : value);
  const shown = (value: number) => (isRatio ? Math.exp(value) : value);
  const own = sampleOf(
    measure,
    pairs.map(([result]) => result),
  );
  const theirs = sampleOf(
    measure,
    pairs.map(([, result]) => result),
  );
  const difference = onScale(own.value) - onScale(theirs.value);
  if (!Number.isFinite(difference)) return null;
  const none = { low: null, high: null, pValue: null, adjustedPValue: null };
  const point = { difference: shown(difference), isRatio };
  if (own.resample === null || theirs.resample === null || own.groupCount < 2) {
    return { ...point, ...none };
  }
  const resampling = resampler(own.groupCount);
  const baselineDraws = theirs.resample(resampling);
  const draws = own
    .resample(resampling)
    .map((value, index) => onScale(value) - onScale(baselineDraws[index] ?? Number.NaN));
  if (!draws.every(Number.isFinite)) return { ...point, ...none };
  const pValue = twoSidedPValue(draws);
  const { low, high } = percentileInterval(draws);
  return { ...point, low: shown(low), high: shown(high), pValue, adjustedPValue: pValue };
}

function noteOf(kind: ScoreKind | null, pairs: readonly Pair[], estimate: PairedEstimate | null) {
  if (estimate === null) return 'no finite difference';
  const groups = new Set(pairs.map(([{ group }]) => group));
  return joinedNotes([
    kind === 'ELBO' ? 'a difference of two bounds, which bounds no difference' : null,
    estimate.low === null ? 'no interval' : fewGroupsNote(groups.size),
  ]);
}

/** Corrects the p-values of one metric, kind by kind. */
function corrected(family: readonly Difference[]): Difference[] {
  const kinds = [...new Set(family.map(({ likelihoodKind }) => likelihoodKind))];
  const adjusted = new Map(
    kinds.flatMap((kind) => {
      const tested = family.filter(
        ({ likelihoodKind, estimate }) => likelihoodKind === kind && estimate?.pValue != null,
      );
      const pValues = holm(tested.map(({ estimate }) => estimate?.pValue ?? 1));
      return tested.map((difference, index) => [difference, pValues[index] ?? 1] as const);
    }),
  );
  return family.map((difference) => {
    const adjustedPValue = adjusted.get(difference);
    if (difference.estimate === null || adjustedPValue === undefined) return difference;
    return { ...difference, estimate: { ...difference.estimate, adjustedPValue } };
  });
}
