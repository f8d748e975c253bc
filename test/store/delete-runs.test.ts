import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteEndedBefore, deleteRuns } from '../../src/store/delete-runs.ts';
import type { Store } from '../../src/store/open-store.ts';
import { findRun, findRuns, finishRun, insertRun } from '../../src/store/runs.ts';
import { runEvents } from '../../src/store/tables.ts';
import { openTestStore } from '../support/test-store.ts';
import { sampleEnd, sampleRun } from './support/sample-runs.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const day = (number: number) => new Date(Date.UTC(2026, 0, number));

async function endedOn(number: number, owner: string): Promise<string> {
  const { id } = await insertRun(store.database, sampleRun({ owner, createdAt: day(1) }));
  await finishRun(store.database, id, { ...sampleEnd('cat'), finishedAt: day(number) });
  return id;
}

const left = async (ids: readonly string[]) =>
  (await findRuns(store.database, ids)).map((run) => run !== null);

describe('deleteEndedBefore', () => {
  it('deletes what ended before the time, with its events, and nothing else', async () => {
    const owner = randomUUID();
    const ids = [await endedOn(2, owner), await endedOn(3, owner), await endedOn(4, owner)];
    const { id: live } = await insertRun(store.database, sampleRun({ owner, createdAt: day(1) }));
    const other = await endedOn(2, randomUUID());
    expect(await deleteEndedBefore(store.database, { before: day(3), owner })).toBe(1);
    expect(await left([...ids, live, other])).toEqual([false, true, true, true, true]);
    const events = await store.database
      .select({ id: runEvents.runId })
      .from(runEvents)
      .where(eq(runEvents.runId, ids[0] ?? ''));
    expect(events).toEqual([]);
  });

  it('deletes those of every owner when none is named, however many there are', async () => {
    const owners = [randomUUID(), randomUUID()];
    const ids: string[] = [];
    for (let count = 0; count < 205; count++) {
      const owner = owners[count % 2] ?? '';
      const { id } = await insertRun(store.database, sampleRun({ owner }));
      await finishRun(store.database, id, { ...sampleEnd('a', 1), finishedAt: day(1) });
      ids.push(id);
    }
    expect(await deleteEndedBefore(store.database, { before: day(2), owner: null })).toBe(205);
    expect((await left(ids)).some(Boolean)).toBe(false);
  }, 30_000);
});

describe('deleteRuns', () => {
  it('deletes what is named, once', async () => {
    const owner = randomUUID();
    const ids = [await endedOn(2, owner), await endedOn(3, owner)];
    expect(await deleteRuns(store.database, owner, [...ids, ...ids])).toBe(2);
    expect(await left(ids)).toEqual([false, false]);
  });

  it('deletes nothing when an id is unknown, of somebody else, or of a run that is not over', async () => {
    const owner = randomUUID();
    const over = await endedOn(2, owner);
    const foreign = await endedOn(2, randomUUID());
    const { id: queued } = await insertRun(store.database, sampleRun({ owner }));
    const ids = [over, randomUUID(), foreign, queued, 'no id'];
    const problem = (index: number, message: RegExp) => ({
      path: ['ids', String(index)],
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message),
    });
    await expect(deleteRuns(store.database, owner, ids)).rejects.toMatchObject({
      problems: [
        problem(1, /Id 2 is not that of an infill of yours/),
        problem(2, /Id 3 is not/),
        problem(3, /Id|id 4 is QUEUED; cancel it first/),
        problem(4, /Id 5 is not/),
      ],
    });
    expect(await findRun(store.database, over)).not.toBeNull();
  });
});
