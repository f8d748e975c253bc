import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRetention, type Deleted, startRetention } from '../../src/service/retention.ts';
import { insertApiKey } from '../../src/store/api-keys.ts';
import { insertClientToken } from '../../src/store/client-tokens.ts';
import type { Store } from '../../src/store/open-store.ts';
import { findRuns, finishRun, insertRun } from '../../src/store/runs.ts';
import { clientTokens } from '../../src/store/tables.ts';
import { sampleEnd, sampleRun } from '../store/support/sample-runs.ts';
import { openTestStore } from '../support/test-store.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const today = Date.UTC(2026, 5, 30);
const daysAgo = (days: number) => new Date(today - days * 86_400_000);

async function endedAgo(days: number): Promise<string> {
  const { id } = await insertRun(store.database, sampleRun({ createdAt: daysAgo(99) }));
  await finishRun(store.database, id, { ...sampleEnd('cat'), finishedAt: daysAgo(days) });
  return id;
}

async function tokenExpiredAgo(days: number): Promise<void> {
  const keyId = randomUUID();
  const common = { createdAt: daysAgo(99), secretHash: randomUUID() };
  await insertApiKey(store.database, {
    ...common,
    id: keyId,
    name: keyId,
    owner: 'o',
    scopes: ['INFILL'],
    costPerMinute: null,
    expiresAt: null,
    revokedAt: null,
  });
  await insertClientToken(store.database, {
    ...common,
    id: randomUUID(),
    keyId,
    origins: [],
    costBudget: 1,
    costSpent: 0,
    expiresAt: daysAgo(days),
  });
}

describe('retention', () => {
  it('deletes runs that ended longer ago than the days, and keeps what is not over', async () => {
    const ids = [await endedAgo(31), await endedAgo(29)];
    const { id } = await insertRun(store.database, sampleRun({ createdAt: daysAgo(99) }));
    const { database } = store;
    const deleted = await applyRetention({ database, now: () => today, retentionDays: 30 });
    expect(deleted).toEqual({ runs: 1, tokens: 0 });
    const found = await findRuns(database, [...ids, id]);
    expect(found.map((run) => run !== null)).toEqual([false, true, true]);
  });

  it('keeps runs for ever without days, and still deletes tokens that expired a day ago', async () => {
    const old = await endedAgo(5000);
    await tokenExpiredAgo(2);
    await tokenExpiredAgo(0.5);
    const { database } = store;
    const deleted = await applyRetention({ database, now: () => today, retentionDays: null });
    expect(deleted).toEqual({ runs: 0, tokens: 1 });
    expect(await findRuns(database, [old])).not.toContain(null);
    expect(await database.select().from(clientTokens)).toHaveLength(1);
  });

  it('begins at once, and is over when it is stopped', async () => {
    await endedAgo(400);
    const told: Deleted[] = [];
    const stop = startRetention({
      database: store.database,
      now: () => today,
      retentionDays: 365,
      onDeleted: (deleted) => told.push(deleted),
      onFailure: (cause) => {
        throw cause;
      },
    });
    await stop();
    expect(told[0]?.runs).toBeGreaterThanOrEqual(1);
  });
});
