/**
 * Client tokens in the database, and what was spent of their budgets.
 *
 * Knows rows; knows neither browsers nor what cost is.
 */
import { and, eq, lte, sql } from 'drizzle-orm';
import type { ApiKeyRow } from './api-keys.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { apiKeys, clientTokens } from './tables.ts';

/** A token as stored. */
export type ClientTokenRow = Readonly<typeof clientTokens.$inferSelect>;

/** Inserts a token; it is durable when this resolves. */
export function insertClientToken(database: Database, token: ClientTokenRow): Promise<void> {
  return guarded(`insert client token ${token.id}`, async () => {
    await database.insert(clientTokens).values(token);
  });
}

/** Returns the token whose secret has this hash, with the key it was minted with; null when there is none. */
export function findClientTokenBySecret(
  database: Database,
  secretHash: string,
): Promise<{ readonly token: ClientTokenRow; readonly key: ApiKeyRow } | null> {
  return guarded('find a client token', async () => {
    const [found = null] = await database
      .select({ token: clientTokens, key: apiKeys })
      .from(clientTokens)
      .innerJoin(apiKeys, eq(clientTokens.keyId, apiKeys.id))
      .where(eq(clientTokens.secretHash, secretHash));
    return found;
  });
}

/**
 * Takes `cost` from a token's budget, or nothing where less is left: one statement, so that spenders at the same
 * time never spend more than there is.
 *
 * @returns what is left; null when it was refused, or there is no such token.
 */
export function spend(database: Database, id: string, cost: number): Promise<number | null> {
  return guarded(`spend from client token ${id}`, async () => {
    const [spent] = await database
      .update(clientTokens)
      .set({ costSpent: sql`${clientTokens.costSpent} + ${cost}` })
      .where(
        and(
          eq(clientTokens.id, id),
          // bigint: a sum of integers that is too large for one is an error.
          sql`${clientTokens.costSpent}::bigint + ${cost} <= ${clientTokens.costBudget}`,
        ),
      )
      .returning({ left: budgetLeft });
    return spent?.left ?? null;
  });
}

/** Gives back what was spent, never more than that; of a token that is gone, nothing. */
export function giveBack(database: Database, id: string, cost: number): Promise<void> {
  return guarded(`give back to client token ${id}`, async () => {
    await database
      .update(clientTokens)
      .set({ costSpent: sql`greatest(${clientTokens.costSpent} - ${cost}, 0)` })
      .where(eq(clientTokens.id, id));
  });
}

/** What is left of a token's budget; null when there is no such token. */
export function budgetLeftOf(database: Database, id: string): Promise<number | null> {
  return guarded(`read the budget of client token ${id}`, async () => {
    const [token] = await database
      .select({ left: budgetLeft })
      .from(clientTokens)
      .where(eq(clientTokens.id, id));
    return token?.left ?? null;
  });
}

const budgetLeft = sql<number>`${clientTokens.costBudget} - ${clientTokens.costSpent}`;

/** Deletes the tokens that expired at `now` or before; returns how many there were. */
export function deleteExpiredTokens(database: Database, now: Date): Promise<number> {
  return guarded('delete expired client tokens', async () => {
    const deleted = await database
      .delete(clientTokens)
      .where(lte(clientTokens.expiresAt, now))
      .returning({ id: clientTokens.id });
    return deleted.length;
  });
}
