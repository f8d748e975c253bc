/**
 * Runs and their events in the database.
 *
 * A run is terminal only together with its events: both are written in one transaction.
 * Knows rows; knows no queue and no decoder.
 */
import { setImmediate } from 'node:timers/promises';
import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Outcome, RunError, RunEvent } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import type { Database } from './database.ts';
import { guarded } from './store-failure.ts';
import { type CancelReason, type RunStatus, runEvents, runs } from './tables.ts';
import { isUuid } from './uuid-v7.ts';

/** A run as stored. */
export type RunRow = Readonly<typeof runs.$inferSelect>;

/** A run when it is submitted. */
export type NewRun = Omit<
  RunRow,
  | 'status'
  | 'startedAt'
  | 'finishedAt'
  | 'outcome'
  | 'cancelReason'
  | 'error'
  | 'benchmarkId'
  | 'comparisonId'
> & {
  /** Of no benchmark when absent. */
  readonly benchmarkId?: string | null;
  /** Of no comparison when absent. */
  readonly comparisonId?: string | null;
};

/** How a run ended. */
export type RunEnd = {
  readonly status: Extract<RunStatus, 'COMPLETED' | 'FAILED' | 'CANCELLED'>;
  readonly finishedAt: Date;
  /** Not null of a completed run. */
  readonly outcome: Outcome | null;
  /** Not null of a cancelled run, and only of one. */
  readonly cancelReason: CancelReason | null;
  /** Not null of a failed run, and only of one. */
  readonly error: RunError | null;
  /** The whole log, `seq` from 0 without gaps, terminal event last. */
  readonly events: readonly RunEvent[];
};

/** A run as it is when it is submitted. */
export function queuedRun(run: NewRun): RunRow {
  return {
    benchmarkId: null,
    comparisonId: null,
    ...run,
    status: 'QUEUED',
    startedAt: null,
    finishedAt: null,
    outcome: null,
    cancelReason: null,
    error: null,
  };
}

/**
 * Inserts a run as QUEUED; it is durable when this resolves.
 *
 * @throws CONFLICT when its owner has another run with its idempotency key
 */
export function insertRun(database: Database, run: NewRun): Promise<RunRow> {
  return guarded(`insert run ${run.id}`, async () => {
    const row = queuedRun(run);
    const inserted = await database
      .insert(runs)
      .values(row)
      .onConflictDoNothing({
        target: [runs.owner, runs.idempotencyKey],
        where: isNotNull(runs.idempotencyKey),
      })
      .returning({ id: runs.id });
    if (inserted.length === 0) {
      throw new InfillError('CONFLICT', 'Another run has been submitted under the same key.');
    }
    return row;
  });
}

/** Marks a queued run as RUNNING; changes nothing of a run that is not queued. */
export function markStarted(database: Database, id: string, startedAt: Date): Promise<void> {
  return guarded(`mark run ${id} as started`, async () => {
    await database
      .update(runs)
      .set({ status: 'RUNNING', startedAt })
      .where(and(eq(runs.id, id), eq(runs.status, 'QUEUED')));
  });
}

/**
 * Writes a run's end and its events.
 *
 * @returns whether this call ended the run; false when it had ended before, and then nothing is changed.
 * @throws UNKNOWN_RUN
 */
export function finishRun(database: Database, id: string, end: RunEnd): Promise<boolean> {
  return guarded(`finish run ${id}`, () =>
    database.transaction(async (transaction) => {
      const { events, ...columns } = end;
      const ended = await transaction
        .update(runs)
        .set(columns)
        .where(and(eq(runs.id, id), isNull(runs.finishedAt)))
        .returning({ id: runs.id });
      if (ended.length === 0) {
        await requireRun(transaction, id);
        return false;
      }
      // The embedded database computes on this thread: let others have it between the two large values.
      await setImmediate();
      await transaction.insert(runEvents).values({ runId: id, events });
      return true;
    }),
  );
}

async function requireRun(database: Database, id: string): Promise<void> {
  const found = await database.select({ id: runs.id }).from(runs).where(eq(runs.id, id));
  if (found.length === 0) throw new InfillError('UNKNOWN_RUN', `There is no run ${id}.`);
}

/** Returns the run with this id; null when there is none, or the text is no id. */
export async function findRun(database: Database, id: string): Promise<RunRow | null> {
  const [run = null] = await findRuns(database, [id]);
  return run;
}

/** Returns the run of each id, in the order of `ids`; null where there is none. */
export function findRuns(
  database: Database,
  ids: readonly string[],
): Promise<readonly (RunRow | null)[]> {
  return guarded(`find ${ids.length} runs`, async () => {
    const rows = await database
      .select()
      .from(runs)
      .where(inArray(runs.id, ids.filter(isUuid)));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  });
}

/** Returns the run that an owner submitted under an idempotency key; null when there is none. */
export function findRunByKey(
  database: Database,
  owner: string,
  idempotencyKey: string,
): Promise<RunRow | null> {
  return guarded('find a run by its idempotency key', async () => {
    const [run = null] = await database
      .select()
      .from(runs)
      .where(and(eq(runs.owner, owner), eq(runs.idempotencyKey, idempotencyKey)));
    return run;
  });
}

/**
 * Returns the events of a finished run with `seq` above `after`, all when null; none when the run is not finished.
 *
 * The terminal event is always among them: a subscriber that knows more events than were kept, because the
 * process died before the run's end, still learns that it ended.
 */
export function readEvents(
  database: Database,
  id: string,
  after: number | null,
): Promise<readonly RunEvent[]> {
  return guarded(`read the events of run ${id}`, async () => {
    const [row] = await database
      .select({ events: runEvents.events })
      .from(runEvents)
      .where(eq(runEvents.runId, id));
    const events = row?.events ?? [];
    return events.filter(({ seq }, index) => seq > (after ?? -1) || index === events.length - 1);
  });
}
