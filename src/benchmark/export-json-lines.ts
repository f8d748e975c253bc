/**
 * A benchmark as JSON lines: what it is, then a line for each cell and each difference, every digit kept.
 *
 * Knows plain values only.
 */
import type { BenchmarkSummary } from './figure-tables.ts';
import { maskingName } from './masking.ts';

/** Returns the whole file. */
export function jsonLines({ results, cells, differences }: BenchmarkSummary): string {
  const { name, dataset, seed, maskings, metrics, entrants, environment } = results;
  const head = {
    type: 'benchmark',
    name,
    dataset,
    seed: String(seed),
    maskings: maskings.map(maskingName),
    metrics,
    entrants,
    environment,
  };
  const lines = [
    head,
    ...cells.map((cell) => ({ type: 'cell', ...cell })),
    ...differences.map(({ refusal, ...difference }) => ({
      type: 'difference',
      ...difference,
      refusal: refusal === null ? null : { code: refusal.code, message: refusal.message },
    })),
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}
