/** Benchmarks as files. */
import { describe, expect, it } from 'vitest';
import { type ExportFormat, exportFormats, exportText } from '../../src/benchmark/export.ts';
import { exampleSummary, unkind } from './example-summary.ts';

const summary = exampleSummary();

/** Reads RFC 4180 with line feeds. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('every form', () => {
  it.each(Object.keys(exportFormats) as ExportFormat[])(
    '%s has the same bytes in whatever order results come',
    (format) => {
      const reversed = exampleSummary((items) => items.toReversed());
      expect(exportText(reversed, format)).toBe(exportText(summary, format));
      expect(exportText(summary, format)).toMatch(/[^\n]\n$/);
    },
  );
});

describe('CSV', () => {
  const rows = readCsv(exportText(summary, 'CSV'));
  const [header = []] = rows;
  const column = (name: string) => rows.slice(1).map((row) => row[header.indexOf(name)]);

  it('has a row for each cell and difference, as wide as the header', () => {
    expect(rows).toHaveLength(1 + summary.cells.length + summary.differences.length);
    for (const row of rows) expect(row).toHaveLength(header.length);
  });

  it('keeps every digit', () => {
    expect(column('value').slice(0, summary.cells.length).map(Number)).toEqual(
      summary.cells.map(({ mean }) => mean),
    );
  });

  it('keeps texts, with an apostrophe before what a spreadsheet would compute', () => {
    expect(column('entrant')).toContain(`'${unkind}`);
  });

  it('says why figures were not compared', () => {
    expect(column('note').join()).toContain('Perplexity compares within one likelihood kind only');
  });
});

describe('JSON lines', () => {
  const lines = exportText(summary, 'JSONL')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

  it('begin with the benchmark and hold every cell as it is', () => {
    expect(lines[0]).toMatchObject({ type: 'benchmark', seed: '7', maskings: ['rate-0.3-word'] });
    expect(lines.slice(1, 1 + summary.cells.length)).toEqual(
      summary.cells.map((cell) => ({ type: 'cell', ...cell })),
    );
  });
});

describe('Markdown', () => {
  const text = exportText(summary, 'MARKDOWN');

  it('has figures with intervals, bounds after ≤', () => {
    expect(text).toContain('## Perplexity (lower is better)');
    expect(text).toMatch(/\| Entrant base \| 3\.080 \\\[\d\.\d+, \d\.\d+\\\] \|/);
    expect(text).toMatch(/\| ≤ 3\.955 /);
  });

  it('has rows as wide as their headers, whatever labels hold', () => {
    const tables = text.split('\n').filter((line) => line.startsWith('|'));
    const widths = tables.map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(widths)).toEqual(new Set([4, 8]));
  });

  it('escapes markup of labels', () => {
    expect(text).toContain('&lt;b\\>\\|\\$x\\_1\\$ &amp; \\\\50% \\{\\~^\\#\\} \\[c\\](d) \\`e\\`');
    expect(text).not.toContain('<');
  });
});

describe('LaTeX', () => {
  const text = exportText(summary, 'LATEX');

  it('escapes what TeX would read', () => {
    expect(text).toContain(
      '\\$x\\_1\\$ \\& \\textbackslash{}50\\% \\{\\textasciitilde{}\\textasciicircum{}\\#\\} {[}c{]}(d)',
    );
    expect(text).toContain('$\\leq$ 3.955');
  });

  it('groups what would be part of the row break before it', () => {
    const starred = exampleSummary((items) => items, '*best');
    expect(exportText(starred, 'LATEX')).toContain('\\\\\n  {*}best & ');
  });

  it('has balanced braces and environments', () => {
    const bare = text.replace(/\\[{}]/g, '');
    expect(bare.split('{').length).toBe(bare.split('}').length);
    expect(text.split('\\begin{').length).toBe(text.split('\\end{').length);
  });
});
