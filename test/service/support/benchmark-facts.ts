/**
 * What of a benchmark is the same for every time it is run.
 */
import { metricFacts } from '../../../src/benchmark/metric.ts';
import type { Benchmark } from '../../../src/service/benchmarks.ts';
import type { Service } from '../../../src/service/service.ts';

/** Figures that do not depend on time, entrants by their labels. */
export async function namedFacts(
  { benchmarks }: Pick<Service, 'benchmarks'>,
  benchmark: Benchmark,
) {
  const labels = new Map(
    (await benchmarks.entrants(benchmark)).map(({ id, label }) => [id, label]),
  );
  const cells = await benchmarks.cells(benchmark);
  return cells
    .filter(({ metric }) => metricFacts(metric).reproducible)
    .map((cell) => ({ ...cell, entrantId: labels.get(cell.entrantId) }));
}
