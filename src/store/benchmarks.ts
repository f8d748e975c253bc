/**
 * Benchmarks, their entrants, units and figures in the database.
 *
 * A unit is written once: what is there already stays. Knows rows; knows no decoder and no statistics.
 */
import { and, asc, count, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Cell } from '../benchmark/cells.ts';
import type { ItemResult } from '../benchmark/item-result.ts';
import type { RunError } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import {
  type BenchmarkStatus,
  benchmarkCells,
  benchmarkEntrants,
  benchmarkItems,
  benchmarks,
} from './benchmark-tables.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { isUuid, uuidV7 } from './uuid-v7.ts';

/** A benchmark as stored. */
export type BenchmarkRow = Readonly<typeof benchmarks.$inferSelect>;

/** An entrant as stored. */
export type EntrantRow = Readonly<typeof benchmarkEntrants.$inferSelect>;

/** A unit when it is written. */
export type NewBenchmarkItem = Readonly<Omit<typeof benchmarkItems.$inferInsert, 'id'>>;

/** A unit as stored. */
export type BenchmarkItemRow = Readonly<typeof benchmarkItems.$inferSelect>;

/** Which unit. */
export type UnitKey = Pick<BenchmarkItemRow, 'entrantId' | 'maskingName' | 'itemId'>;

/** How a benchmark ended. */
export type BenchmarkEnd = {
  readonly status: Extract<BenchmarkStatus, 'COMPLETED' | 'FAILED' | 'CANCELLED'>;
  readonly finishedAt: Date;
  readonly error: RunError | null;
  readonly cells: readonly Cell[];
};

/** Units that are done, and those of them that failed. */
export type UnitCounts = { readonly done: number; readonly failed: number };

const rowsPerInsert = 500;

/** Inserts a benchmark with its entrants; durable when this resolves. */
export function insertBenchmark(
  database: Database,
  benchmark: BenchmarkRow,
  entrants: readonly EntrantRow[],
): Promise<void> {
  return guarded(`insert benchmark ${benchmark.id}`, () =>
    database.transaction(async (transaction) => {
      await transaction.insert(benchmarks).values(benchmark);
      if (entrants.length > 0) await transaction.insert(benchmarkEntrants).values([...entrants]);
    }),
  );
}

/** Marks a queued benchmark as RUNNING. */
export function markBenchmarkRunning(database: Database, id: string): Promise<void> {
  return guarded(`mark benchmark ${id} as running`, async () => {
    await database
      .update(benchmarks)
      .set({ status: 'RUNNING' })
      .where(and(eq(benchmarks.id, id), eq(benchmarks.status, 'QUEUED')));
  });
}

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
 * Inserts an entrant with all its units and the figures that follow, or nothing.
 *
 * @throws CONFLICT when the benchmark has an entrant with its label or ordinal
 */
export function insertImportedEntrant(
  database: Database,
  entrant: EntrantRow,
  items: readonly NewBenchmarkItem[],
): Promise<void> {
  return guarded(`insert entrant ${entrant.id}`, () =>
    database.transaction(async (transaction) => {
      const inserted = await transaction
        .insert(benchmarkEntrants)
        .values(entrant)
        .onConflictDoNothing()
        .returning({ id: benchmarkEntrants.id });
      if (inserted.length === 0) {
        const message = `The benchmark has an entrant "${entrant.label}" already.`;
        throw new InfillError('CONFLICT', message);
      }
      for (let start = 0; start < items.length; start += rowsPerInsert) {
        const batch = items.slice(start, start + rowsPerInsert);
        const rows = batch.map((item) => ({ ...item, id: uuidV7(Date.now()) }));
        await transaction.insert(benchmarkItems).values(rows);
      }
    }),
  );
}

/**
 * Ends a benchmark with its figures.
 *
 * @returns whether this call ended it; false when it had ended before, and then nothing is changed.
 */
export function finishBenchmark(
  database: Database,
  id: string,
  { cells, ...columns }: BenchmarkEnd,
): Promise<boolean> {
  return guarded(`finish benchmark ${id}`, () =>
    database.transaction(async (transaction) => {
      const ended = await transaction
        .update(benchmarks)
        .set(columns)
        .where(and(eq(benchmarks.id, id), isNull(benchmarks.finishedAt)))
        .returning({ id: benchmarks.id });
      if (ended.length === 0) return false;
      await writeCells(transaction, id, cells);
      return true;
    }),
  );
}

/** Puts other figures in the place of those of a benchmark. */
export function replaceCells(
  database: Database,
  id: string,
  cells: readonly Cell[],
): Promise<void> {
  return guarded(`write the figures of benchmark ${id}`, () =>
    database.transaction((transaction) => writeCells(transaction, id, cells)),
  );
}

async function writeCells(
  database: Database,
  benchmarkId: string,
  cells: readonly Cell[],
): Promise<void> {
  await database.delete(benchmarkCells).where(eq(benchmarkCells.benchmarkId, benchmarkId));
  for (let start = 0; start < cells.length; start += rowsPerInsert) {
    const batch = cells.slice(start, start + rowsPerInsert);
    const rows = batch.map((cell, index) => {
      const { entrantId, maskingName, metric, likelihoodKind, mean } = cell;
      const columns = { entrantId, maskingName, metric, likelihoodKind, mean };
      return { ...columns, id: uuidV7(Date.now()), benchmarkId, ordinal: start + index, cell };
    });
    await database.insert(benchmarkCells).values(rows);
  }
}

/** Figures of a benchmark that is over, in their order. */
export function readCells(database: Database, id: string): Promise<readonly Cell[]> {
  return guarded(`read the figures of benchmark ${id}`, async () => {
    const rows = await database
      .select({ cell: benchmarkCells.cell })
      .from(benchmarkCells)
      .where(eq(benchmarkCells.benchmarkId, id))
      .orderBy(asc(benchmarkCells.ordinal));
    return rows.map(({ cell }) => cell);
  });
}

/** The benchmark of each id, in the order of `ids`; null where the owner has none. */
export function findBenchmarks(
  database: Database,
  owner: string,
  ids: readonly string[],
): Promise<readonly (BenchmarkRow | null)[]> {
  return guarded(`find ${ids.length} benchmarks`, async () => {
    const rows = await database
      .select()
      .from(benchmarks)
      .where(and(eq(benchmarks.owner, owner), inArray(benchmarks.id, ids.filter(isUuid))));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  });
}

/** Benchmarks without an end, of all owners, the oldest first. */
export function unfinishedBenchmarks(database: Database): Promise<readonly BenchmarkRow[]> {
  return guarded('find unfinished benchmarks', () =>
    database
      .select()
      .from(benchmarks)
      .where(isNull(benchmarks.finishedAt))
      .orderBy(asc(benchmarks.createdAt), asc(benchmarks.id)),
  );
}

/** How many benchmarks of an owner have no end. */
export function countUnfinished(database: Database, owner: string): Promise<number> {
  return guarded('count unfinished benchmarks', () =>
    database.$count(benchmarks, and(eq(benchmarks.owner, owner), isNull(benchmarks.finishedAt))),
  );
}

/** The entrants of a benchmark, in their order. */
export function readEntrants(
  database: Database,
  benchmarkId: string,
): Promise<readonly EntrantRow[]> {
  return guarded(`read the entrants of benchmark ${benchmarkId}`, () =>
    database
      .select()
      .from(benchmarkEntrants)
      .where(eq(benchmarkEntrants.benchmarkId, benchmarkId))
      .orderBy(asc(benchmarkEntrants.ordinal)),
  );
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

/**
 * Deletes a benchmark of an owner that is over, with its runs.
 *
 * @throws UNKNOWN_BENCHMARK; CONFLICT while it is not over
 */
export function deleteBenchmark(database: Database, owner: string, id: string): Promise<void> {
  return guarded(`delete benchmark ${id}`, async () => {
    const [found] = await findBenchmarks(database, owner, [id]);
    if (!found) throw unknownBenchmark(id);
    if (found.finishedAt === null) {
      throw new InfillError('CONFLICT', `Benchmark ${id} is ${found.status}; cancel it first.`);
    }
    await database.delete(benchmarks).where(eq(benchmarks.id, id));
  });
}

/** That nobody sees a benchmark with this id. */
export function unknownBenchmark(id: string): InfillError {
  return new InfillError('UNKNOWN_BENCHMARK', `There is no benchmark ${id}.`);
}
