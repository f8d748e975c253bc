/**
 * API keys in the database: rows with a secret's hash, never a secret.
 *
 * Knows rows; knows neither what a key allows nor who asks.
 */
import { and, asc, count, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { apiKeys } from './tables.ts';
import { isUuid } from './uuid-v7.ts';

/** A key as stored. */
export type ApiKeyRow = Readonly<typeof apiKeys.$inferSelect>;

/**
 * Inserts a key unless an active one has its name; it is durable when this resolves.
 *
 * @returns whether it was inserted.
 */
export function insertApiKey(database: Database, key: ApiKeyRow): Promise<boolean> {
  return guarded(`insert API key ${key.id}`, () =>
    database.transaction(async (transaction) => {
      // Two makers of one name would not see each other's row: names of keys are given one at a time.
      await transaction.execute(sql`lock table ${apiKeys} in share row exclusive mode`);
      const [namesakes] = await transaction
        .select({ count: count() })
        .from(apiKeys)
        .where(and(eq(apiKeys.name, key.name), isActive(key.createdAt)));
      if (namesakes?.count !== 0) return false;
      await transaction.insert(apiKeys).values(key);
      return true;
    }),
  );
}

function isActive(now: Date) {
  return and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)));
}

/** Returns the key whose secret has this hash, in whatever state; null when there is none. */
export function findApiKeyBySecret(
  database: Database,
  secretHash: string,
): Promise<ApiKeyRow | null> {
  return guarded('find an API key', async () => {
    const [key = null] = await database
      .select()
      .from(apiKeys)
      .where(eq(apiKeys.secretHash, secretHash));
    return key;
  });
}

/** Returns all keys, oldest first. */
export function listApiKeys(database: Database): Promise<readonly ApiKeyRow[]> {
  return guarded('list the API keys', () =>
    database.select().from(apiKeys).orderBy(asc(apiKeys.createdAt), asc(apiKeys.id)),
  );
}

/** Whether there is a key, in whatever state. */
export function hasApiKeys(database: Database): Promise<boolean> {
  return guarded('look for API keys', async () => {
    const found = await database.select({ id: apiKeys.id }).from(apiKeys).limit(1);
    return found.length > 0;
  });
}

/**
 * Marks a key as revoked; one that was revoked before keeps the time of the first.
 *
 * @returns the key as it is then; null when no key has the id, or the text is no id.
 */
export function revokeApiKey(
  database: Database,
  id: string,
  revokedAt: Date,
): Promise<ApiKeyRow | null> {
  if (!isUuid(id)) return Promise.resolve(null);
  return guarded(`revoke API key ${id}`, async () => {
    const [key = null] = await database
      .update(apiKeys)
      .set({
        revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${revokedAt.toISOString()}::timestamptz)`,
      })
      .where(eq(apiKeys.id, id))
      .returning();
    return key;
  });
}
