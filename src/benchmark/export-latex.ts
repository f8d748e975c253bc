/**
 * A benchmark as LaTeX tables for a paper; they need `\usepackage{booktabs}` and UTF-8.
 *
 * Knows tables of plain texts; every text is escaped, as labels are a client's.
 */
import {
  type BenchmarkSummary,
  differenceTables,
  type FigureTable,
  metricTables,
} from './figure-tables.ts';

/** Returns the whole file. */
export function latexText(summary: BenchmarkSummary): string {
  const tables = [...metricTables(summary), ...differenceTables(summary)];
  return `% Tables need \\usepackage{booktabs}.\n${tables.map(tableText).join('')}`;
}

function tableText({ title, header, rows, notes }: FigureTable): string {
  const line = (texts: readonly string[]) => `  ${texts.map(escaped).join(' & ')} \\\\\n`;
  const caption = [`${title}. Intervals are 95 %, by bootstrap.`, ...notes].map(escaped).join(' ');
  return [
    '\n\\begin{table}\n\\centering\n',
    `\\caption{${caption}}\n`,
    `\\begin{tabular}{l${'r'.repeat(header.length - 1)}}\n  \\toprule\n`,
    line(header),
    '  \\midrule\n',
    ...rows.map(line),
    '  \\bottomrule\n\\end{tabular}\n\\end{table}\n',
  ].join('');
}

const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '[': '{[}',
  ']': '{]}',
  '*': '{*}',
  '≤': '$\\leq$',
  '†': '\\dag{}',
  '–': '--',
};

/** Brackets and stars are grouped: after `\\` they would be its arguments. */
function escaped(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\~^<>|"[\]*≤†–]|[#$%&_{}]/g, (special) => commands[special] ?? `\\${special}`);
}
