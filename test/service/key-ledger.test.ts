import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyLedger } from '../../src/service/key-ledger.ts';
import { localViewer, type Viewer } from '../../src/service/service.ts';
import { TokenBucket } from '../../src/service/token-bucket.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { page, setUpIdentity } from './support/identity.ts';

describe('a token bucket', () => {
  it('lets its whole capacity through at once, then what flows in', () => {
    const bucket = new TokenBucket(6, 0);
    expect(bucket.take(6, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBe(10_000);
    expect(bucket.take(1, 9_999)).toBe(1);
    expect(bucket.take(1, 10_000)).toBe(0);
    expect(bucket.levelAt(10_000)).toBe(0);
  });

  it('is full again after a minute, and holds no more', () => {
    const bucket = new TokenBucket(7, 0);
    bucket.take(7, 0);
    expect(bucket.levelAt(30_000)).toBe(3.5);
    expect(bucket.levelAt(60_000)).toBe(7);
    expect(bucket.levelAt(1e12)).toBe(7);
    bucket.putBack(3, 1e12);
    expect(bucket.levelAt(1e12)).toBe(7);
  });

  it('has enough when it said it would, however it is looked at in between', () => {
    for (const capacity of [1, 7, 1_000_003, 1_000_000_000]) {
      const bucket = new TokenBucket(capacity, 0);
      bucket.take(capacity, 0);
      const waitMs = bucket.take(Math.ceil(capacity / 3), 0);
      for (let now = 0; now < waitMs; now += 977) bucket.levelAt(now);
      expect(bucket.levelAt(waitMs)).toBeGreaterThanOrEqual(Math.ceil(capacity / 3));
      expect(bucket.take(Math.ceil(capacity / 3), waitMs)).toBe(0);
    }
  });

  it('neither fills nor empties when its clock is set back', () => {
    const bucket = new TokenBucket(6, 60_000);
    bucket.take(3, 60_000);
    expect(bucket.levelAt(0)).toBe(3);
    expect(bucket.levelAt(10_000)).toBe(4);
  });
});

describe('the ledger', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openTestStore();
  }, 120_000);
  afterAll(() => store.close());

  async function setUpLedger(costPerMinute: number | null = 10) {
    const given = await setUpIdentity(store.database);
    const viewer = await given.viewerOf({ costPerMinute });
    const ledger = new KeyLedger({ database: store.database, now: () => given.clock.now });
    return { ...given, ledger, viewer };
  }

  it('charges the machine nothing', async () => {
    const { ledger } = await setUpLedger();
    await ledger.charge(localViewer, 1e9);
    await ledger.refund(localViewer, 1e9);
    expect(ledger.receiptOf(localViewer)).toBeNull();
    expect(await ledger.balance(localViewer)).toEqual({
      costPerMinute: null,
      costLeft: null,
      budgetLeft: null,
    });
  });

  it('keeps a receipt for each operation, and one bucket for each key', async () => {
    const { ledger, viewer } = await setUpLedger();
    const next: Viewer = { ...viewer };
    await ledger.charge(viewer, 3);
    await ledger.charge(next, 4);
    expect(ledger.receiptOf(viewer)).toMatchObject({ charged: 3, costLeft: 7 });
    expect(ledger.receiptOf(next)).toMatchObject({ charged: 4, costLeft: 3 });
  });

  it('lets no more through than a budget has, however many spend at once', async () => {
    const { ledger, viewer, mint, enter } = await setUpLedger(null);
    const { token } = await mint(viewer, { costBudget: 10 });
    const spent = await Promise.allSettled(
      Array.from({ length: 12 }, async () => {
        await ledger.charge(await enter(token, { origin: page }), 3);
      }),
    );
    expect(spent.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('gives the rate back that a budget refused', async () => {
    const { ledger, viewer, mint, enter } = await setUpLedger();
    const { token } = await mint(viewer, { costBudget: 4 });
    const browser = await enter(token, { origin: page });
    await ledger.charge(browser, 3);
    await expect(ledger.charge(browser, 3)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await ledger.balance(viewer)).toMatchObject({ costLeft: 7 });
    expect(await ledger.balance(browser)).toMatchObject({ costLeft: 7, budgetLeft: 1 });
  });

  it('gives the rate back where the budget cannot be asked', async () => {
    const { ledger, viewer, mint, enter } = await setUpLedger();
    const { token } = await mint(viewer);
    const browser = await enter(token, { origin: page });
    // The database takes no such id.
    const lost = { ...browser, credential: { ...browser.credential, id: 'lost' } } as Viewer;
    await expect(ledger.charge(lost, 3)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(await ledger.balance(viewer)).toMatchObject({ costLeft: 10 });
  });
});
