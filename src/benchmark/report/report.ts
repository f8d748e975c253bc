/**
 * A benchmark as one HTML file that needs nothing else: charts, tables, entrants, items, environment.
 *
 * It has no script, loads nothing, and its content policy forbids both. Equal results give equal bytes.
 */
import { createHash } from 'node:crypto';
import { counted } from '../../counted.ts';
import type { EntrantFacts, NamedValue } from '../benchmark-results.ts';
import {
  type BenchmarkSummary,
  differenceTables,
  type FigureTable,
  metricTables,
} from '../figure-tables.ts';
import { maskingName } from '../masking.ts';
import { chartSection, latencyCharts, metricCharts } from './charts.ts';
import { exampleSection, type ReportExample } from './examples.ts';
import { Html, html } from './html.ts';
import { legend } from './marker.ts';
import { pageStyle } from './page-style.ts';

/** The content policy of a report, as its own meta element says it; fit for the header of a response too. */
export const reportPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** Returns the whole file. @param examples - of places that `exampleItems` chose. */
export function reportText(summary: BenchmarkSummary, examples: readonly ReportExample[]): string {
  const { results } = summary;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${reportPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${results.name}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<main>
${heading(summary)}
${legend(results.entrants.map(({ label }) => label))}
${chartSection('Likelihood', 'How well each entrant predicts what stood at the masks; lower is better. Bars are 95 % intervals; dashed lines are upper bounds, dotted ones score positions independently.', likelihoodCharts(summary))}
${chartSection('Quality and latency', 'Better is up and to the left.', latencyCharts(summary))}
${chartSection('Tokens per pass', 'Tokens committed for each pass of a model, causal and masked passes together.', metricCharts(summary, 'TOKENS_PER_PASS'))}
${tableSection('Figures', 'Each with its 95 % interval: percentile bootstrap over groups of items.', metricTables(summary))}
${tableSection('Differences', 'Over the items that both have. p-values are two-sided, by paired bootstrap, and corrected over each table (Holm).', differenceTables(summary))}
${exampleSection(results, examples)}
${entrantSection(results.entrants)}
${environmentSection(results.environment)}
</main>
</body>
</html>
`;
  return page.text;
}

function heading({ results }: BenchmarkSummary): Html {
  const { name, dataset, seed, maskings, items } = results;
  const failed = items.filter(({ error }) => error !== null).length;
  const total = dataset.itemCount * maskings.length * results.entrants.length;
  return html`<h1>${name}</h1>
<p class="facts">${dataset.name}: ${counted(dataset.itemCount, 'item')}, ${dataset.licence}, ${dataset.source}. Maskings: ${maskings.map(maskingName).join(', ')}. Seed ${String(seed)}. ${counted(items.length, 'result')}${failed === 0 ? '' : `, ${failed} of them failed`}.</p>${partNote(items.length, total)}
<p class="facts">Digest of the dataset: <code>${dataset.digest}</code></p>`;
}

/** Figures of a benchmark that goes on, or was cancelled, are not those of all its items. */
function partNote(done: number, total: number): Html | null {
  if (done >= total) return null;
  return html`
<p class="part">Of a part of the benchmark: ${done} of ${total} units are done.</p>`;
}

/** Perplexity within each vocabulary; bits per character where it was not measured, or where there are several. */
function likelihoodCharts(summary: BenchmarkSummary): Html[] {
  const { entrants } = summary.results;
  const isMixed = new Set(entrants.map(({ vocabularyDigest }) => vocabularyDigest)).size > 1;
  const perplexity = metricCharts(summary, 'PERPLEXITY');
  if (perplexity.length > 0 && !isMixed) return perplexity;
  return [...metricCharts(summary, 'BITS_PER_CHARACTER'), ...perplexity];
}

function tableSection(title: string, text: string, tables: readonly FigureTable[]): Html | null {
  if (tables.length === 0) return null;
  const shown = tables.map(
    (table) =>
      html`<h3>${table.title}</h3>${tableHtml(table.header, table.rows, '')}${
        table.notes.length === 0
          ? null
          : html`<ul class="notes">${table.notes.map((note) => html`<li>${note}</li>`)}</ul>`
      }\n`,
  );
  return html`<section><h2>${title}</h2><p class="lead">${text}</p>${shown}</section>\n`;
}

function entrantSection(entrants: readonly EntrantFacts[]): Html {
  const header = ['Entrant', 'Decoder', 'Model', 'Settings', 'Model digest', 'Vocabulary'];
  const rows = entrants.map((entrant) => [
    entrant.label,
    entrant.decoderName ?? 'made elsewhere',
    entrant.modelId ?? '–',
    entrant.settings.map(({ name, value }) => `${name} ${value}`).join(', ') || '–',
    shortDigest(entrant.modelDigest),
    shortDigest(entrant.vocabularyDigest),
  ]);
  return html`<section><h2>Entrants</h2>${tableHtml(header, rows, 'texts')}</section>\n`;
}

/** Exports have the whole digest. */
function shortDigest(digest: string | null): string {
  return digest === null ? '–' : `${digest.slice(0, 12)}…`;
}

function environmentSection(environment: readonly NamedValue[]): Html | null {
  if (environment.length === 0) return null;
  const rows = environment.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`);
  return html`<section><h2>Environment</h2><p class="lead">What measured times depend on.</p><dl>${rows}</dl></section>\n`;
}

function tableHtml(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  className: string,
): Html {
  const head = header.map((text) => html`<th scope="col">${text}</th>`);
  const body = rows.map((row) => html`<tr>${row.map(cellHtml)}</tr>\n`);
  return html`<div class="table"><table class="${className}"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** An interval stands below its figure, so that many maskings fit beside each other. */
function cellHtml(text: string): Html {
  const [figure = '', interval] = text.split(/ (?=\[[^[]+\]$)/);
  return html`<td>${figure}${interval === undefined ? null : html`<small>${interval}</small>`}</td>`;
}
