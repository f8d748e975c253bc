/**
 * A benchmark as a file: CSV and JSON lines with every digit, Markdown and LaTeX as tables to read.
 *
 * Equal results give equal bytes: no clock, no locale, the order of the benchmark. Knows no HTTP.
 */
import { csvText } from './export-csv.ts';
import { jsonLines } from './export-json-lines.ts';
import { latexText } from './export-latex.ts';
import { markdownText } from './export-markdown.ts';
import type { BenchmarkSummary } from './figure-tables.ts';

/** A form that a benchmark is written in. */
export type ExportFormat = 'CSV' | 'JSONL' | 'MARKDOWN' | 'LATEX';

/** How a form is served. */
export type ExportFormatFacts = { readonly extension: string; readonly mediaType: string };

/** Every form with how it is served. */
export const exportFormats: Readonly<Record<ExportFormat, ExportFormatFacts>> = {
  CSV: { extension: 'csv', mediaType: 'text/csv; charset=utf-8' },
  JSONL: { extension: 'jsonl', mediaType: 'application/x-ndjson; charset=utf-8' },
  MARKDOWN: { extension: 'md', mediaType: 'text/markdown; charset=utf-8' },
  LATEX: { extension: 'tex', mediaType: 'application/x-tex; charset=utf-8' },
};

const writers: Readonly<Record<ExportFormat, (summary: BenchmarkSummary) => string>> = {
  CSV: csvText,
  JSONL: jsonLines,
  MARKDOWN: markdownText,
  LATEX: latexText,
};

/** Returns the whole text of a benchmark in a form; it ends in a line break. */
export function exportText(summary: BenchmarkSummary, format: ExportFormat): string {
  return writers[format](summary);
}
