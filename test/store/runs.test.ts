import { inspect } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import type { Store } from '../../src/store/open-store.ts';
import {
  findRun,
  findRuns,
  finishRun,
  insertRun,
  markStarted,
  type NewRun,
  readEvents,
} from '../../src/store/runs.ts';
import { runEvents, runs } from '../../src/store/tables.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { sampleEnd, sampleLog, sampleOutcome, sampleRun } from './support/sample-runs.ts';

let store: Store;
let database: Database;

beforeAll(async () => {
  store = await openTestStore();
  database = store.database;
}, 120_000);

afterAll(() => store.close());

const insert = (given?: Partial<NewRun>) => insertRun(database, sampleRun(given));

describe('insertRun', () => {
  it('stores what it answers, as QUEUED', async () => {
    const run = await insert({ labels: ['a', 'b "c"', '{,}'], seed: 2n ** 63n - 1n });
    expect(run).toMatchObject({ status: 'QUEUED', startedAt: null, finishedAt: null });
    expect(await findRun(database, run.id)).toEqual(run);
  });

  it.each([
    [{ text: 'NUL \0, lone surrogate \ud800, emoji 🦊, "quotes" \\' }],
    [{ tokens: [0, null, 1] }],
    [{ segments: [{ text: '' }, { slot: { key: 'k', length: { tokens: 2 } } }] }],
  ])('gives a source back as it was sent: %j', async (source) => {
    const { id } = await insert({ source });
    expect((await findRun(database, id))?.source).toEqual(source);
  });

  it('keeps milliseconds', async () => {
    const createdAt = new Date('2026-05-06T07:08:09.012Z');
    const { id } = await insert({ createdAt });
    expect((await findRun(database, id))?.createdAt).toEqual(createdAt);
  });

  it.each(['-1', '9223372036854775808'])('rejects the seed %s', async (seed) => {
    await expect(insert({ seed: BigInt(seed) })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  it('names the run and the constraint when it fails, and quotes no value', async () => {
    const secret = 'my secret \n    at text [MASK]';
    const run = await insert({ source: { text: secret }, labels: [secret] });
    const failure = await insertRun(database, run).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'STORE_FAILED',
      message: `The store could not insert run ${run.id}.`,
    });
    const shown = inspect(failure, { depth: 10, showHidden: true });
    expect(shown).toContain('ERROR 23505 runs_pkey');
    expect(shown).toMatch(/wasm-function|ErrorResponse/);
    expect(shown).not.toContain('secret');
    expect(shown).not.toContain('at text');
  });
});

describe('markStarted', () => {
  it('marks a queued run', async () => {
    const { id } = await insert();
    const startedAt = new Date('2026-01-02T03:04:06Z');
    await markStarted(database, id, startedAt);
    expect(await findRun(database, id)).toMatchObject({ status: 'RUNNING', startedAt });
  });

  it('changes nothing of a run that has ended', async () => {
    const { id } = await insert();
    await finishRun(database, id, { ...sampleEnd('cat'), status: 'CANCELLED' });
    const before = await findRun(database, id);
    await markStarted(database, id, new Date());
    expect(await findRun(database, id)).toEqual(before);
  });
});

describe('finishRun', () => {
  it('writes the end and the events', async () => {
    const { id } = await insert();
    const end = sampleEnd('fox \0 🦊');
    expect(await finishRun(database, id, end)).toBe(true);
    const { events, ...columns } = end;
    expect(await findRun(database, id)).toMatchObject(columns);
    expect(await readEvents(database, id, null)).toEqual(events);
  });

  it('keeps the error of a failed run', async () => {
    const { id } = await insert();
    const error = { code: 'DECODE_FAILED', message: 'It broke.' } as const;
    await finishRun(database, id, { ...sampleEnd('cat'), status: 'FAILED', outcome: null, error });
    expect(await findRun(database, id)).toMatchObject({ status: 'FAILED', outcome: null, error });
  });

  it('changes nothing the second time, and says so', async () => {
    const { id } = await insert();
    await finishRun(database, id, sampleEnd('cat', 3));
    const before = await findRun(database, id);
    expect(await finishRun(database, id, { ...sampleEnd('dog', 5), status: 'CANCELLED' })).toBe(
      false,
    );
    expect(await findRun(database, id)).toEqual(before);
    expect(await readEvents(database, id, null)).toEqual(sampleLog(3));
  });

  it('lets one of two ends win when they come together', async () => {
    const { id } = await insert();
    const ends = [sampleEnd('cat', 1), sampleEnd('dog', 2)];
    const wins = await Promise.all(ends.map((end) => finishRun(database, id, end)));
    expect(wins.toSorted()).toEqual([false, true]);
    const winner = ends[wins.indexOf(true)];
    expect((await findRun(database, id))?.outcome).toEqual(winner?.outcome);
    expect(await readEvents(database, id, null)).toEqual(winner?.events);
  });

  it('throws UNKNOWN_RUN for a run that is not there', async () => {
    const { id } = sampleRun();
    await expect(finishRun(database, id, sampleEnd('cat'))).rejects.toMatchObject({
      code: 'UNKNOWN_RUN',
    });
  });

  it('leaves the run unfinished when its events cannot be written', async () => {
    const { id } = await insert();
    await database.execute(
      sql`alter table run_events add constraint full_disk check (run_id <> ${sql.raw(`'${id}'`)})`,
    );
    await expect(finishRun(database, id, sampleEnd('cat'))).rejects.toMatchObject({
      code: 'STORE_FAILED',
    });
    await database.execute(sql`alter table run_events drop constraint full_disk`);
    expect(await findRun(database, id)).toMatchObject({ status: 'QUEUED', outcome: null });
    expect(await finishRun(database, id, sampleEnd('cat'))).toBe(true);
  });

  it('rejects a completed run without an outcome', async () => {
    const { id } = await insert();
    const end = { ...sampleEnd('cat'), outcome: null };
    await expect(finishRun(database, id, end)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(await findRun(database, id)).toMatchObject({ status: 'QUEUED' });
  });
});

describe('findRuns', () => {
  it('keeps the order and repeats, with null for what is missing or no id', async () => {
    const [a, b] = [await insert(), await insert()];
    const found = await findRuns(database, [
      b.id,
      'no id',
      a.id.toUpperCase(),
      sampleRun().id,
      b.id,
    ]);
    expect(found).toEqual([b, null, a, null, b]);
  });

  it('finds nothing for no ids', async () => {
    expect(await findRuns(database, [])).toEqual([]);
  });
});

describe('readEvents', () => {
  it('gives 500 events back as they were', async () => {
    const { id } = await insert();
    const end = sampleEnd('cat', 497);
    await finishRun(database, id, end);
    expect(end.events).toHaveLength(500);
    expect(await readEvents(database, id, null)).toEqual(end.events);
  });

  it('begins after `after`, and always has the terminal event', async () => {
    const { id } = await insert();
    await finishRun(database, id, sampleEnd('cat', 3));
    const seqs = async (after: number) =>
      (await readEvents(database, id, after)).map(({ seq }) => seq);
    expect([await seqs(-1), await seqs(2), await seqs(5), await seqs(99)]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [3, 4, 5],
      [5],
      [5],
    ]);
  });

  it('is empty while the run is not finished', async () => {
    const { id } = await insert();
    expect(await readEvents(database, id, null)).toEqual([]);
  });

  it('is empty once the run is deleted', async () => {
    const { id } = await insert();
    await finishRun(database, id, sampleEnd('cat'));
    await database.delete(runs).where(eq(runs.id, id));
    expect(await database.select().from(runEvents).where(eq(runEvents.runId, id))).toEqual([]);
  });
});

describe('interruptUnfinished', () => {
  it('fails queued and running runs, with the events queued and failed, and leaves finished ones', async () => {
    await interruptUnfinished(database, new Date());
    const [queued, running, finished] = [await insert(), await insert(), await insert()];
    await markStarted(database, running.id, new Date());
    await finishRun(database, finished.id, sampleEnd('cat'));
    const now = new Date('2026-03-04T05:06:07.008Z');

    expect(await interruptUnfinished(database, now)).toBe(2);

    for (const run of [queued, running]) {
      expect(await findRun(database, run.id)).toMatchObject({
        status: 'FAILED',
        finishedAt: now,
        outcome: null,
        error: { code: 'INTERRUPTED' },
      });
      expect(await readEvents(database, run.id, null)).toEqual([
        { seq: 0, at: run.createdAt.getTime(), type: 'queued', position: 0 },
        {
          seq: 1,
          at: now.getTime(),
          type: 'failed',
          error: expect.objectContaining({ code: 'INTERRUPTED' }),
        },
      ]);
    }
    expect(await findRun(database, finished.id)).toMatchObject({ outcome: sampleOutcome('cat') });
    expect(await interruptUnfinished(database, now)).toBe(0);
  });
});

describe('a closed database', () => {
  it('rejects writes', async () => {
    const closed = await openTestStore();
    await closed.close();
    await expect(insertRun(closed.database, sampleRun())).rejects.toMatchObject({
      code: 'STORE_FAILED',
    });
  }, 60_000);
});
