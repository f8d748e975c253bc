/**
 * The cells of a benchmark: each entrant's figure for each masking and metric, with its interval.
 *
 * Likelihoods of different kinds are different cells. Knows no comparison; `differences.ts` has those.
 */
import type { BenchmarkResults, EntrantFacts } from './benchmark-results.ts';
import { fewGroupsNote, type Interval, joinedNotes, percentileInterval } from './estimate.ts';
import type { ItemResult, ScoreKind } from './item-result.ts';
import { maskingName } from './masking.ts';
import { measureOf } from './measures.ts';
import { type Metric, metricFacts } from './metric.ts';
import { indexResults } from './results-index.ts';
import {
  byCodeUnit,
  createResampler,
  isMeasured,
  type Resampler,
  type Sample,
  sampleOf,
} from './sample.ts';

/** One figure of one entrant. */
export type Cell = {
  readonly entrantId: string;
  readonly maskingName: string;
  readonly metric: Metric;
  /** Items it is made of, ≥ 1. */
  readonly n: number;
  /** Independent groups among them. */
  readonly groups: number;
  /** Null where the metric has no finite value for these items. */
  readonly mean: number | null;
  /** Ends of the 95 % interval; null with fewer than two groups, and where resampling has no meaning. */
  readonly low: number | null;
  readonly high: number | null;
  /** Of metrics that are made of scores; null of others. */
  readonly likelihoodKind: ScoreKind | null;
  /** Whether `mean` is an upper bound of the figure itself. */
  readonly isBound: boolean;
  /** What a reader must know of this figure; null when nothing. */
  readonly note: string | null;
};

/** Of a bound; tables mark these with ≤ instead. */
export const boundNote = 'an upper bound';

/**
 * Yields every cell that there are results for, by masking, metric and entrant in the order of `results`; one at a time, as
 * a cell takes up to some tens of milliseconds, so that a caller can do other things between.
 */
export function* benchmarkCells(results: BenchmarkResults): Generator<Cell, void, undefined> {
  const index = indexResults(results.items);
  const resampler = createResampler(results.seed);
  for (const masking of results.maskings.map(maskingName)) {
    for (const metric of results.metrics) {
      for (const entrant of results.entrants) {
        const series = index({ entrantId: entrant.id, maskingName: masking });
        yield* cellsOfSeries({ entrant, masking, metric }, series, resampler);
      }
    }
  }
}

/** The place of a cell. */
type Place = {
  readonly entrant: EntrantFacts;
  readonly masking: string;
  readonly metric: Metric;
};

function* cellsOfSeries(
  place: Place,
  series: readonly ItemResult[],
  resampler: Resampler,
): Generator<Cell, void, undefined> {
  const measured = series.filter((result) => isMeasured(measureOf(place.metric), result));
  for (const kind of kindsOf(place.metric, measured)) {
    const ofKind = kind === null ? measured : measured.filter(({ score }) => score?.kind === kind);
    const unmeasured = series.length - ofKind.length;
    yield cellOf(place, { results: ofKind, kind, unmeasured }, resampler);
  }
}

/** The likelihood kinds of some measured results: none where there are no results, null for metrics without a kind. */
export function kindsOf(
  metric: Metric,
  measured: readonly ItemResult[],
): readonly (ScoreKind | null)[] {
  if (measured.length === 0) return [];
  if (metricFacts(metric).needs === 'FILL') return [null];
  const kinds = new Set(measured.flatMap(({ score }) => (score === null ? [] : [score.kind])));
  return [...kinds].toSorted(byCodeUnit);
}

function cellOf(
  { entrant, masking, metric }: Place,
  { results, kind, unmeasured }: OfKind,
  resampler: Resampler,
): Cell {
  const sample = sampleOf(measureOf(metric), results);
  const interval = intervalOf(metric, sample, resampler);
  const isBound = kind === 'ELBO';
  const notes = [
    ...(isBound ? [boundNote] : []),
    ...(unmeasured > 0 ? [`without ${unmeasured} of ${unmeasured + results.length} items`] : []),
    intervalNote(metric, sample, interval),
  ];
  return {
    entrantId: entrant.id,
    maskingName: masking,
    metric,
    n: sample.itemCount,
    groups: sample.groupCount,
    mean: finiteOrNull(sample.value),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    likelihoodKind: kind,
    isBound,
    note: joinedNotes(notes),
  };
}

type OfKind = {
  readonly results: readonly ItemResult[];
  readonly kind: ScoreKind | null;
  readonly unmeasured: number;
};

function intervalOf(metric: Metric, sample: Sample, resampler: Resampler): Interval | null {
  if (sample.resample === null || sample.groupCount < 2) return null;
  const isLog = metricFacts(metric).scale === 'LOG';
  const values = sample.resample(resampler(sample.groupCount));
  const draws = isLog ? values.map(Math.log) : values;
  if (!draws.every(Number.isFinite)) return null;
  const { low, high } = percentileInterval(draws);
  return isLog ? { low: Math.exp(low), high: Math.exp(high) } : { low, high };
}

function intervalNote(
  metric: Metric,
  { value, groupCount }: Sample,
  interval: Interval | null,
): string | null {
  if (interval !== null) return fewGroupsNote(groupCount);
  if (!Number.isFinite(value)) return 'no finite value';
  const measure = measureOf(metric);
  if (measure.kind === 'WHOLE') return measure.note;
  return groupCount < 2
    ? 'no interval for one group'
    : 'no interval, as some resamples have no value';
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
