import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import type { PageRequest } from '../../src/store/keyset-pages.ts';
import type { Store } from '../../src/store/open-store.ts';
import { countRuns, listRuns, type RunFilter, type RunOrder } from '../../src/store/run-pages.ts';
import { finishRun, insertRun, markStarted, type NewRun } from '../../src/store/runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { sampleEnd, sampleRun } from './support/sample-runs.ts';

let store: Store;
let database: Database;

beforeAll(async () => {
  store = await openTestStore();
  database = store.database;
}, 120_000);

afterAll(() => store.close());

const at = (ms: number) => new Date(1_700_000_000_000 + ms);

/** Seven runs of one owner, three of them of the same millisecond; ids in the order of creation, then of ids. */
async function sevenRuns() {
  const owner = `owner-${randomUUID()}`;
  const given = [0, 1, 2, 2, 2, 3, 4].map((ms) => sampleRun({ owner, createdAt: at(ms) }));
  for (const run of given.toReversed()) await insertRun(database, run);
  const ids = given
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
  return { owner, ids };
}

async function page(owner: string, orderBy: RunOrder, request: PageRequest) {
  const { edges, hasNext, hasPrevious } = await listRuns(database, {
    owner,
    filter: {},
    orderBy,
    page: request,
  });
  return {
    ids: edges.map(({ run }) => run.id),
    cursors: edges.map(({ cursor }) => cursor),
    hasNext,
    hasPrevious,
  };
}

describe.each(['CREATED_AT_ASC', 'CREATED_AT_DESC'] as const)('listRuns in %s', (orderBy) => {
  const ordered = (ids: string[]) => (orderBy === 'CREATED_AT_ASC' ? ids : ids.toReversed());

  it.each([1, 2, 3, 7, 8])('gives each run once, forwards in pages of %i', async (size) => {
    const { owner, ids } = await sevenRuns();
    const seen: string[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 8; pages++) {
      const found = await page(owner, orderBy, { first: size, after });
      expect(found.hasPrevious).toBe(seen.length > 0);
      seen.push(...found.ids);
      expect(found.hasNext).toBe(seen.length < 7);
      if (!found.hasNext) break;
      after = found.cursors.at(-1);
    }
    expect(seen).toEqual(ordered(ids));
  });

  it.each([1, 2, 3, 7, 8])('gives each run once, backwards in pages of %i', async (size) => {
    const { owner, ids } = await sevenRuns();
    const seen: string[] = [];
    let before: string | undefined;
    for (let pages = 0; pages < 8; pages++) {
      const found = await page(owner, orderBy, { last: size, before });
      expect(found.hasNext).toBe(seen.length > 0);
      seen.unshift(...found.ids);
      expect(found.hasPrevious).toBe(seen.length < 7);
      if (!found.hasPrevious) break;
      before = found.cursors.at(0);
    }
    expect(seen).toEqual(ordered(ids));
  });

  it('keeps to both cursors', async () => {
    const { owner, ids } = await sevenRuns();
    const { cursors } = await page(owner, orderBy, { first: 7 });
    const between = { after: cursors.at(1), before: cursors.at(5) };
    const whole = await page(owner, orderBy, { first: 9, ...between });
    expect(whole).toMatchObject({
      ids: ordered(ids).slice(2, 5),
      hasNext: true,
      hasPrevious: true,
    });
    const tail = await page(owner, orderBy, { last: 2, ...between });
    expect(tail.ids).toEqual(ordered(ids).slice(3, 5));
  });

  it('says what lies beside an empty page', async () => {
    const { owner } = await sevenRuns();
    const { cursors } = await page(owner, orderBy, { first: 7 });
    const nothing = { ids: [], cursors: [] };
    const afterAll7 = await page(owner, orderBy, { first: 2, after: cursors.at(6) });
    expect(afterAll7).toEqual({ ...nothing, hasNext: false, hasPrevious: true });
    const beforeAll7 = await page(owner, orderBy, { last: 2, before: cursors.at(0) });
    expect(beforeAll7).toEqual({ ...nothing, hasNext: true, hasPrevious: false });
    expect(await page('nobody', orderBy, { first: 2 })).toEqual({
      ...nothing,
      hasNext: false,
      hasPrevious: false,
    });
  });
});

describe('listRuns', () => {
  it('does not repeat or skip when runs are added between pages', async () => {
    const { owner, ids } = await sevenRuns();
    const head = await page(owner, 'CREATED_AT_DESC', { first: 3 });
    await insertRun(database, sampleRun({ owner, createdAt: at(9) }));
    const rest = await page(owner, 'CREATED_AT_DESC', { first: 9, after: head.cursors.at(-1) });
    expect([...head.ids, ...rest.ids]).toEqual(ids.toReversed());
  });

  it.each([
    '',
    'x',
    ...[
      'not a cursor',
      "1 ' or true --",
      '8000000000000000 017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
      '-80000000000000 017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    ].map((text) => Buffer.from(text).toString('base64url')),
  ])('refuses the cursor %j', async (after) => {
    await expect(page('local', 'CREATED_AT_ASC', { first: 1, after })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('goes through an index', async () => {
    const plan = await database.transaction(async (transaction) => {
      await transaction.execute(sql`set local enable_seqscan = off`);
      return transaction.execute(
        sql`explain select * from runs where owner = 'local' and (created_at, id) < (now(), ${sampleRun().id}::uuid) order by created_at desc, id desc limit 20`,
      );
    });
    expect(JSON.stringify(plan)).toContain('Index Scan Backward using runs_by_creation');
    expect(JSON.stringify(plan)).not.toContain('Sort');
  });
});

describe('filters', () => {
  const owner = `owner-${randomUUID()}`;

  beforeAll(async () => {
    const add = (name: string, given: Partial<NewRun>) =>
      insertRun(database, sampleRun({ owner, packId: name, ...given }));
    await add('queued', { createdAt: at(1), labels: ['a'] });
    const running = await add('running', {
      createdAt: at(2),
      labels: ['a', 'b'],
      decoderName: 'autoregressive',
    });
    await markStarted(database, running.id, at(3));
    const done = await add('done', { createdAt: at(3), labels: ['b'] });
    await finishRun(database, done.id, sampleEnd('cat'));
    await insertRun(
      database,
      sampleRun({ packId: 'other owner', createdAt: at(1), labels: ['a'] }),
    );
  });

  const cases: [RunFilter, string[]][] = [
    [{}, ['queued', 'running', 'done']],
    [{ statuses: ['QUEUED', 'COMPLETED'] }, ['queued', 'done']],
    [{ statuses: [] }, []],
    [{ decoderNames: ['autoregressive'] }, ['running']],
    [{ labels: ['a'] }, ['queued', 'running']],
    [{ labels: ['b', 'a'] }, ['running']],
    [{ labels: [] }, ['queued', 'running', 'done']],
    [{ createdAfter: at(2) }, ['running', 'done']],
    [{ createdBefore: at(2) }, ['queued']],
    [{ createdAfter: at(2), createdBefore: at(3) }, ['running']],
    [{ labels: ['b'], statuses: ['COMPLETED'] }, ['done']],
  ];

  it.each(cases)('%j selects %j', async (filter, expected) => {
    const { edges } = await listRuns(database, {
      owner,
      filter,
      orderBy: 'CREATED_AT_ASC',
      page: { first: 9 },
    });
    expect(edges.map(({ run }) => run.packId)).toEqual(expected);
    expect(await countRuns(database, owner, filter)).toBe(expected.length);
  });
});
