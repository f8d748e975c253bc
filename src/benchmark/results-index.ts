/**
 * Item results by entrant and masking, each in the order of item ids, so that sums round alike however results came in.
 *
 * Knows no metric.
 */
import type { ItemResult } from './item-result.ts';
import { byCodeUnit } from './sample.ts';

/** Whose results, under which masking. */
export type Series = Pick<ItemResult, 'entrantId' | 'maskingName'>;

/** Looks results up; empty where there are none. */
export type ResultsIndex = (series: Series) => readonly ItemResult[];

/** Returns the index of all results. */
export function indexResults(items: readonly ItemResult[]): ResultsIndex {
  const bySeries = new Map<string, ItemResult[]>();
  for (const item of items.toSorted((a, b) => byCodeUnit(a.itemId, b.itemId))) {
    const key = keyOf(item);
    const series = bySeries.get(key);
    if (series === undefined) bySeries.set(key, [item]);
    else series.push(item);
  }
  return (series) => bySeries.get(keyOf(series)) ?? [];
}

function keyOf({ entrantId, maskingName }: Series): string {
  return JSON.stringify([entrantId, maskingName]);
}
