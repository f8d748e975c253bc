import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Masking } from '../../src/benchmark/masking.ts';
import { InfillError, type Problem } from '../../src/errors.ts';
import { unitRequest } from '../../src/service/benchmark-unit.ts';
import {
  type FillsImport,
  type FillsTarget,
  importedEntrant,
} from '../../src/service/import-fills.ts';
import type { BenchmarkRow, EntrantRow } from '../../src/store/benchmarks.ts';
import { scriptedPack } from '../support/scripted-dispatcher.ts';

const vocabularyDigest = 'ab'.repeat(32);
const middle = { kind: 'MIDDLE_SENTENCE' } as const;
const items = ['1', '2', '3', '4'].map((id) => ({
  id,
  group: null,
  text: `Cat ${id} sat. It slept. It woke. It ate. It left.`,
}));

/** A token per letter. */
async function byLetters(text: string) {
  return { ids: [...text].map((letter) => letter.codePointAt(0) ?? 0), texts: [...text] };
}

const taken: EntrantRow = {
  ...{ id: 'e', benchmarkId: 'b', ordinal: 0, label: 'taken', isImported: true, packId: null },
  ...{ modelDigest: null, vocabularyDigest: null, request: null, settings: [] },
};

function targetOf(maskings: readonly Masking[]): FillsTarget {
  const benchmark: BenchmarkRow = {
    ...{ id: 'b', owner: 'local', name: null, status: 'COMPLETED', datasetId: 'd', maskings },
    ...{ itemCount: items.length, seed: 5n, environment: [], error: null },
    ...{ idempotencyKey: null, inputDigest: null },
    settings: { measures: ['FILL'], scoreDraws: 1, key: null },
    createdAt: new Date(0),
    finishedAt: new Date(1),
  };
  const packs = [{ ...scriptedPack, vocabularyDigest }];
  const tokenize = (_: string, text: string) => byLetters(text);
  return {
    ...{ benchmark, items, entrants: [taken], id: 'new', packs, tokenize },
    datasetDigest: 'data',
  };
}

async function* linesOf(lines: readonly (string | object)[]) {
  for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
}

function imported(
  lines: readonly (string | object)[],
  maskings: readonly Masking[] = [middle],
  input: Partial<FillsImport> = {},
) {
  const content = { inline: '' };
  const plain = { benchmarkId: 'b', label: 'elsewhere', content, kind: null } as const;
  return importedEntrant(
    { ...plain, vocabularyDigest: null, ...input },
    targetOf(maskings),
    linesOf(lines),
  );
}

async function problemsOf(work: Promise<unknown>): Promise<readonly Problem[]> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof InfillError)) throw new Error('Nothing was refused.');
  return error.problems;
}

const whole = items.map(({ id }) => ({ id, fills: ['It woke.'] }));

describe('fills made elsewhere', () => {
  it('are an entrant with a unit for every item, in the places of the benchmark', async () => {
    const scores = whole.map((line) => ({ ...line, logProb: -2, tokens: 4 }));
    const { entrant, units } = await imported(scores, [middle], { kind: 'CHAIN_RULE' });
    expect(entrant).toMatchObject({ label: 'elsewhere', ordinal: 1, isImported: true });
    expect(units.map(({ ordinal }) => ordinal)).toEqual([1, 33, 65, 97]);
    // "It woke." with the space before it.
    const score = { kind: 'CHAIN_RULE', negLogLikelihood: 2, openTokens: 4, characters: 9 };
    expect(units[0]?.result).toMatchObject({ itemId: '1', group: '1', score, error: null });
    expect(units[0]?.result.fill).toMatchObject({ exact: true, tokens: null, cost: null });
  });

  it('may begin with a byte order mark', async () => {
    const [first, ...others] = whole.map((line) => JSON.stringify(line));
    expect((await imported([`\uFEFF${first}`, ...others])).units).toHaveLength(4);
  });

  it('are refused with everything that is wrong: lines, items without fills, label and vocabulary', async () => {
    const lines = [
      'no json',
      { id: '99', fills: ['x'] },
      { id: '1', fills: ['x', 'y'] },
      { id: '2', fills: ['x'], logProb: 1 },
      '{"id": "3", "fills": ["x"], "logProb": -1e999, "tokens": 1}',
      { id: '4', fills: ['x'], masking: 'explicit' },
      { id: '4', fills: ['x'], ids: [1] },
      { id: '4', fills: ['x'] },
    ];
    const given = { label: 'taken', vocabularyDigest: 'AB' };
    const problems = await problemsOf(imported(lines, [middle], given));
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'label',
      'vocabularyDigest',
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((line) => `content.${line}`),
      'content',
      'content',
    ]);
    expect(problems.slice(-2).map(({ message }) => message)).toEqual([
      'Item "2" has no fills under middle-sentence.',
      'Item "3" has no fills under middle-sentence.',
    ]);
    expect(problems[6]?.message).toContain('not a finite number');
  });

  it('conflict where all that is wrong is that the label is taken', async () => {
    await expect(imported(whole, [middle], { label: 'taken' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('let others have a turn while they are read', async () => {
    const told: string[] = [];
    const lines = Array.from({ length: 60 }, () => 'no json');
    const reading = problemsOf(imported(lines)).then(() => told.push('read'));
    await Promise.all([reading, setImmediate().then(() => told.push('another'))]);
    expect(told).toEqual(['another', 'read']);
  });

  it('are told the first twenty problems and how many more there are', async () => {
    const lines = Array.from({ length: 30 }, () => 'no json');
    const problems = await problemsOf(imported(lines));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toBe('Not listed: 14 more problems.');
  });
});

describe('fills made elsewhere under a masking of tokens', () => {
  const tokens = { kind: 'SPAN', length: 3, unit: 'TOKEN' } as const;
  const key = { datasetDigest: 'data', seed: 5n };

  /** What stood there, as a line, with changes. */
  async function goldLine(item: (typeof items)[number], changes: object = {}) {
    const { gold, goldIds } = await unitRequest(item, tokens, key, byLetters);
    return { id: item.id, fills: gold, ids: goldIds, ...changes };
  }

  it('are texts of the open runs, and their token ids', async () => {
    const lines = await Promise.all(items.map((item) => goldLine(item)));
    const [first, second, ...others] = lines;
    const wrong = { ...second, fills: ['???'], ids: [...(second?.ids.slice(0, 2) ?? []), 0] };
    const { entrant, units } = await imported([first ?? '', wrong, ...others], [tokens]);
    expect(entrant.vocabularyDigest).toBe(vocabularyDigest);
    expect(units.map(({ result }) => result.fill?.exact)).toEqual([true, false, true, true]);
    expect(units[1]?.result.fill?.tokens).toMatchObject({ open: 3, matches: 2 });
  });

  it('may leave their ids out, and then have no figures of tokens', async () => {
    const lines = await Promise.all(items.map((item) => goldLine(item, { ids: null })));
    const { units } = await imported(lines, [tokens], { vocabularyDigest });
    expect(units[0]?.result.fill).toMatchObject({ exact: true, tokens: null });
  });

  it('are refused where a score is not of all open tokens', async () => {
    const [first, ...others] = items;
    const scored = { logProb: -1, tokens: 3 };
    const lines = await Promise.all([
      ...(first === undefined ? [] : [goldLine(first, { ...scored, tokens: 2 })]),
      ...others.map((item) => goldLine(item, scored)),
    ]);
    const problems = await problemsOf(imported(lines, [tokens], { kind: 'CHAIN_RULE' }));
    expect(problems.map(({ message }) => message)).toEqual([
      'Line 1: Item "1" has 3 open tokens, and its `tokens` is 2.',
    ]);
  });

  it('are refused where ids are too few, and for a vocabulary that no pack has', async () => {
    const lines = await Promise.all(items.map((item) => goldLine(item, { ids: [1] })));
    const [first] = await problemsOf(imported(lines, [tokens]));
    expect(first?.message).toBe('Line 1: Item "1" has 3 open tokens, and its `ids` has 1.');
    const other = { vocabularyDigest: 'cd'.repeat(32) };
    const problems = await problemsOf(imported(lines, [tokens], other));
    expect(problems.map(({ path }) => path)).toEqual([['vocabularyDigest']]);
  });
});
