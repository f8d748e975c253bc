/**
 * The units of benchmarks in the database.
 *
 * A unit is written once: what is there already stays. Knows rows; knows no decoder and no statistics.
 */
import { and, asc, count, eq, gt, sql } from 'drizzle-orm';
import type { ItemResult } from '../benchmark/item-result.ts';
import { InfillError } from '../errors.ts';
import {
  benchmarkCells,
  benchmarkEntrants,
  benchmarkItems,
  benchmarks,
} from './benchmark-tables.ts';
import type { EntrantRow } from './benchmarks.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { uuidV7 } from './uuid-v7.ts';

/** A unit when it is written. */
export type NewBenchmarkItem = Readonly<Omit<typeof benchmarkItems.$inferInsert, 'id'>>;

/** A unit as stored. */
export type BenchmarkItemRow = Readonly<typeof benchmarkItems.$inferSelect>;

/** Which unit. */
export type UnitKey = Pick<BenchmarkItemRow, 'entrantId' | 'maskingName' | 'itemId'>;

/** Units that are done, and those of them that failed. */
export type UnitCounts = { readonly done: number; readonly failed: number };

const rowsPerInsert = 500;

/** Writes a unit. @returns whether this call wrote it; false when it was there, and then nothing is changed. */
export function insertBenchmarkItem(database: Database, item: NewBenchmarkItem): Promise<boolean> {
  return guarded(`write a unit of benchmark ${item.benchmarkId}`, async () => {
    const written = await database
      .insert(benchmarkItems)
      .values({ ...item, id: uuidV7(Date.now()) })
      .onConflictDoNothing()
      .returning({ id: benchmarkItems.id });
    return written.length > 0;
  });
}

/**
 * Inserts an entrant with all its units, or nothing. The figures of a benchmark that is over go, since they are without it:
 * `storeCells` has the new ones.
 *
 * @throws CONFLICT when the benchmark has an entrant with its label, or another took its place in the meantime
 */
export function insertImportedEntrant(
  database: Database,
  entrant: EntrantRow,
  items: readonly NewBenchmarkItem[],
): Promise<void> {
  const { id, benchmarkId, label } = entrant;
  return guarded(`insert entrant ${id}`, () =>
    database.transaction(async (transaction) => {
      await lockBenchmark(transaction, benchmarkId);
      const others = await transaction
        .select({ label: benchmarkEntrants.label, ordinal: benchmarkEntrants.ordinal })
        .from(benchmarkEntrants)
        .where(eq(benchmarkEntrants.benchmarkId, benchmarkId));
      if (others.some((other) => other.label === label)) {
        throw new InfillError('CONFLICT', `The benchmark has an entrant "${label}" already.`);
      }
      if (others.some(({ ordinal }) => ordinal === entrant.ordinal)) {
        const message = `Another entrant was taken in at the same time; send "${label}" again.`;
        throw new InfillError('CONFLICT', message);
      }
      await transaction.insert(benchmarkEntrants).values(entrant);
      for (let start = 0; start < items.length; start += rowsPerInsert) {
        const batch = items.slice(start, start + rowsPerInsert);
        const rows = batch.map((item) => ({ ...item, id: uuidV7(Date.now()) }));
        await transaction.insert(benchmarkItems).values(rows);
      }
      await transaction.delete(benchmarkCells).where(eq(benchmarkCells.benchmarkId, benchmarkId));
    }),
  );
}

/** Lets nobody else end a benchmark, add an entrant to it or store its figures until the transaction is over. */
export async function lockBenchmark(transaction: Database, id: string): Promise<void> {
  await transaction
    .select({ id: benchmarks.id })
    .from(benchmarks)
    .where(eq(benchmarks.id, id))
    .for('update');
}

/** Which units are there. */
export function readUnitKeys(
  database: Database,
  benchmarkId: string,
): Promise<readonly (UnitKey & { readonly hasFailed: boolean })[]> {
  return guarded(`read the units of benchmark ${benchmarkId}`, () =>
    database
      .select({
        entrantId: benchmarkItems.entrantId,
        maskingName: benchmarkItems.maskingName,
        itemId: benchmarkItems.itemId,
        hasFailed: benchmarkItems.hasFailed,
      })
      .from(benchmarkItems)
      .where(eq(benchmarkItems.benchmarkId, benchmarkId)),
  );
}

/** How many units are there. */
export function countUnits(database: Database, benchmarkId: string): Promise<UnitCounts> {
  return guarded(`count the units of benchmark ${benchmarkId}`, async () => {
    const [counts] = await database
      .select({
        done: count(),
        failed: sql<number>`count(*) filter (where ${benchmarkItems.hasFailed})`.mapWith(Number),
      })
      .from(benchmarkItems)
      .where(eq(benchmarkItems.benchmarkId, benchmarkId));
    return counts ?? { done: 0, failed: 0 };
  });
}

/** Results of all units, in their order. */
export function readResults(
  database: Database,
  benchmarkId: string,
): Promise<readonly ItemResult[]> {
  return guarded(`read the results of benchmark ${benchmarkId}`, async () => {
    const rows = await database
      .select({ result: benchmarkItems.result })
      .from(benchmarkItems)
      .where(eq(benchmarkItems.benchmarkId, benchmarkId))
      .orderBy(asc(benchmarkItems.ordinal));
    return rows.map(({ result }) => result);
  });
}

/** Units after an ordinal, in their order. @param after - null: from the start */
export function readUnits(
  database: Database,
  benchmarkId: string,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<{ readonly units: readonly BenchmarkItemRow[]; readonly hasNext: boolean }> {
  return guarded(`read units of benchmark ${benchmarkId}`, async () => {
    const rows = await database
      .select()
      .from(benchmarkItems)
      .where(
        and(eq(benchmarkItems.benchmarkId, benchmarkId), gt(benchmarkItems.ordinal, after ?? -1)),
      )
      .orderBy(asc(benchmarkItems.ordinal))
      .limit(limit + 1);
    return { units: rows.slice(0, limit), hasNext: rows.length > limit };
  });
}
