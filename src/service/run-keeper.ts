/**
 * What of a run is kept where: all of it in the store, its numbers there and its texts in memory, or all in memory.
 *
 * Knows store policies; knows no dispatcher and no reader.
 */
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
import { textFreeEvents, textFreeOutcome, textFreeRun } from './text-free.ts';

/** Where runs are kept. */
export type KeeperOptions = { readonly database: Database; readonly memory: RunMemory };

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

  /** Writes what of a run's end goes to the store. @throws as `finishRun` */
  async finish({ id, storePolicy }: RunRow, end: RunEnd): Promise<void> {
    if (storePolicy === 'NONE') return;
    const stored = storePolicy === 'FULL' ? end : textFreeEnd(end);
    await finishRun(this.#options.database, id, stored);
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

function textFreeEnd({ outcome, events, ...end }: RunEnd): RunEnd {
  return {
    ...end,
    outcome: outcome === null ? null : textFreeOutcome(outcome),
    events: textFreeEvents(events),
  };
}
