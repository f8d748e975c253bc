/**
 * A benchmark as Markdown with pipe tables.
 *
 * Knows tables of plain texts; every text is escaped, as labels are a client's.
 */
import { counted } from '../counted.ts';
import {
  type BenchmarkSummary,
  differenceTables,
  type FigureTable,
  metricTables,
} from './figure-tables.ts';

/** Returns the whole file. */
export function markdownText(summary: BenchmarkSummary): string {
  const { name, dataset, seed, environment } = summary.results;
  const facts = [
    `Dataset: ${dataset.name}, ${counted(dataset.itemCount, 'item')} (${dataset.licence}), digest ${dataset.digest}. Seed: ${seed}.`,
    'Intervals are 95 %, by bootstrap over groups of items.',
    environment.map(({ name: fact, value }) => `${fact}: ${value}`).join('; '),
  ];
  const blocks = [
    `# ${escaped(name)}`,
    ...facts.filter((fact) => fact !== '').map(paragraph),
    ...[...metricTables(summary), ...differenceTables(summary)].map(tableText),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function tableText({ title, header, rows, notes }: FigureTable): string {
  const line = (texts: readonly string[]) => `| ${texts.map(escaped).join(' | ')} |`;
  const rule = `| --- |${' ---: |'.repeat(header.length - 1)}`;
  const table = [line(header), rule, ...rows.map(line)].join('\n');
  const told = notes.map((note) => `\n\n${paragraph(note)}`).join('');
  return `## ${escaped(title)}\n\n${table}${told}`;
}

/** What would begin a list does not. */
function paragraph(text: string): string {
  return escaped(text).replace(/^(\d*)([-+.)])/, '$1\\$2');
}

function escaped(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]{}#|~$>]/g, '\\$&');
}
