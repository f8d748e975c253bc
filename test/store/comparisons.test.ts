import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  countComparisons,
  findComparisonByKey,
  findComparisons,
  insertComparison,
  listComparisons,
} from '../../src/store/comparisons.ts';
import { deleteEndedBefore, deleteRuns } from '../../src/store/delete-runs.ts';
import type { Store } from '../../src/store/open-store.ts';
import { findRuns, finishRun } from '../../src/store/runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { sampleEnd, sampleRun } from './support/sample-runs.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);

async function compared(owner: string, createdAt: Date) {
  const runs = [sampleRun({ owner, createdAt }), sampleRun({ owner, createdAt })];
  const entrants = runs.map(({ id }, index) => ({ label: `entrant ${index}`, runId: id }));
  const unnamed = { idempotencyKey: null, inputDigest: null };
  const comparison = {
    ...{ id: randomUUID(), owner, source: { text: '[MASK]' }, entrants, createdAt },
    ...unnamed,
  };
  return { comparison, runs, rows: await insertComparison(store.database, comparison, runs) };
}

describe('insertComparison', () => {
  it('stores a comparison with its runs, which are found by its owner', async () => {
    const owner = randomUUID();
    const { comparison, runs, rows } = await compared(owner, at(0));
    const ids = runs.map(({ id }) => id);
    expect(await findRuns(store.database, ids)).toEqual(rows);
    expect(rows.map(({ comparisonId }) => comparisonId)).toEqual([comparison.id, comparison.id]);
    const find = (name: string) =>
      findComparisons(store.database, name, [comparison.id, 'x', randomUUID()]);
    expect(await find(owner)).toEqual([comparison, null, null]);
    expect(await find('another')).toEqual([null, null, null]);
  });

  it('stores one comparison of an owner under a key', async () => {
    const owner = randomUUID();
    const { comparison } = await compared(owner, at(0));
    const named = (id: string, of: string) => ({
      ...{ ...comparison, id, owner: of, idempotencyKey: 'k', inputDigest: 'd' },
    });
    const first = named(randomUUID(), owner);
    await insertComparison(store.database, first, [sampleRun({ owner })]);
    const run = sampleRun({ owner });
    const again = insertComparison(store.database, named(randomUUID(), owner), [run]);
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await findRuns(store.database, [run.id])).toEqual([null]);
    expect(await findComparisonByKey(store.database, owner, 'k')).toEqual(first);
    expect(await findComparisonByKey(store.database, owner, 'l')).toBeNull();
    const theirs = randomUUID();
    const other = named(randomUUID(), theirs);
    await insertComparison(store.database, other, [sampleRun({ owner: theirs })]);
    expect(await findComparisonByKey(store.database, theirs, 'k')).toEqual(other);
  });

  it('stores nothing when one run cannot be stored', async () => {
    const owner = randomUUID();
    const run = sampleRun({ owner });
    const comparison = {
      id: randomUUID(),
      owner,
      source: { text: '' },
      entrants: [],
      createdAt: at(0),
      idempotencyKey: null,
      inputDigest: null,
    };
    const wrong = { ...sampleRun({ owner }), seed: -1n };
    await expect(insertComparison(store.database, comparison, [run, wrong])).rejects.toMatchObject({
      code: 'STORE_FAILED',
    });
    expect(await countComparisons(store.database, owner)).toBe(0);
    expect(await findRuns(store.database, [run.id])).toEqual([null]);
  });
});

describe('listComparisons', () => {
  it('gives pages of one owner, the newest first', async () => {
    const owner = randomUUID();
    for (const ms of [1, 3, 2]) await compared(owner, at(ms));
    const first = await listComparisons(store.database, owner, { first: 2 });
    expect(first.edges.map(({ row }) => row.createdAt)).toEqual([at(3), at(2)]);
    expect([first.hasNext, first.hasPrevious]).toEqual([true, false]);
    const after = first.edges.at(-1)?.cursor;
    await compared(owner, at(4));
    const next = await listComparisons(store.database, owner, { first: 2, after });
    expect(next.edges.map(({ row }) => row.createdAt)).toEqual([at(1)]);
    expect([next.hasNext, next.hasPrevious]).toEqual([false, true]);
    expect(await countComparisons(store.database, owner)).toBe(4);
  });
});

describe('a comparison', () => {
  it('goes with the last of its runs, however they are deleted', async () => {
    const owner = randomUUID();
    const { comparison, runs } = await compared(owner, at(0));
    for (const { id } of runs) {
      await finishRun(store.database, id, { ...sampleEnd('cat'), finishedAt: at(5) });
    }
    const [first, second] = runs;
    await deleteRuns(store.database, owner, [first?.id ?? '']);
    expect(await findComparisons(store.database, owner, [comparison.id])).toEqual([comparison]);
    expect(second).toBeDefined();
    await deleteEndedBefore(store.database, { before: at(6), owner });
    expect(await findComparisons(store.database, owner, [comparison.id])).toEqual([null]);
  });
});
