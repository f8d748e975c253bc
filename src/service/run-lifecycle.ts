/**
 * One run from its admission to its last event: stored before it is acknowledged, stored before it is seen to end.
 *
 * Knows the dispatcher, the log and the store; knows nothing of inputs and their defaults.
 */
import assert from 'node:assert/strict';
import type { InfillRequest } from '../decoding/infill-request.ts';
import type { RunProgress } from '../decoding/run-event.ts';
import type { Dispatcher, Ticket } from '../dispatch/dispatcher.ts';
import type { RunEntry, RunLog } from '../dispatch/run-log.ts';
import type { Database } from '../store/database.ts';
import {
  finishRun,
  insertRun,
  markStarted,
  type NewRun,
  type RunEnd,
  type RunRow,
} from '../store/runs.ts';
import type { RunNotice } from './run-notice.ts';

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
};

type Ending = Extract<RunProgress, { outcome: unknown }>;

type LiveRun = { readonly owner: string; isWaiting: boolean };

/** The runs that are not finished. */
export class RunLifecycle {
  readonly #options: LifecycleOptions;
  /** By run id. */
  readonly #live = new Map<string, LiveRun>();
  /** Runs that are being admitted or followed. */
  readonly #unsettled = new Set<Promise<unknown>>();

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** How many runs wait for their turn. */
  get waitingCount(): number {
    return [...this.#live.values()].filter(({ isWaiting }) => isWaiting).length;
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
   * Admits and stores a run, then lets it start; it is durable when this resolves.
   *
   * @throws QUEUE_FULL, SHUTTING_DOWN
   */
  begin(run: NewRun, request: InfillRequest): Promise<RunRow> {
    return this.#track(this.#begin(run, request));
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#unsettled.delete(tracked));
    this.#unsettled.add(tracked);
    return tracked;
  }

  async #begin(run: NewRun, request: InfillRequest): Promise<RunRow> {
    const { dispatcher, runLog, database } = this.#options;
    const ticket = dispatcher.admit(run.packId, run.id, request);
    let isStored = false;
    try {
      const row = await insertRun(database, run);
      isStored = true;
      this.#live.set(run.id, { owner: run.owner, isWaiting: true });
      runLog.open(run.id);
      runLog.append(run.id, { type: 'queued', position: ticket.position });
      void this.#track(this.#follow(run.id, ticket));
      return row;
    } finally {
      if (!isStored) ticket.release();
    }
  }

  async #follow(runId: string, ticket: Ticket): Promise<void> {
    const { runLog, database, now } = this.#options;
    let started: Promise<unknown> = Promise.resolve();
    for await (const progress of ticket.start()) {
      if ('outcome' in progress) {
        await started;
        await this.#finish(runId, progress);
        return;
      }
      // The row follows the log: a reader need not wait for it, the run's end does.
      if (progress.type === 'started') {
        const live = this.#live.get(runId);
        if (live !== undefined) live.isWaiting = false;
        started = markStarted(database, runId, new Date(now())).catch((cause: unknown) =>
          this.#options.onStoreFailure(runId, cause),
        );
      }
      runLog.append(runId, progress);
    }
    assert.fail(`Run ${runId} ended without a terminal entry.`);
  }

  /** Stores the end with all events, and only then shows it. */
  async #finish(runId: string, ending: Ending): Promise<void> {
    const { runLog, database, onStoreFailure } = this.#options;
    const event = runLog.stamp(runId, entryOf(ending));
    const end = endOf(ending, new Date(event.at));
    const events = [...runLog.events(runId), event];
    const shown = await finishRun(database, runId, { ...end, events }).then(
      () => event,
      (cause: unknown) => {
        onStoreFailure(runId, cause);
        const error = {
          code: 'STORE_FAILED',
          message: 'The end of this run could not be stored.',
        } as const;
        return { seq: event.seq, at: event.at, type: 'failed', error } as const;
      },
    );
    runLog.deliver(runId, shown);
    runLog.trim(runId);
    this.#live.delete(runId);
  }
}

function entryOf(ending: Ending): RunEntry {
  return ending.type === 'failed' ? { type: 'failed', error: ending.error } : { type: ending.type };
}

function endOf(ending: Ending, finishedAt: Date): Omit<RunEnd, 'events'> {
  const { outcome } = ending;
  switch (ending.type) {
    case 'completed':
      return { status: 'COMPLETED', finishedAt, outcome, cancelReason: null, error: null };
    case 'cancelled':
      return { status: 'CANCELLED', finishedAt, outcome, cancelReason: 'REQUESTED', error: null };
    case 'failed':
      return { status: 'FAILED', finishedAt, outcome, cancelReason: null, error: ending.error };
    default:
      return ending satisfies never;
  }
}
