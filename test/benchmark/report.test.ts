/** Reports: one file, nothing else needed, whatever labels and texts hold. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exampleItems } from '../../src/benchmark/report/examples.ts';
import { Html, html } from '../../src/benchmark/report/html.ts';
import { pageStyle } from '../../src/benchmark/report/page-style.ts';
import { reportPolicy, reportText } from '../../src/benchmark/report/report.ts';
import { scaleFor } from '../../src/benchmark/report/scale.ts';
import { exampleSummary, unkind } from './example-summary.ts';

const summary = exampleSummary();
const attack = '</style><script>alert(1)</script><img src=x onerror=alert(1)>"\'';
const examples = exampleItems(summary.results).map((place) => ({
  ...place,
  segments: [{ text: `${attack} & ` }, { gold: 'a b d' }],
}));
const text = reportText(summary, examples);

describe('a report', () => {
  it('has no script, no style attribute and nothing to load', () => {
    const tags = text.match(/<[a-z][^>]*>/g) ?? [];
    expect(tags.length).toBeGreaterThan(100);
    for (const tag of tags) expect(tag).not.toMatch(/^<(script|img|link|iframe|object|base|a)\b/);
    for (const tag of tags) expect(tag).not.toMatch(/\s(style|src|href|on\w+)=/);
    expect(pageStyle).not.toMatch(/url\(|@import/);
  });

  it('forbids everything but its own style sheet', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(reportPolicy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(text).toContain(
      html`<meta http-equiv="Content-Security-Policy" content="${reportPolicy}">`.text,
    );
  });

  it('shows labels and texts as they are', () => {
    expect(text).toContain(html`<dt>${unkind}</dt>`.text);
    expect(text).toContain(html`${attack} &amp; `.text.replace('&amp;amp;', '&amp;'));
    expect(text.split('</style>')).toHaveLength(2);
  });

  it('has balanced elements', () => {
    const open: string[] = [];
    const isVoid = (tag: string) => tag === 'meta';
    for (const [, slash, tag = '', end] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(tag);
      else if (end !== '/' && !isVoid(tag)) open.push(tag);
    }
    expect(open).toEqual([]);
  });

  it('has charts, tables, items, entrants and environment', () => {
    const headings = [...text.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Likelihood',
      'Quality and latency',
      'Figures',
      'Differences',
      'Items',
      'Entrants',
      'Environment',
    ]);
  });

  it('says of figures of a part that they are', () => {
    expect(text).not.toContain('Of a part');
    const some = exampleSummary((items) => items.slice(1));
    expect(reportText(some, [])).toContain('Of a part of the benchmark: 7 of 8 units are done.');
  });

  it('marks bounds and fills that differ', () => {
    expect(text).toContain('≤ 3.955');
    expect(text).toContain('<mark class="miss">a b c</mark>');
    expect(text).toContain('<mark class="hit">a b d</mark>');
  });

  it('has the same bytes in whatever order results come', () => {
    expect(
      reportText(
        exampleSummary((items) => items.toReversed()),
        examples,
      ),
    ).toBe(text);
  });

  it('shows slots alone where tokens were masked', () => {
    const tokens = examples.map((example) => ({ ...example, segments: null }));
    expect(reportText(summary, tokens)).toContain('… <mark class="gold">a b d</mark> …');
  });
});

describe('examples', () => {
  it('are ten, spread over all items', () => {
    const [first] = summary.results.items;
    if (first === undefined) throw new Error('There are items.');
    const items = Array.from({ length: 100 }, (_, index) => ({
      ...first,
      itemId: `i${index + 100}`,
    }));
    const chosen = exampleItems({ ...summary.results, items }).map(({ itemId }) => itemId);
    expect(chosen).toEqual([
      'i100',
      'i110',
      'i120',
      'i130',
      'i140',
      'i150',
      'i160',
      'i170',
      'i180',
      'i190',
    ]);
  });
});

describe('markup', () => {
  it('escapes what is put in, and lists, but not markup', () => {
    expect(html`<p title="${'"\'<'}">${['&', new Html('<b>'), null, 3]}</p>`.text).toBe(
      '<p title="&quot;&#39;&lt;">&amp;<b>3</p>',
    );
  });
});

describe('a scale', () => {
  it('puts values between its ends, in order', () => {
    const { place } = scaleFor('LOG', [1, 10, 100], [0, 200]);
    expect(place(10)).toBeCloseTo(100, 9);
    expect(place(1)).toBeGreaterThan(0);
    expect(place(100)).toBeLessThan(200);
  });

  it.each([
    ['LINEAR', [0.1, 0.9], ['0.2', '0.4', '0.6', '0.8']],
    ['LINEAR', [3, 3], ['2.9', '3', '3.1']],
    ['LOG', [1, 1000], ['1', '3', '10', '30', '100', '300', '1000']],
    ['LOG', [12, 60], ['20', '40', '60']],
    ['LOG', [2, 90], ['2', '5', '10', '20', '50', '100']],
  ] as const)('%s over %j has ticks %j', (kind, values, labels) => {
    expect(scaleFor(kind, values, [0, 100]).ticks.map(({ label }) => label)).toEqual(labels);
  });
});
