/**
 * Deletes runs that are over, with their events: those that a client names, or those that ended before a time. A
 * comparison goes with the last of its runs.
 *
 * Never touches a run that is not over. Deletes in batches, so that others have the database between them.
 */
import { and, asc, eq, inArray, lt } from 'drizzle-orm';
import { type Problem, problemsError } from '../errors.ts';
import { deleteEmptyComparisons } from './comparisons.ts';
import type { Database } from './database.ts';
import type { RunRow } from './runs.ts';
import { guarded } from './store-failure.ts';
import { runs } from './tables.ts';
import { isUuid } from './uuid-v7.ts';

/** Runs that ended before a time: of one owner, or of all when null. */
export type EndedBefore = { readonly before: Date; readonly owner: string | null };

const batchSize = 200;

/** Deletes runs that ended before a time. @returns how many. */
export function deleteEndedBefore(database: Database, ended: EndedBefore): Promise<number> {
  return guarded('delete runs that ended before a time', async () => {
    let count = 0;
    for (;;) {
      const deleted = await deleteBatch(database, ended);
      count += deleted;
      if (deleted < batchSize) break;
    }
    if (count > 0) await deleteEmptyComparisons(database);
    return count;
  });
}

async function deleteBatch(database: Database, { before, owner }: EndedBefore): Promise<number> {
  const batch = database
    .select({ id: runs.id })
    .from(runs)
    .where(and(lt(runs.finishedAt, before), owner === null ? undefined : eq(runs.owner, owner)))
    .orderBy(asc(runs.finishedAt))
    .limit(batchSize);
  const deleted = await database
    .delete(runs)
    .where(inArray(runs.id, batch))
    .returning({ id: runs.id });
  return deleted.length;
}

/**
 * Deletes the runs of an owner with these ids, all or none.
 *
 * @returns how many; an id given twice counts once.
 * @throws INVALID_INPUT with a problem for each id, at `ids` and its index, that no run of the owner has, or whose run
 *   is not over.
 */
export function deleteRuns(
  database: Database,
  owner: string,
  ids: readonly string[],
): Promise<number> {
  return guarded(`delete ${ids.length} runs`, () =>
    database.transaction(async (transaction) => {
      const known = await transaction
        .select({ id: runs.id, status: runs.status, finishedAt: runs.finishedAt })
        .from(runs)
        .where(and(eq(runs.owner, owner), inArray(runs.id, ids.filter(isUuid))))
        .for('update');
      const byId = new Map(known.map((run) => [run.id, run]));
      const [first, ...others] = ids.flatMap((id, index) =>
        problemOf(byId.get(id.toLowerCase()), index),
      );
      if (first !== undefined) throw problemsError([first, ...others]);
      await transaction.delete(runs).where(inArray(runs.id, [...byId.keys()]));
      await deleteEmptyComparisons(transaction);
      return byId.size;
    }),
  );
}

function problemOf(
  run: Pick<RunRow, 'status' | 'finishedAt'> | undefined,
  index: number,
): readonly Problem[] {
  if (run?.finishedAt) return [];
  const message =
    run === undefined
      ? `Id ${index + 1} is not that of an infill of yours.`
      : `The infill of id ${index + 1} is ${run.status}; cancel it first.`;
  const path = ['ids', String(index)];
  return [{ path, code: 'INVALID_INPUT', message, value: run?.status ?? null, limit: null }];
}
