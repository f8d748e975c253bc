/** Intervals, differences, p-values and masks against numpy and scipy, recorded by `training/make_statistics_reference.py`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchmarkCells } from '../../src/benchmark/cells.ts';
import { benchmarkDifferences } from '../../src/benchmark/differences.ts';
import type { ItemResult } from '../../src/benchmark/item-result.ts';
import { drawSpanStart, drawUnits, maskSeed } from '../../src/benchmark/mask-draw.ts';
import { type Metric, metricNames } from '../../src/benchmark/metric.ts';
import { entrantOf, fillOf, resultOf, resultsOf, scoreOf } from './example-results.ts';

type Recorded = {
  readonly loss: number;
  readonly matches: number;
  readonly ms: number;
  readonly ids: readonly number[];
};
const entrants = ['base', 'close', 'worse'] as const;
type Entrant = (typeof entrants)[number];
type RecordedItem = Record<Entrant, Recorded> & {
  readonly id: string;
  readonly group: string;
  readonly open: number;
  readonly characters: number;
};
type Reference = {
  readonly seed: string;
  readonly items: readonly RecordedItem[];
  readonly cells: Record<Entrant, Record<string, readonly [number, number, number]>>;
  readonly differences: readonly {
    readonly metric: Metric;
    readonly entrant: Entrant;
    readonly estimate: readonly [number, number, number];
    readonly p: number;
    readonly adjusted: number;
  }[];
  readonly masks: readonly {
    readonly digest: string;
    readonly item: string;
    readonly masking: string;
    readonly units: number;
    readonly open: readonly number[];
  }[];
};

const fixture = join(import.meta.dirname, '../fixtures/benchmark/statistics.json');
const reference: Reference = JSON.parse(readFileSync(fixture, 'utf8'));
const metrics = metricNames.filter((metric) => metric in reference.cells.base);
const results = {
  ...resultsOf(
    entrants.map((id) => entrantOf(id)),
    reference.items.flatMap(resultsOfItem),
  ),
  seed: BigInt(reference.seed),
  metrics,
};
/** Both sides sum some fifty numbers in float64, in different orders. */
const tolerance = 1e-9;

function resultsOfItem(item: RecordedItem): ItemResult[] {
  const { open, characters } = item;
  return entrants.map((entrant) => {
    const { loss, matches, ms, ids } = item[entrant];
    const cost = {
      causalPasses: 1,
      maskedPasses: 1,
      queueMs: 0,
      firstTokenMs: null,
      totalMs: ms,
      peakBytes: null,
    };
    return resultOf(entrant, item.id, {
      group: item.group,
      score: scoreOf(loss, { openTokens: open, characters }),
      fill: fillOf('', 'x', { tokens: { ids, open, matches }, cost }),
    });
  });
}

function expectClose(actual: readonly (number | null | undefined)[], expected: readonly number[]) {
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((actual[index] ?? Number.NaN) / value - 1)).toBeLessThan(tolerance);
  }
}

describe('cells', () => {
  const cells = [...benchmarkCells(results)];

  it.each(metrics.flatMap((metric) => entrants.map((entrant) => [metric, entrant] as const)))(
    'of %s for %s have the value and the interval of numpy',
    (metric, entrant) => {
      const cell = cells.find((one) => one.metric === metric && one.entrantId === entrant);
      expect(cell).toMatchObject({ n: 57, groups: 40, note: null });
      expectClose([cell?.mean, cell?.low, cell?.high], reference.cells[entrant][metric] ?? []);
    },
  );
});

describe('differences', () => {
  const differences = benchmarkDifferences(results, 'base');

  it('are all there', () => {
    expect(differences).toHaveLength(reference.differences.length);
  });

  it.each(reference.differences)('in $metric of $entrant are those of numpy', (expected) => {
    const { estimate } =
      differences.find(
        ({ metric, entrantId }) => metric === expected.metric && entrantId === expected.entrant,
      ) ?? {};
    expectClose([estimate?.difference, estimate?.low, estimate?.high], expected.estimate);
    expectClose([estimate?.pValue, estimate?.adjustedPValue], [expected.p, expected.adjusted]);
  });
});

describe('masks', () => {
  it.each(reference.masks)('of $masking of item $item open $open', (expected) => {
    const { digest, item, masking, units, open } = expected;
    const seed = maskSeed({ datasetDigest: digest, seed: results.seed }, item, masking);
    const drawn = masking.startsWith('rate')
      ? drawUnits(units, open.length, seed)
      : open.map((_, offset) => drawSpanStart(units, open.length, seed) + offset);
    expect(drawn).toEqual(open);
  });
});
