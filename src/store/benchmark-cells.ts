/**
 * The end of benchmarks and their figures in the database.
 *
 * Figures are stored only where they are of all units that are there. Knows rows; knows no statistics.
 */
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Cell } from '../benchmark/cells.ts';
import type { RunError } from '../decoding/run-event.ts';
import {
  type BenchmarkStatus,
  benchmarkCells,
  benchmarkItems,
  benchmarks,
} from './benchmark-tables.ts';
import { lockBenchmark } from './benchmark-units.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { uuidV7 } from './uuid-v7.ts';

/** Figures, and how many units they are of. */
export type FiguresOfUnits = { readonly cells: readonly Cell[]; readonly unitCount: number };

/** How a benchmark ended. */
export type BenchmarkEnd = {
  readonly status: Extract<BenchmarkStatus, 'COMPLETED' | 'FAILED' | 'CANCELLED'>;
  readonly finishedAt: Date;
  readonly error: RunError | null;
};

const rowsPerInsert = 500;

/**
 * Ends a benchmark with its figures.
 *
 * @returns false where it has other units than the figures are of, and then nothing is changed. One that had ended before
 *   stays as it is.
 */
export function finishBenchmark(
  database: Database,
  id: string,
  end: BenchmarkEnd,
  figures: FiguresOfUnits,
): Promise<boolean> {
  return guarded(`finish benchmark ${id}`, () =>
    database.transaction(async (transaction) => {
      if (!(await isOfAllUnits(transaction, id, figures))) return false;
      const ended = await transaction
        .update(benchmarks)
        .set(end)
        .where(and(eq(benchmarks.id, id), isNull(benchmarks.finishedAt)))
        .returning({ id: benchmarks.id });
      if (ended.length > 0) await writeCells(transaction, id, figures.cells);
      return true;
    }),
  );
}

/**
 * Puts other figures in the place of those of a benchmark that is over.
 *
 * @returns false where it has other units than the figures are of, and then nothing is changed.
 */
export function storeCells(
  database: Database,
  id: string,
  figures: FiguresOfUnits,
): Promise<boolean> {
  return guarded(`write the figures of benchmark ${id}`, () =>
    database.transaction(async (transaction) => {
      if (!(await isOfAllUnits(transaction, id, figures))) return false;
      await writeCells(transaction, id, figures.cells);
      return true;
    }),
  );
}

async function isOfAllUnits(
  transaction: Database,
  id: string,
  { unitCount }: FiguresOfUnits,
): Promise<boolean> {
  await lockBenchmark(transaction, id);
  return (
    (await transaction.$count(benchmarkItems, eq(benchmarkItems.benchmarkId, id))) === unitCount
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
