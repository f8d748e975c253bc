/**
 * A benchmark as tables of plain texts: one for each metric, entrants down and maskings across, and one for each metric's
 * differences.
 *
 * Knows no markup; Markdown, LaTeX and HTML are made from these tables, so that they say the same.
 */
import type { BenchmarkResults } from './benchmark-results.ts';
import { boundNote, type Cell } from './cells.ts';
import type { Difference } from './differences.ts';
import { intervalText, pValueText } from './figure-text.ts';
import { maskingName } from './masking.ts';
import { type Metric, metricFacts } from './metric.ts';

/** A benchmark with all that was computed from it. */
export type BenchmarkSummary = {
  readonly results: BenchmarkResults;
  readonly cells: readonly Cell[];
  /** Against one baseline; empty where none was chosen. */
  readonly differences: readonly Difference[];
};

/** Texts in rows of equally many; the first of a row is its name. */
export type FigureTable = {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know of it, a sentence each. */
  readonly notes: readonly string[];
};

/** Returns a table for each metric that has cells, in the order of the benchmark. */
export function metricTables({ results, cells }: BenchmarkSummary): FigureTable[] {
  return results.metrics.flatMap((metric) => {
    const ofMetric = cells.filter((cell) => cell.metric === metric);
    return ofMetric.length === 0 ? [] : [metricTable(metric, results, ofMetric)];
  });
}

/** Returns a table of the differences of each metric that has any. */
export function differenceTables({ results, differences }: BenchmarkSummary): FigureTable[] {
  return results.metrics.flatMap((metric) => {
    const ofMetric = differences.filter((difference) => difference.metric === metric);
    return ofMetric.length === 0 ? [] : [differenceTable(metric, results, ofMetric)];
  });
}

/** Returns the name of a metric with its unit and direction: "Latency, median (ms, lower is better)". */
export function metricTitle(metric: Metric): string {
  const { title, unit, better } = metricFacts(metric);
  const direction = better === null ? [] : [`${better.toLowerCase()} is better`];
  const facts = [...(unit === '' ? [] : [unit]), ...direction];
  return facts.length === 0 ? title : `${title} (${facts.join(', ')})`;
}

/** Returns a cell's figure as it stands in tables: a bound after ≤, an independent likelihood before †. */
export function cellText({ mean, low, high, isBound, likelihoodKind }: Cell): string {
  const text = intervalText(mean, low, high);
  if (isBound) return `≤ ${text}`;
  return likelihoodKind === 'INDEPENDENT' ? `${text} †` : text;
}

function metricTable(
  metric: Metric,
  { maskings, entrants }: BenchmarkResults,
  cells: readonly Cell[],
): FigureTable {
  const names = maskings
    .map(maskingName)
    .filter((name) => cells.some((cell) => cell.maskingName === name));
  const rows = entrants.flatMap(({ id, label }) => {
    const own = cells.filter(({ entrantId }) => entrantId === id);
    if (own.length === 0) return [];
    const texts = names.map((name) => {
      const here = own.filter((cell) => cell.maskingName === name);
      return here.length === 0 ? '–' : here.map(cellText).join('; ');
    });
    return [[label, ...texts]];
  });
  const labels = new Map(entrants.map(({ id, label }) => [id, label]));
  return {
    title: metricTitle(metric),
    header: ['', ...names],
    rows,
    notes: [...metricNotes(metric, cells), ...cellNotes(cells, labels)],
  };
}

function metricNotes(metric: Metric, cells: readonly Cell[]): string[] {
  const kinds = new Set(cells.map(({ likelihoodKind }) => likelihoodKind));
  const { perVocabulary, reproducible } = metricFacts(metric);
  return [
    ...(kinds.has('ELBO') ? ['≤: an upper bound, from a lower bound of the likelihood.'] : []),
    ...(kinds.has('INDEPENDENT') ? ['†: positions are scored independently of each other.'] : []),
    ...(perVocabulary ? ['Compares among entrants of one vocabulary only.'] : []),
    ...(reproducible ? [] : ['Measured; another run measures other values.']),
  ];
}

/** Each note once, with the figures it is about. */
function cellNotes(cells: readonly Cell[], labels: ReadonlyMap<string, string>): string[] {
  const told = cells.flatMap(({ note }) => note?.split('; ') ?? []);
  return [...new Set(told)]
    .filter((note) => note !== boundNote)
    .map((note) => {
      const about = cells.filter((cell) => cell.note?.split('; ').includes(note));
      const places = about.map((cell) => `${labels.get(cell.entrantId)} ${cell.maskingName}`);
      return `${about.length === cells.length ? 'All figures' : places.join(', ')}: ${note}.`;
    });
}

function differenceTable(
  metric: Metric,
  { entrants }: BenchmarkResults,
  differences: readonly Difference[],
): FigureTable {
  const labels = new Map(entrants.map(({ id, label }) => [id, label]));
  const baselineId = differences[0]?.baselineId ?? '';
  const isRatio = metricFacts(metric).scale === 'LOG';
  const rows = differences.map(({ entrantId, maskingName: name, n, estimate }) => [
    labels.get(entrantId) ?? entrantId,
    name,
    String(n),
    estimate === null ? '–' : intervalText(estimate.difference, estimate.low, estimate.high),
    pValueText(estimate?.pValue ?? null),
    pValueText(estimate?.adjustedPValue ?? null),
  ]);
  const why = differences.flatMap(({ refusal, note }) => refusal?.message ?? note ?? []);
  return {
    title: `${metricFacts(metric).title} against ${labels.get(baselineId) ?? baselineId}`,
    header: ['', 'masking', 'n', isRatio ? 'ratio' : 'difference', 'p', 'p (Holm)'],
    rows,
    notes: [...new Set(why)].map((text) => (text.endsWith('.') ? text : `${text}.`)),
  };
}
