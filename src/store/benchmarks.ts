/**
 * Benchmarks and their entrants in the database.
 *
 * Knows rows; their units are in `benchmark-units.ts`, their figures in `benchmark-cells.ts`.
 */
import { and, asc, eq, inArray, isNotNull, isNull, notInArray } from 'drizzle-orm';
import type { RunError } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import { benchmarkEntrants, benchmarks } from './benchmark-tables.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { isUuid } from './uuid-v7.ts';

/** A benchmark as stored. */
export type BenchmarkRow = Readonly<typeof benchmarks.$inferSelect>;

/** An entrant as stored. */
export type EntrantRow = Readonly<typeof benchmarkEntrants.$inferSelect>;

/**
 * Inserts a benchmark with its entrants; durable when this resolves.
 *
 * @throws CONFLICT when its owner has another benchmark with its idempotency key
 */
export function insertBenchmark(
  database: Database,
  benchmark: BenchmarkRow,
  entrants: readonly EntrantRow[],
): Promise<void> {
  return guarded(`insert benchmark ${benchmark.id}`, () =>
    database.transaction(async (transaction) => {
      const inserted = await transaction
        .insert(benchmarks)
        .values(benchmark)
        .onConflictDoNothing({
          target: [benchmarks.owner, benchmarks.idempotencyKey],
          where: isNotNull(benchmarks.idempotencyKey),
        })
        .returning({ id: benchmarks.id });
      if (inserted.length === 0) {
        throw new InfillError(
          'CONFLICT',
          'Another benchmark has been submitted under the same key.',
        );
      }
      if (entrants.length > 0) await transaction.insert(benchmarkEntrants).values([...entrants]);
    }),
  );
}

/** Marks a benchmark without an end as RUNNING, and what kept it from going on as gone. */
export function markBenchmarkRunning(database: Database, id: string): Promise<void> {
  return guarded(`mark benchmark ${id} as running`, async () => {
    await database
      .update(benchmarks)
      .set({ status: 'RUNNING', error: null })
      .where(and(eq(benchmarks.id, id), isNull(benchmarks.finishedAt)));
  });
}

/** Notes what keeps a benchmark without an end from going on. */
export function noteObstacle(database: Database, id: string, error: RunError): Promise<void> {
  return guarded(`note what keeps benchmark ${id}`, async () => {
    await database
      .update(benchmarks)
      .set({ error })
      .where(and(eq(benchmarks.id, id), isNull(benchmarks.finishedAt)));
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

/** The benchmark that an owner submitted under an idempotency key; null when there is none. */
export function findBenchmarkByKey(
  database: Database,
  owner: string,
  idempotencyKey: string,
): Promise<BenchmarkRow | null> {
  return guarded('find a benchmark by its idempotency key', async () => {
    const [benchmark = null] = await database
      .select()
      .from(benchmarks)
      .where(and(eq(benchmarks.owner, owner), eq(benchmarks.idempotencyKey, idempotencyKey)));
    return benchmark;
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

/** The benchmark with an id, whoever owns it; null of one that has ended or is gone. */
export function findUnfinished(database: Database, id: string): Promise<BenchmarkRow | null> {
  return guarded(`find unfinished benchmark ${id}`, async () => {
    const [found] = await database
      .select()
      .from(benchmarks)
      .where(and(eq(benchmarks.id, id), isNull(benchmarks.finishedAt)));
    return found ?? null;
  });
}

/** How many benchmarks of an owner have no end, besides some that are counted otherwise. */
export function countUnfinished(
  database: Database,
  owner: string,
  besides: readonly string[],
): Promise<number> {
  const others = besides.length === 0 ? undefined : notInArray(benchmarks.id, [...besides]);
  const which = and(eq(benchmarks.owner, owner), isNull(benchmarks.finishedAt), others);
  return guarded('count unfinished benchmarks', () => database.$count(benchmarks, which));
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
