/** A summary whose labels and notes hold everything that a form of export must escape. */
import { benchmarkCells } from '../../src/benchmark/cells.ts';
import { benchmarkDifferences } from '../../src/benchmark/differences.ts';
import type { BenchmarkSummary } from '../../src/benchmark/figure-tables.ts';
import type { ItemResult } from '../../src/benchmark/item-result.ts';
import { entrantOf, fillOf, resultOf, resultsOf, scoreOf } from './example-results.ts';

/** A label as unkind as they come. */
export const unkind = '=1+1 "a",\n<b>|$x_1$ & \\50% {~^#} [c](d) `e` </style>';

/** Two entrants on four items; the second has bounds and the unkind label, or another. */
export function exampleSummary(
  order: (items: ItemResult[]) => ItemResult[] = (items) => items,
  label = unkind,
): BenchmarkSummary {
  const entrants = [entrantOf('base'), entrantOf('other', { label })];
  const items = [2, 3, 5, 8].flatMap((loss, index) => [
    resultOf('base', `i${index}`, { score: scoreOf(loss), fill: fillOf('a b c', 'a b d') }),
    resultOf('other', `i${index}`, {
      score: scoreOf(loss + 1, { kind: 'ELBO', standardError: 0.1 }),
      fill: fillOf('a b d', 'a b d'),
    }),
  ]);
  const results = {
    ...resultsOf(entrants, order(items)),
    metrics: ['PERPLEXITY', 'EXACT_MATCH', 'LATENCY_P50'] as const,
  };
  return {
    results,
    cells: [...benchmarkCells(results)],
    differences: benchmarkDifferences(results, 'base'),
  };
}
