/**
 * Comparisons in the database, each written with the runs of its entrants.
 *
 * Knows rows; knows no queue and no decoder.
 */
import { and, eq, exists, inArray, isNotNull, not, type SQL } from 'drizzle-orm';
import { InfillError } from '../errors.ts';
import { comparisons } from './comparison-tables.ts';
import type { Database } from './database.ts';
import { type Page, type PageRequest, pageOf, type Selection } from './keyset-pages.ts';
import { type NewRun, queuedRun, type RunRow } from './runs.ts';
import { guarded } from './store-failure.ts';
import { runs } from './tables.ts';
import { isUuid } from './uuid-v7.ts';

/** A comparison as stored. */
export type ComparisonRow = Readonly<typeof comparisons.$inferSelect>;

/**
 * Inserts a comparison and its runs as QUEUED, all or nothing; durable when this resolves.
 *
 * @throws CONFLICT when its owner has another comparison with its idempotency key
 */
export function insertComparison(
  database: Database,
  comparison: ComparisonRow,
  newRuns: readonly NewRun[],
): Promise<readonly RunRow[]> {
  return guarded(`insert comparison ${comparison.id}`, async () => {
    const rows = newRuns.map((run) => queuedRun({ ...run, comparisonId: comparison.id }));
    await database.transaction(async (transaction) => {
      const inserted = await transaction
        .insert(comparisons)
        .values(comparison)
        .onConflictDoNothing({
          target: [comparisons.owner, comparisons.idempotencyKey],
          where: isNotNull(comparisons.idempotencyKey),
        })
        .returning({ id: comparisons.id });
      if (inserted.length === 0) {
        const message = 'Another comparison has been submitted under the same key.';
        throw new InfillError('CONFLICT', message);
      }
      await transaction.insert(runs).values(rows);
    });
    return rows;
  });
}

/** The comparison of each id, in the order of `ids`; null where the owner has none. */
export function findComparisons(
  database: Database,
  owner: string,
  ids: readonly string[],
): Promise<readonly (ComparisonRow | null)[]> {
  return guarded(`find ${ids.length} comparisons`, async () => {
    const rows = await database
      .select()
      .from(comparisons)
      .where(and(eq(comparisons.owner, owner), inArray(comparisons.id, ids.filter(isUuid))));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  });
}

/** The comparison that an owner submitted under an idempotency key; null when there is none. */
export function findComparisonByKey(
  database: Database,
  owner: string,
  idempotencyKey: string,
): Promise<ComparisonRow | null> {
  return guarded('find a comparison by its idempotency key', async () => {
    const [comparison = null] = await database
      .select()
      .from(comparisons)
      .where(and(eq(comparisons.owner, owner), eq(comparisons.idempotencyKey, idempotencyKey)));
    return comparison;
  });
}

/** A page of an owner's comparisons, the newest first. @throws INVALID_INPUT when a cursor is not one that a page carried */
export function listComparisons(
  database: Database,
  owner: string,
  page: PageRequest,
): Promise<Page<ComparisonRow>> {
  const own = eq(comparisons.owner, owner);
  const list = {
    columns: comparisons,
    isAscending: false,
    select: ({ where, orderBy, limit }: Selection) =>
      database
        .select()
        .from(comparisons)
        .where(and(own, ...where))
        .orderBy(...orderBy)
        .limit(limit),
    isThere: async (where: SQL) => {
      const rows = database.select({ id: comparisons.id }).from(comparisons);
      return (await rows.where(and(own, where)).limit(1)).length > 0;
    },
  };
  return guarded('list comparisons', () => pageOf(list, page));
}

/** How many comparisons an owner has. */
export function countComparisons(database: Database, owner: string): Promise<number> {
  return guarded('count comparisons', () =>
    database.$count(comparisons, eq(comparisons.owner, owner)),
  );
}

/** Deletes comparisons whose runs have all been deleted. */
export async function deleteEmptyComparisons(database: Database): Promise<void> {
  const ofComparison = database
    .select({ id: runs.id })
    .from(runs)
    .where(eq(runs.comparisonId, comparisons.id));
  await database.delete(comparisons).where(not(exists(ofComparison)));
}
