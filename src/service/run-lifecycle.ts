/**
 * One run from its admission to its last event: stored before it is acknowledged, stored before it is seen to end.
 *
 * Knows the dispatcher, the log and the store; knows nothing of inputs and their defaults.
 */
import assert from 'node:assert/strict';
import type { InfillRequest } from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { RunError, RunProgress } from '../decoding/run-event.ts';
import type { Dispatcher, Ticket } from '../dispatch/dispatcher.ts';
import type { RunEntry, RunLog } from '../dispatch/run-log.ts';
import type { Database } from '../store/database.ts';
import type { NewRun, RunEnd, RunRow } from '../store/runs.ts';
import type { CancelReason } from '../store/tables.ts';
import { LiveRun } from './live-run.ts';
import { RunKeeper } from './run-keeper.ts';
import type { RunMemory } from './run-memory.ts';
import type { RunNotice } from './run-notice.ts';
import { RunWitness } from './run-witness.ts';
import type { Schedule } from './schedule.ts';
import type { DisconnectPolicy } from './service.ts';

/** What runs live on. */
export type LifecycleOptions = {
  readonly dispatcher: Dispatcher;
  readonly runLog: RunLog;
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Told of a run whose start or end could not be stored. Without its end it is failed for its readers, and
   * interrupted at the next start.
   */
  readonly onStoreFailure: (runId: string, cause: unknown) => void;
  readonly observe: (notice: RunNotice) => void;
  readonly schedule: Schedule;
};

/** On what terms a run is submitted. */
export type RunTerms = {
  readonly onDisconnect: DisconnectPolicy;
  /** Milliseconds from its creation; null: none. */
  readonly deadlineMs: number | null;
  readonly priority: Priority;
};

/** A run to be admitted. */
export type Admission = { readonly run: NewRun; readonly request: InfillRequest };

type Ending = Extract<RunProgress, { outcome: unknown }>;

/** The runs that are not finished. */
export class RunLifecycle {
  readonly #options: LifecycleOptions;
  readonly #keeper: RunKeeper;
  /** By run id. */
  readonly #live = new Map<string, LiveRun>();
  /** Runs that are being admitted or followed. */
  readonly #unsettled = new Set<Promise<unknown>>();

  constructor(options: LifecycleOptions & { readonly memory: RunMemory }) {
    this.#options = options;
    this.#keeper = new RunKeeper(options);
  }

  /** How many interactive runs wait for their turn. */
  get waitingCount(): number {
    const live = [...this.#live.values()];
    return live.filter(({ isWaiting, priority }) => isWaiting && priority === 'INTERACTIVE').length;
  }

  /** Ids of the runs that are live. */
  get liveIds(): readonly string[] {
    return [...this.#live.keys()];
  }

  /** Whose live run this is; undefined when it is not live. */
  ownerOf(runId: string): string | undefined {
    return this.#live.get(runId)?.owner;
  }

  /** Waits until every run that was admitted has ended and is stored. */
  async settled(): Promise<void> {
    while (this.#unsettled.size > 0) await Promise.allSettled(this.#unsettled);
  }

  /**
   * Admits and stores a run, then lets it start; it is durable when this resolves, as far as it is to be stored.
   *
   * @throws QUEUE_FULL, SHUTTING_DOWN; CONFLICT when its owner has a run with its idempotency key
   */
  async begin(run: NewRun, request: InfillRequest, terms: RunTerms): Promise<RunRow> {
    const insert = async () => [await this.#keeper.insert(run)];
    const [row] = await this.beginTogether([{ run, request }], terms, insert);
    assert(row !== undefined);
    return row;
  }

  /**
   * Admits and stores several runs, all or none, then lets them start.
   *
   * @param insert - stores them at once; resolves with a row for each, in order, when they are durable.
   * @throws QUEUE_FULL, SHUTTING_DOWN; what `insert` throws
   */
  beginTogether(
    admissions: readonly Admission[],
    terms: RunTerms,
    insert: () => Promise<readonly RunRow[]>,
  ): Promise<readonly RunRow[]> {
    return this.#track(this.#begin(admissions, terms, insert));
  }

  /** Cancels a run within one decode step; the first reason stands. Of a run that is not live, nothing. */
  cancel(runId: string, reason: CancelReason): void {
    this.#live.get(runId)?.cancel(reason);
  }

  /** Lets a run go on whoever follows it. */
  continue(runId: string): void {
    this.#live.get(runId)?.continue();
  }

  /** Adds a follower to a run; of a run that is not live, nothing. @returns what removes the follower, once. */
  join(runId: string): () => void {
    return this.#live.get(runId)?.join() ?? (() => undefined);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#unsettled.delete(tracked));
    this.#unsettled.add(tracked);
    return tracked;
  }

  async #begin(
    admissions: readonly Admission[],
    terms: RunTerms,
    insert: () => Promise<readonly RunRow[]>,
  ): Promise<readonly RunRow[]> {
    const { dispatcher } = this.#options;
    const tickets: Ticket[] = [];
    let isStored = false;
    try {
      for (const { run, request } of admissions) {
        tickets.push(dispatcher.admit(run.packId, run.id, request, terms.priority));
      }
      const rows = await insert();
      isStored = true;
      for (const [index, row] of rows.entries()) this.#start(row, terms, tickets[index]);
      return rows;
    } finally {
      if (!isStored) for (const ticket of tickets) ticket.release();
    }
  }

  #start(row: RunRow, terms: RunTerms, ticket: Ticket | undefined): void {
    const { runLog } = this.#options;
    assert(ticket !== undefined, `Run ${row.id} is stored, but not admitted.`);
    const live = this.#liveRun(row, terms);
    this.#live.set(row.id, live);
    runLog.open(row.id);
    runLog.append(row.id, { type: 'queued', position: ticket.position });
    void this.#track(this.#follow(row, live, ticket));
  }

  #liveRun({ id, owner, createdAt, idempotencyKey }: NewRun, terms: RunTerms): LiveRun {
    const { dispatcher, schedule, now } = this.#options;
    const { onDisconnect, deadlineMs, priority } = terms;
    const deadlineInMs = deadlineMs === null ? null : createdAt.getTime() + deadlineMs - now();
    const isResumable = idempotencyKey !== null;
    return new LiveRun({ owner, priority, onDisconnect, isResumable, deadlineInMs }, schedule, () =>
      dispatcher.cancel(id),
    );
  }

  async #follow(run: RunRow, live: LiveRun, ticket: Ticket): Promise<void> {
    const { runLog, now, onStoreFailure } = this.#options;
    const witness = new RunWitness(run, this.#options);
    witness.admitted();
    let started: Promise<unknown> = Promise.resolve();
    for await (const progress of ticket.start()) {
      if ('outcome' in progress) {
        await started;
        const end = await this.#finish(run, progress, live);
        witness.ended(end, progress.outcome);
        return;
      }
      // The row follows the log: a reader need not wait for it, the run's end does.
      if (progress.type === 'started') {
        live.isWaiting = false;
        started = this.#keeper
          .markStarted(run, new Date(now()))
          .catch((cause: unknown) => onStoreFailure(run.id, cause));
      }
      runLog.append(run.id, progress);
      witness.saw(progress);
    }
    assert.fail(`Run ${run.id} ended without a terminal entry.`);
  }

  /** Stores the end with all events, and only then shows it. @returns the end as shown */
  async #finish(run: RunRow, ending: Ending, live: LiveRun): Promise<RunEnd> {
    const { runLog, onStoreFailure } = this.#options;
    const event = runLog.stamp(run.id, entryOf(ending));
    const events = [...runLog.events(run.id), event];
    const end = { ...endOf(ending, live.cancelReason), finishedAt: new Date(event.at), events };
    const shown = await this.#keeper.finish(run, end).then(
      () => end,
      (cause: unknown) => {
        onStoreFailure(run.id, cause);
        return { ...end, ...unstoredEnd };
      },
    );
    this.#keeper.show(run, shown);
    const { seq, at } = event;
    runLog.deliver(run.id, shown === end ? event : { seq, at, type: 'failed', error: storeError });
    live.end();
    this.#live.delete(run.id);
    if (!this.#keeper.retire(run)) runLog.trim(run.id);
    return shown;
  }
}

/** Of a run whose end could not be stored. */
export const storeError: RunError = {
  code: 'STORE_FAILED',
  message: 'The end of this run could not be stored.',
};
const unstoredEnd = {
  status: 'FAILED',
  outcome: null,
  cancelReason: null,
  error: storeError,
} as const;

function entryOf(ending: Ending): RunEntry {
  return ending.type === 'failed' ? { type: 'failed', error: ending.error } : { type: ending.type };
}

function endOf(
  ending: Ending,
  cancelReason: CancelReason | null,
): Omit<RunEnd, 'events' | 'finishedAt'> {
  const { outcome } = ending;
  switch (ending.type) {
    case 'completed':
      return { status: 'COMPLETED', outcome, cancelReason: null, error: null };
    case 'cancelled':
      // What nobody asked for through this service is the dispatcher's doing, when it is drained.
      return {
        status: 'CANCELLED',
        outcome,
        cancelReason: cancelReason ?? 'SHUTDOWN',
        error: null,
      };
    case 'failed':
      return { status: 'FAILED', outcome, cancelReason: null, error: ending.error };
    default:
      return ending satisfies never;
  }
}
