/**
 * A benchmark as CSV (RFC 4180, lines ended by a line feed): a line for each cell, then for each difference.
 *
 * Knows cells; knows no table layout.
 */
import type { Cell } from './cells.ts';
import type { Difference } from './differences.ts';
import type { BenchmarkSummary } from './figure-tables.ts';
import { metricFacts } from './metric.ts';

const columns = [
  'row',
  'dataset',
  'masking',
  'metric',
  'unit',
  'entrant',
  'baseline',
  'likelihood_kind',
  'is_bound',
  'n',
  'groups',
  'value',
  'low',
  'high',
  'is_ratio',
  'p',
  'p_holm',
  'note',
] as const;

type Value = string | number | boolean | bigint | null;
type Row = Readonly<Partial<Record<(typeof columns)[number], Value>>>;

/** Returns the whole file; texts that a spreadsheet would compute have an apostrophe before them. */
export function csvText({ results, cells, differences }: BenchmarkSummary): string {
  const labels = new Map(results.entrants.map(({ id, label }) => [id, label]));
  const dataset = results.dataset.name;
  const rows = [
    ...cells.map((cell) => ({ ...cellRow(cell, labels), dataset })),
    ...differences.map((difference) => ({ ...differenceRow(difference, labels), dataset })),
  ];
  const lines = rows.map((row: Row) =>
    columns.map((column) => field(row[column] ?? null)).join(','),
  );
  return [columns.join(','), ...lines, ''].join('\n');
}

function cellRow(cell: Cell, labels: ReadonlyMap<string, string>): Row {
  return {
    row: 'cell',
    masking: cell.maskingName,
    metric: cell.metric,
    unit: metricFacts(cell.metric).unit,
    entrant: labels.get(cell.entrantId) ?? cell.entrantId,
    likelihood_kind: cell.likelihoodKind,
    is_bound: cell.isBound,
    n: cell.n,
    groups: cell.groups,
    value: cell.mean,
    low: cell.low,
    high: cell.high,
    note: cell.note,
  };
}

function differenceRow(difference: Difference, labels: ReadonlyMap<string, string>): Row {
  const { metric, estimate } = difference;
  return {
    row: 'difference',
    masking: difference.maskingName,
    metric,
    unit: estimate?.isRatio === true ? '' : metricFacts(metric).unit,
    entrant: labels.get(difference.entrantId) ?? difference.entrantId,
    baseline: labels.get(difference.baselineId) ?? difference.baselineId,
    likelihood_kind: difference.likelihoodKind,
    n: difference.n,
    value: estimate?.difference ?? null,
    low: estimate?.low ?? null,
    high: estimate?.high ?? null,
    is_ratio: estimate?.isRatio ?? null,
    p: estimate?.pValue ?? null,
    p_holm: estimate?.adjustedPValue ?? null,
    note: difference.refusal?.message ?? difference.note,
  };
}

function field(value: Value): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  // A spreadsheet takes a text that begins like this for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
