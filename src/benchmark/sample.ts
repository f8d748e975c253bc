/**
 * The figures of one metric over some items: its value, and its values over resamples of the items' groups.
 *
 * Knows measures; knows neither entrants nor what is compared with what.
 */

import { quantile } from '../numerics/quantile.ts';
import {
  drawResampling,
  type Resampling,
  resampledQuantiles,
  resampledSums,
} from '../numerics/resampling.ts';
import type { ItemResult } from './item-result.ts';
import { addTerms, type Measure } from './measures.ts';

/** Of at least one item. */
export type Sample = {
  readonly itemCount: number;
  readonly groupCount: number;
  /** Over all items; not finite where the metric has no value for them. */
  readonly value: number;
  /** Over each resample of the groups, which are in the order of their first items; null where resampling has no meaning. */
  readonly resample: ((resampling: Resampling) => Float64Array) | null;
};

/** Draws the resampling of a number of groups, the same one each time. */
export type Resampler = (groupCount: number) => Resampling;

/** At most so many resamples, and so many picks in all: many groups need fewer, as their sums vary less. */
const resamplingLimits = { resamples: 10_000, leastResamples: 1000, picks: 2 ** 23 } as const;

/** Returns how many resamples intervals and tests of so many groups are made of. */
export function resampleCount(groupCount: number): number {
  const { resamples, leastResamples, picks } = resamplingLimits;
  return Math.max(leastResamples, Math.min(resamples, Math.floor(picks / groupCount)));
}

/** A resampling has up to 32 MiB; cells of one benchmark mostly have the same groups. */
const keptResamplings = 4;

/** Returns a resampler that keeps what it drew last. @param seed - in [0, 2^63). */
export function createResampler(seed: bigint): Resampler {
  const drawn = new Map<number, Resampling>();
  return (groupCount) => {
    const known = drawn.get(groupCount);
    if (known !== undefined) return known;
    const resampling = drawResampling(groupCount, resampleCount(groupCount), seed);
    const [oldest] = drawn.keys();
    if (drawn.size === keptResamplings && oldest !== undefined) drawn.delete(oldest);
    drawn.set(groupCount, resampling);
    return resampling;
  };
}

/** Whether an item has the figure that a measure is made of. */
export function isMeasured(measure: Measure, result: ItemResult): boolean {
  switch (measure.kind) {
    case 'SUMS':
      return measure.terms(result) !== null;
    case 'QUANTILE':
      return measure.term(result) !== null;
    case 'WHOLE':
      return measure.has(result);
    default:
      return measure satisfies never;
  }
}

/** Returns the sample of some items. @param results - at least one, all measured; samples in one order of items are paired. */
export function sampleOf(measure: Measure, results: readonly ItemResult[]): Sample {
  const groups = [...new Set(results.map(({ group }) => group))];
  const groupOf = new Map(groups.map((group, index) => [group, index]));
  const owners = Uint32Array.from(results, ({ group }) => groupOf.get(group) ?? 0);
  const counts = { itemCount: results.length, groupCount: groups.length };
  switch (measure.kind) {
    case 'SUMS': {
      const rows = results.map((result) => measure.terms(result) ?? []);
      return { ...counts, ...sumsSample(rows, { owners, size: groups.length }, measure.value) };
    }
    case 'QUANTILE': {
      const values = results.map((result) => measure.term(result) ?? Number.NaN);
      return { ...counts, ...quantileSample(values, owners, measure.share) };
    }
    case 'WHOLE':
      return { ...counts, value: measure.value(results), resample: null };
    default:
      return measure satisfies never;
  }
}

/** A total order that no locale changes. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

type Figures = Pick<Sample, 'value' | 'resample'>;

function sumsSample(
  rows: readonly (readonly number[])[],
  { owners, size }: { readonly owners: Uint32Array; readonly size: number },
  value: (sums: readonly number[]) => number,
): Figures {
  const totals = addTerms(rows);
  const columns = totals.map(() => new Float64Array(size));
  for (const [item, owner] of owners.entries()) {
    for (const [term, column] of columns.entries()) {
      column[owner] = (column[owner] ?? 0) + (rows[item]?.[term] ?? 0);
    }
  }
  return {
    value: value(totals),
    resample: (resampling) => {
      const sums = columns.map((column) => resampledSums(column, resampling));
      return Float64Array.from({ length: resampling.count }, (_, index) =>
        value(sums.map((sum) => sum[index] ?? 0)),
      );
    },
  };
}

function quantileSample(values: readonly number[], owners: Uint32Array, share: number): Figures {
  const order = values
    .map((_, item) => item)
    .toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const owned = {
    sorted: Float64Array.from(order, (item) => values[item] ?? 0),
    owners: Uint32Array.from(order, (item) => owners[item] ?? 0),
  };
  return {
    value: quantile(owned.sorted, share),
    resample: (resampling) => resampledQuantiles(owned, share, resampling),
  };
}
