/**
 * Runs that nobody works on any more, and yet have no end: they get one.
 *
 * Knows rows; knows no queue. For a process that has the database to itself.
 */
import { and, isNull, lt, notInArray, type SQL } from 'drizzle-orm';
import type { RunError, RunEvent } from '../decoding/run-event.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { runEvents, runs } from './tables.ts';

/** How many rows one insert takes: parameters of a statement are limited to 65,535. */
const rowsPerInsert = 1000;

const interruption: RunError = {
  code: 'INTERRUPTED',
  message: 'The server stopped before this run was finished.',
};

const abandonment: RunError = {
  code: 'STORE_FAILED',
  message: 'The end of this run could not be stored.',
};

/**
 * Ends every run that a process which died left QUEUED or RUNNING: FAILED with `INTERRUPTED`, all or none.
 *
 * For a process that has not started runs.
 *
 * @returns how many there were.
 */
export function interruptUnfinished(database: Database, now: Date): Promise<number> {
  const unfinished = isNull(runs.finishedAt);
  return guarded('end the interrupted runs', () =>
    failRuns(database, { which: unfinished, now, error: interruption }),
  );
}

/**
 * Ends runs that this process knows nothing of any more, because their beginning or their end met a database that could
 * not be reached: FAILED with `STORE_FAILED`, all or none.
 *
 * @param live - ids of runs that go on.
 * @param before - runs that were created later may be about to go on.
 * @returns how many there were.
 */
export function endAbandoned(
  database: Database,
  { live, before, now }: { live: readonly string[]; before: Date; now: Date },
): Promise<number> {
  const isOver = live.length === 0 ? undefined : notInArray(runs.id, [...live]);
  const which = and(isNull(runs.finishedAt), lt(runs.createdAt, before), isOver);
  return guarded('end the abandoned runs', () =>
    failRuns(database, { which, now, error: abandonment }),
  );
}

type FailedRuns = {
  readonly which: SQL | undefined;
  readonly now: Date;
  readonly error: RunError;
};

/** Their logs are the beginning and the end: what was between them is not known. */
function failRuns(database: Database, { which, now, error }: FailedRuns): Promise<number> {
  return database.transaction(async (transaction) => {
    const ended = await transaction
      .update(runs)
      .set({ status: 'FAILED', finishedAt: now, error })
      .where(which)
      .returning({ id: runs.id, createdAt: runs.createdAt });
    for (let start = 0; start < ended.length; start += rowsPerInsert) {
      const rows = ended.slice(start, start + rowsPerInsert).map(({ id, createdAt }) => ({
        runId: id,
        events: failedLog(createdAt, now, error),
      }));
      await transaction.insert(runEvents).values(rows);
    }
    return ended.length;
  });
}

function failedLog(createdAt: Date, now: Date, error: RunError): RunEvent[] {
  return [
    { seq: 0, at: createdAt.getTime(), type: 'queued', position: 0 },
    { seq: 1, at: now.getTime(), type: 'failed', error },
  ];
}
