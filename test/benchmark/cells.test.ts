/** Figures of entrants with their intervals. */
import { describe, expect, it } from 'vitest';
import { benchmarkCells, type Cell } from '../../src/benchmark/cells.ts';
import type { ItemResult } from '../../src/benchmark/item-result.ts';
import type { Metric } from '../../src/benchmark/metric.ts';
import { entrantOf, fillOf, resultOf, resultsOf, scoreOf } from './example-results.ts';

function cellsOf(items: readonly ItemResult[], metric: Metric): Cell[] {
  const entrants = [...new Set(items.map(({ entrantId }) => entrantId))].map((id) => entrantOf(id));
  return [...benchmarkCells({ ...resultsOf(entrants, items), metrics: [metric] })];
}

const scored = [1, 2, 3, 6].map((loss, index) =>
  resultOf('a', `i${index}`, { score: scoreOf(loss, { openTokens: index + 1 }) }),
);

describe('perplexity', () => {
  it('is exp of all losses over all open tokens, never a mean of perplexities', () => {
    const [cell] = cellsOf(scored, 'PERPLEXITY');
    expect(cell?.mean).toBeCloseTo(Math.exp(12 / 10), 12);
    expect(cell).toMatchObject({
      n: 4,
      groups: 4,
      likelihoodKind: 'CHAIN_RULE',
      isBound: false,
      note: 'of 4 groups only, so the interval is too narrow',
    });
  });

  it('lies in its interval', () => {
    const [cell] = cellsOf(scored, 'PERPLEXITY');
    expect(cell?.low).toBeLessThan(Math.exp(1.2));
    expect(cell?.high).toBeGreaterThan(Math.exp(1.2));
    expect(cell?.low).toBeGreaterThanOrEqual(Math.exp(1) - 1e-9);
    expect(cell?.high).toBeLessThanOrEqual(Math.exp(1.5) + 1e-9);
  });

  it('keeps kinds in cells of their own, and says that a bound is one', () => {
    const bound = resultOf('a', 'i9', { score: scoreOf(8, { kind: 'ELBO', standardError: 0.1 }) });
    const cells = cellsOf([...scored, bound], 'PERPLEXITY');
    expect(cells.map(({ likelihoodKind, n, isBound }) => [likelihoodKind, n, isBound])).toEqual([
      ['CHAIN_RULE', 4, false],
      ['ELBO', 1, true],
    ]);
    expect(cells[1]?.note).toContain('an upper bound');
  });
});

describe('a cell', () => {
  it('is the same to the last digit in whatever order results come', () => {
    const thirds = Array.from({ length: 40 }, (_, index) =>
      resultOf('a', `i${index}`, { score: scoreOf(1 / (index + 3)) }),
    );
    expect(cellsOf(thirds.toReversed(), 'PERPLEXITY')).toEqual(cellsOf(thirds, 'PERPLEXITY'));
  });

  it('has no interval for one group, however many items', () => {
    const one = scored.map((result) => ({ ...result, group: 'all' }));
    expect(cellsOf(one, 'PERPLEXITY')[0]).toMatchObject({
      n: 4,
      groups: 1,
      low: null,
      high: null,
      note: 'no interval for one group',
    });
  });

  it('resamples groups, not items', () => {
    const twice = scored.flatMap((result) => [
      result,
      { ...result, itemId: `${result.itemId}-again` },
    ]);
    const grouped = cellsOf(twice, 'PERPLEXITY')[0];
    const single = cellsOf(scored, 'PERPLEXITY')[0];
    expect([grouped?.low, grouped?.high]).toEqual([single?.low, single?.high]);
    const asItems = twice.map((result) => ({ ...result, group: result.itemId }));
    expect(cellsOf(asItems, 'PERPLEXITY')[0]?.high).toBeLessThan(single?.high ?? 0);
  });

  it('leaves failed items out and says how many', () => {
    const failed = resultOf('a', 'i8', { error: { code: 'WORKER_FAILED', message: 'It ended.' } });
    expect(cellsOf([...scored, failed], 'PERPLEXITY')[0]).toMatchObject({
      n: 4,
      note: 'without 1 of 5 items; of 4 groups only, so the interval is too narrow',
    });
  });

  it('is absent where no item has the figure', () => {
    expect(cellsOf(scored, 'EXACT_MATCH')).toEqual([]);
  });

  it('has no mean where the figure is not finite', () => {
    const impossible = [
      ...scored,
      resultOf('a', 'i9', { score: scoreOf(Number.POSITIVE_INFINITY) }),
    ];
    expect(cellsOf(impossible, 'PERPLEXITY')[0]).toMatchObject({
      mean: null,
      low: null,
      note: 'no finite value',
    });
  });
});

describe('a figure of fills', () => {
  const fills = [
    resultOf('a', 'x', { fill: fillOf('the red fox', 'the red fox') }),
    resultOf('a', 'y', { fill: fillOf('the blue bird', 'the red fox') }),
  ];

  it.each<[Metric, number]>([
    ['EXACT_MATCH', 0.5],
    ['TOKEN_ACCURACY', 0.5],
    ['ROUGE_1', (1 + 1 / 3) / 2],
    ['ROUGE_2', 0.5],
    ['ROUGE_L', (1 + 1 / 3) / 2],
    // Words: the, red, fox, blue, bird of six; pairs: four of four.
    ['DISTINCT_1', 5 / 6],
    ['DISTINCT_2', 1],
    // Shares 1/4, 1/2, 1/4.
    ['TOKEN_ENTROPY', 1.5 * Math.LN2],
    ['CAUSAL_PASSES', 3],
    ['MASKED_PASSES', 1],
    ['TOKENS_PER_PASS', 1],
    ['TOKENS_PER_SECOND', 100],
    ['FIRST_TOKEN_P50', 10],
    ['LATENCY_P95', 40],
  ])('%s is %d', (metric, value) => {
    expect(cellsOf(fills, metric)[0]?.mean).toBeCloseTo(value, 12);
  });

  it('has no interval where repeated texts would lower it', () => {
    expect(cellsOf(fills, 'DISTINCT_1')[0]).toMatchObject({ low: null, high: null });
  });

  it('has the most memory of all fills that were measured, and says whose it is', () => {
    const cost = fills[0]?.fill?.cost;
    if (cost == null) throw new Error('A fill has its cost.');
    const measured = [3, 9, null].map((mebibytes, index) => {
      const peakBytes = mebibytes === null ? null : mebibytes * 2 ** 20;
      return resultOf('a', `i${index}`, {
        fill: fillOf('a', 'a', { cost: { ...cost, peakBytes } }),
      });
    });
    const [cell] = cellsOf(measured, 'PEAK_MEMORY');
    expect(cell).toMatchObject({ mean: 9, n: 2, low: null, high: null });
    expect(cell?.note).toContain('without 1 of 3 items; no interval, as it is a maximum');
    expect(cell?.note).toContain('which entrants of one model pack share');
  });

  it('asks for no tokens and no times of fills made elsewhere', () => {
    const elsewhere = fills.map((result) => ({
      ...result,
      fill: fillOf('the red fox', 'the red fox', { tokens: null, cost: null }),
    }));
    expect(cellsOf(elsewhere, 'EXACT_MATCH')).toHaveLength(1);
    expect(cellsOf(elsewhere, 'TOKEN_ACCURACY')).toEqual([]);
    expect(cellsOf(elsewhere, 'LATENCY_P50')).toEqual([]);
  });
});
