/**
 * Which charts a benchmark has: likelihood over how much is masked, quality over latency, tokens per pass.
 *
 * Knows cells; drawing is for the charts themselves.
 */
import type { EntrantFacts } from '../benchmark-results.ts';
import type { Cell } from '../cells.ts';
import { type BenchmarkSummary, cellText } from '../figure-tables.ts';
import { type Masking, maskingName } from '../masking.ts';
import { type Metric, metricFacts } from '../metric.ts';
import { barChart } from './bar-chart.ts';
import { type Html, html } from './html.ts';
import { type ChartPoint, type ChartSeries, type Measured, xyChart } from './xy-chart.ts';

/** Returns the charts of one metric: lines over rates and span lengths, bars for other maskings; none without cells. */
export function metricCharts(summary: BenchmarkSummary, metric: Metric): Html[] {
  return vocabularies(summary, metric).flatMap(({ entrants, suffix }) => {
    const scope = { ...summary, metric, entrants };
    const { families, others } = familiesOf(summary.results.maskings);
    return [
      ...families.flatMap((family) => lineChart(scope, family, suffix)),
      ...others.flatMap((masking) => metricBars(scope, maskingName(masking), suffix)),
    ];
  });
}

/** Returns a chart of quality over median latency for each masking that has both. */
export function latencyCharts(summary: BenchmarkSummary): Html[] {
  const { results } = summary;
  const metric = qualityMetric(summary);
  if (metric === null) return [];
  return results.maskings.map(maskingName).flatMap((name) => {
    const series = results.entrants.flatMap((entrant, index): ChartSeries[] => {
      const quality = cellAt(summary, { entrant, metric, name });
      const latency = cellAt(summary, { entrant, metric: 'LATENCY_P50', name });
      if (quality === null || latency === null) return [];
      const title = `${entrant.label}: ${cellText(quality.cell)} at ${cellText(latency.cell)} ms`;
      return [
        { index, pattern: 'solid', points: [{ x: latency.measured, y: quality.measured, title }] },
      ];
    });
    if (series.length === 0) return [];
    const x = { title: 'Median latency (ms)', kind: 'LOG' } as const;
    const y = { title: metricFacts(metric).title, kind: 'LINEAR' } as const;
    return [xyChart({ title: name, x, y, isJoined: false }, series)];
  });
}

/** What charts of one metric are made of. */
type Scope = BenchmarkSummary & {
  readonly metric: Metric;
  /** Those that compare with each other, each with its place among all. */
  readonly entrants: readonly (readonly [index: number, entrant: EntrantFacts])[];
};

/** Maskings that differ in one number. */
type Family = {
  readonly title: string;
  readonly maskings: readonly { readonly name: string; readonly x: number }[];
};

/** Families of two or more maskings, and all other maskings. */
function familiesOf(maskings: readonly Masking[]): {
  readonly families: readonly Family[];
  readonly others: readonly Masking[];
} {
  const kinds = [...new Set(maskings.map(familyTitle))];
  const groups = kinds.map((title) => ({
    title,
    members: maskings.filter((masking) => familyTitle(masking) === title),
  }));
  const isFamily = ({ title, members }: (typeof groups)[number]) =>
    title !== null && members.length > 1;
  return {
    families: groups.filter(isFamily).map(({ title, members }) => ({
      title: title ?? '',
      maskings: members
        .map((masking) => ({ name: maskingName(masking), x: sizeOf(masking) }))
        .toSorted((a, b) => a.x - b.x),
    })),
    others: groups.filter((group) => !isFamily(group)).flatMap(({ members }) => members),
  };
}

function familyTitle(masking: Masking): string | null {
  if (!('unit' in masking)) return null;
  const unit = `${masking.unit.toLowerCase()}s`;
  return masking.kind === 'RATE' ? `Share of ${unit} masked` : `Masked ${unit} in a row`;
}

function sizeOf(masking: Masking): number {
  if (masking.kind === 'RATE') return masking.rate;
  return masking.kind === 'SPAN' ? masking.length : 0;
}

function lineChart(scope: Scope, family: Family, suffix: string): Html[] {
  const { title, kind } = axisOf(scope.metric);
  const series = scope.entrants.map(([index, entrant]): ChartSeries => {
    const cells = family.maskings.flatMap(({ name, x }) => {
      const found = cellAt(scope, { entrant, metric: scope.metric, name });
      return found === null ? [] : [{ ...found, x, name }];
    });
    const points = cells.map(
      ({ cell, measured, x, name }): ChartPoint => ({
        x: { value: x, interval: null },
        y: measured,
        title: `${entrant.label}, ${name}: ${cellText(cell)}`,
      }),
    );
    return { index, pattern: patternOf(cells.map(({ cell }) => cell)), points };
  });
  if (series.every(({ points }) => points.length === 0)) return [];
  const x = { title: family.title, kind: 'LINEAR' } as const;
  const frame = { title: `${title}${suffix}`, x, y: { title, kind }, isJoined: true };
  return [xyChart(frame, series)];
}

function metricBars(scope: Scope, name: string, suffix: string): Html[] {
  const bars = scope.entrants.flatMap(([index, entrant]) => {
    const found = cellAt(scope, { entrant, metric: scope.metric, name });
    if (found === null) return [];
    const bound = found.cell.isBound ? ' (≤)' : '';
    return [{ index, label: `${entrant.label}${bound}`, measured: found.measured }];
  });
  if (bars.length === 0) return [];
  return [barChart(`${axisOf(scope.metric).title}, ${name}${suffix}`, bars)];
}

type Place = { readonly entrant: EntrantFacts; readonly metric: Metric; readonly name: string };

/** The first cell with a value; an entrant has likelihoods of one kind but for odd imports. */
function cellAt(
  { cells }: Pick<BenchmarkSummary, 'cells'>,
  { entrant, metric, name }: Place,
): { readonly cell: Cell; readonly measured: Measured } | null {
  const cell = cells.find(
    (one) => one.metric === metric && one.entrantId === entrant.id && one.maskingName === name,
  );
  if (cell === undefined || cell.mean === null) return null;
  const { mean: value, low, high } = cell;
  const isDrawable = metricFacts(metric).scale === 'LINEAR' || (value > 0 && low !== 0);
  if (!isDrawable) return null;
  return {
    cell,
    measured: { value, interval: low === null || high === null ? null : [low, high] },
  };
}

function axisOf(metric: Metric): { readonly title: string; readonly kind: 'LINEAR' | 'LOG' } {
  const { title, unit, scale } = metricFacts(metric);
  return { title: unit === '' ? title : `${title} (${unit})`, kind: scale };
}

/** Kinds are told apart: bounds dashed, independent likelihoods dotted. */
function patternOf(cells: readonly Cell[]): ChartSeries['pattern'] {
  if (cells.some(({ isBound }) => isBound)) return 'dashed';
  return cells.some(({ likelihoodKind }) => likelihoodKind === 'INDEPENDENT') ? 'dotted' : 'solid';
}

/** Entrants that compare with each other: all, or those of each vocabulary where the metric needs one. */
function vocabularies(
  { results, cells }: BenchmarkSummary,
  metric: Metric,
): readonly { readonly entrants: Scope['entrants']; readonly suffix: string }[] {
  const indexed = [...results.entrants.entries()].filter(([, { id }]) =>
    cells.some((cell) => cell.metric === metric && cell.entrantId === id),
  );
  if (!metricFacts(metric).perVocabulary) return [{ entrants: indexed, suffix: '' }];
  const digests = [...new Set(indexed.map(([, entrant]) => entrant.vocabularyDigest))];
  return digests.map((digest) => ({
    entrants: indexed.filter(([, entrant]) => entrant.vocabularyDigest === digest),
    suffix: digests.length === 1 ? '' : `, vocabulary ${digest?.slice(0, 8) ?? 'not known'}`,
  }));
}

/** The first of these that there are cells of; token accuracy only where all count the same tokens. */
function qualityMetric({ results, cells }: BenchmarkSummary): Metric | null {
  const digests = new Set(results.entrants.map(({ vocabularyDigest }) => vocabularyDigest));
  const oneVocabulary = digests.size === 1 && !digests.has(null);
  const preferred = [
    ...(oneVocabulary ? (['TOKEN_ACCURACY'] as const) : []),
    ...(['ROUGE_L', 'EXACT_MATCH', 'ROUGE_1', 'BLEU', 'SENTENCE_BLEU'] as const),
  ];
  return preferred.find((metric) => cells.some((cell) => cell.metric === metric)) ?? null;
}

/** Returns a part of the page with charts beside each other; nothing without charts. */
export function chartSection(heading: string, text: string, charts: readonly Html[]): Html | null {
  if (charts.length === 0) return null;
  return html`<section><h2>${heading}</h2><p class="lead">${text}</p><div class="charts">${charts}</div></section>\n`;
}
