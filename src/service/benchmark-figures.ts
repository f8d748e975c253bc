/**
 * From stored units to figures.
 *
 * Knows where results are; the statistics are those of `benchmark`.
 */
import { setImmediate } from 'node:timers/promises';
import type { BenchmarkResults, EntrantFacts } from '../benchmark/benchmark-results.ts';
import { benchmarkCells, type Cell } from '../benchmark/cells.ts';
import { benchmarkDifferences, type Difference } from '../benchmark/differences.ts';
import { type Metric, metricFacts, metricNames } from '../benchmark/metric.ts';
import type { EffectiveSetting } from '../decoding/infill-request.ts';
import { InfillError } from '../errors.ts';
import type { FiguresOfUnits } from '../store/benchmark-cells.ts';
import { readResults } from '../store/benchmark-units.ts';
import { type BenchmarkRow, type EntrantRow, readEntrants } from '../store/benchmarks.ts';
import type { Database } from '../store/database.ts';
import { findDatasets } from '../store/datasets.ts';

/** Reads everything that figures, exports and reports of a benchmark are made of. */
export async function loadResults(
  database: Database,
  benchmark: BenchmarkRow,
): Promise<BenchmarkResults> {
  const { id, owner, datasetId, name, seed, maskings, environment } = benchmark;
  const [dataset] = await findDatasets(database, owner, [datasetId]);
  if (!dataset) throw new InfillError('STORE_FAILED', 'The dataset of the benchmark is gone.');
  // In this order: whoever has results is among the entrants.
  const items = await readResults(database, id);
  const entrants = await readEntrants(database, id);
  return {
    name: name ?? dataset.title,
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      licence: dataset.licence,
      source: dataset.source,
      itemCount: benchmark.itemCount,
    },
    seed,
    maskings,
    metrics: metricsOf(benchmark),
    entrants: entrants.map(entrantFacts),
    items,
    environment,
  };
}

/** The metrics that have what they need. */
export function metricsOf({ settings: { measures } }: BenchmarkRow): Metric[] {
  return metricNames.filter((metric) => measures.includes(metricFacts(metric).needs));
}

/** Computes figures. */
export type Figures = {
  cells(results: BenchmarkResults): Promise<readonly Cell[]>;
  /** Every other entrant against a baseline. @throws INVALID_INPUT when there is no such entrant */
  differences(results: BenchmarkResults, baselineId: string): Promise<readonly Difference[]>;
};

/** Hands `store` the figures of a benchmark, until none of its units came in while they were computed. */
export async function storeFigures(
  { database, figures }: { readonly database: Database; readonly figures: Figures },
  benchmark: BenchmarkRow,
  store: (figures: FiguresOfUnits) => Promise<boolean>,
): Promise<void> {
  let isStored = false;
  while (!isStored) {
    const results = await loadResults(database, benchmark);
    const cells = await figures.cells(results);
    isStored = await store({ cells, unitCount: results.items.length });
  }
}

/** Computes figures in the thread of the caller; others have a turn after each figure. */
export const figuresHere: Figures = { cells: computeCells, differences: computeDifferences };

async function computeDifferences(
  results: BenchmarkResults,
  baselineId: string,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const metric of results.metrics) {
    differences.push(...benchmarkDifferences({ ...results, metrics: [metric] }, baselineId));
    await setImmediate();
  }
  return differences;
}

async function computeCells(results: BenchmarkResults): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const cell of benchmarkCells(results)) {
    cells.push(cell);
    await setImmediate();
  }
  return cells;
}

function entrantFacts(entrant: EntrantRow): EntrantFacts {
  const { id, label, packId, modelDigest, vocabularyDigest, request, settings } = entrant;
  return {
    id,
    label,
    decoderName: request?.decoder.name ?? null,
    modelId: packId,
    modelDigest,
    vocabularyDigest,
    settings: settings.map(namedValue),
  };
}

function namedValue({ name, value }: EffectiveSetting) {
  return { name, value: typeof value === 'string' ? value : JSON.stringify(value) };
}
