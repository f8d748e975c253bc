import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/store/api-keys.ts';
import {
  budgetLeftOf,
  deleteExpiredTokens,
  giveBack,
  insertClientToken,
  spend,
} from '../../src/store/client-tokens.ts';
import type { Database } from '../../src/store/database.ts';
import type { Store } from '../../src/store/open-store.ts';
import { hashOfSecret, newSecret } from '../../src/store/secret.ts';
import { apiKeys } from '../../src/store/tables.ts';
import { uuidV7 } from '../../src/store/uuid-v7.ts';
import { openTestStore } from '../support/test-store.ts';

const createdAt = new Date('2026-01-02T03:04:05.678Z');
const absent = uuidV7(0);

let store: Store;
let database: Database;
let keyId: string;

beforeAll(async () => {
  store = await openTestStore();
  database = store.database;
}, 120_000);

afterAll(() => store.close());

beforeEach(async () => {
  await database.delete(apiKeys);
  keyId = uuidV7(createdAt.getTime());
  await insertApiKey(database, {
    id: keyId,
    name: 'site',
    owner: 'ada',
    scopes: ['INFILL'],
    secretHash: hashOfSecret(newSecret('lk')),
    costPerMinute: null,
    createdAt,
    expiresAt: null,
    revokedAt: null,
  });
});

/** Inserts a token; returns its id. */
async function insert(costBudget: number, lifeMs = 1000): Promise<string> {
  const id = uuidV7(createdAt.getTime());
  await insertClientToken(database, {
    id,
    keyId,
    secretHash: hashOfSecret(newSecret('lt')),
    origins: ['https://pages.example'],
    costBudget,
    costSpent: 0,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + lifeMs),
  });
  return id;
}

describe('spend', () => {
  it('takes up to the whole budget, and nothing of what is above it', async () => {
    const id = await insert(10);
    expect(await spend(database, id, 7)).toBe(3);
    expect(await spend(database, id, 4)).toBeNull();
    expect(await budgetLeftOf(database, id)).toBe(3);
    expect(await spend(database, id, 3)).toBe(0);
    expect(await spend(database, id, 1)).toBeNull();
  });

  it('never lets spenders at the same time take more than there is', async () => {
    const id = await insert(10);
    const left = await Promise.all(Array.from({ length: 8 }, () => spend(database, id, 3)));
    expect(left.filter((rest) => rest !== null).sort()).toEqual([1, 4, 7]);
  });

  it('refuses a cost that no integer column can hold with what is spent', async () => {
    const id = await insert(10);
    expect(await spend(database, id, 1)).toBe(9);
    expect(await spend(database, id, 2 ** 31 - 1)).toBeNull();
  });

  it('takes nothing from a token that is gone', async () => {
    expect(await spend(database, absent, 1)).toBeNull();
  });
});

describe('giveBack', () => {
  it('gives back what was spent, and never more', async () => {
    const id = await insert(10);
    await spend(database, id, 7);
    await giveBack(database, id, 5);
    expect(await budgetLeftOf(database, id)).toBe(8);
    await giveBack(database, id, 5);
    expect(await budgetLeftOf(database, id)).toBe(10);
  });

  it('does nothing for a token that is gone', async () => {
    await giveBack(database, absent, 5);
    expect(await budgetLeftOf(database, absent)).toBeNull();
  });
});

describe('deleteExpiredTokens', () => {
  it('deletes what has expired, to the millisecond, and nothing else', async () => {
    const early = await insert(1, 1000);
    const late = await insert(1, 1001);
    expect(await deleteExpiredTokens(database, new Date(createdAt.getTime() + 1000))).toBe(1);
    expect(await budgetLeftOf(database, early)).toBeNull();
    expect(await budgetLeftOf(database, late)).toBe(1);
  });
});

describe('a key that is deleted', () => {
  it('takes its tokens with it', async () => {
    const id = await insert(1);
    await database.delete(apiKeys);
    expect(await budgetLeftOf(database, id)).toBeNull();
  });
});
