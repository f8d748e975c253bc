/**
 * What of a run is kept where: all of it in the store, its numbers there and its texts in memory, or all in memory.
 *
 * Knows store policies; knows no dispatcher and no reader.
 */
import { InfillError } from '../errors.ts';
import type { Database } from '../store/database.ts';
import {
  finishRun,
  insertRun,
  markStarted,
  type NewRun,
  queuedRun,
  type RunEnd,
  type RunRow,
} from '../store/runs.ts';
import type { RunMemory } from './run-memory.ts';
import type { Schedule } from './schedule.ts';
import { textFreeEvents, textFreeOutcome, textFreeRun } from './text-free.ts';

/** Where runs are kept. */
export type KeeperOptions = {
  readonly database: Database;
  readonly memory: RunMemory;
  readonly schedule: Schedule;
};

/** Milliseconds between attempts to store an end while the database cannot be reached: half a minute in all. */
const retryDelaysMs = [250, 500, 1000, 2000, 4000, 8000, 15_000] as const;

/** Keeps each run as its store policy says. */
export class RunKeeper {
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Keeps a queued run; what goes to the store is durable when this resolves. @throws as `insertRun` */
  async insert(run: NewRun): Promise<RunRow> {
    const { database, memory } = this.#options;
    if (run.storePolicy === 'FULL') return insertRun(database, run);
    const isStored = run.storePolicy === 'METADATA';
    const queued = isStored ? await insertRun(database, textFreeRun(run)) : queuedRun(run);
    const row = { ...queued, ...run };
    memory.add(row);
    return row;
  }

  async markStarted({ id, storePolicy }: RunRow, startedAt: Date): Promise<void> {
    this.#options.memory.update(id, { status: 'RUNNING', startedAt });
    if (storePolicy !== 'NONE') await markStarted(this.#options.database, id, startedAt);
  }

  /** Writes what of a run's end goes to the store, as soon as that can be reached. @throws as `finishRun` */
  async finish({ id, storePolicy }: RunRow, end: RunEnd): Promise<void> {
    if (storePolicy === 'NONE') return;
    const stored = storePolicy === 'FULL' ? end : textFreeEnd(end);
    const write = () => finishRun(this.#options.database, id, stored);
    let attempt = write();
    for (const delayMs of retryDelaysMs) {
      if (!(await isUnreachable(attempt))) break;
      await this.#wait(delayMs);
      // An attempt that was done although its answer was lost ends the run; the next one then changes nothing.
      attempt = write();
    }
    await attempt;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.schedule(ms, resolve);
    });
  }

  /** Shows the end of a run, once it is stored, to those who look for it in memory. */
  show({ id }: RunRow, { events: _, ...end }: RunEnd): void {
    this.#options.memory.update(id, end);
  }

  /** To be called when a run is over for its readers. @returns whether it stays in memory for a while, with its log. */
  retire({ id, storePolicy }: RunRow): boolean {
    if (storePolicy === 'FULL') return false;
    this.#options.memory.end(id);
    return true;
  }
}

function isUnreachable(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    (error: unknown) => error instanceof InfillError && error.code === 'STORE_UNAVAILABLE',
  );
}

function textFreeEnd({ outcome, events, ...end }: RunEnd): RunEnd {
  return {
    ...end,
    outcome: outcome === null ? null : textFreeOutcome(outcome),
    events: textFreeEvents(events),
  };
}
