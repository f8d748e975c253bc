/**
 * Runs whose texts are stored nowhere, whole: while they are alive and a little longer.
 *
 * So that whoever waits for one, or comes back after a lost connection, still gets what it asked for. Bounded in time and
 * number; knows rows, not logs.
 */
import type { RunRow } from '../store/runs.ts';
import type { Schedule } from './schedule.ts';

/** How long an ended run is kept, in milliseconds: enough for a client to notice a lost connection and ask again. */
const keptMs = 60_000;
/** Ended runs kept at once; the oldest goes first. */
const maxEnded = 256;

/** What can be found only here. */
export class RunMemory {
  readonly #rows = new Map<string, RunRow>();
  /** What calls the end of their time off, in order of their ends. */
  readonly #ended = new Map<string, () => void>();
  readonly #schedule: Schedule;
  readonly #onForget: (runId: string) => void;

  /** @param onForget - told of each run that was ended and is forgotten. */
  constructor(schedule: Schedule, onForget: (runId: string) => void) {
    this.#schedule = schedule;
    this.#onForget = onForget;
  }

  get(runId: string): RunRow | undefined {
    return this.#rows.get(runId);
  }

  /** The run of an owner with this idempotency key. */
  findByKey(owner: string, key: string): RunRow | undefined {
    return [...this.#rows.values()].find(
      (row) => row.owner === owner && row.idempotencyKey === key,
    );
  }

  /** Keeps a run, until it has ended and its time is over. */
  add(row: RunRow): void {
    this.#rows.set(row.id, row);
  }

  /** Replaces what has changed of a run; nothing where it is not kept. */
  update(runId: string, changes: Partial<RunRow>): void {
    const row = this.#rows.get(runId);
    if (row !== undefined) this.#rows.set(runId, { ...row, ...changes });
  }

  /** Begins the time after which an ended run is forgotten. */
  end(runId: string): void {
    this.#ended.set(
      runId,
      this.#schedule(keptMs, () => this.#forget(runId)),
    );
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined && this.#ended.size > maxEnded) this.#forget(oldest);
  }

  /** Forgets at once those runs that have ended and are chosen. */
  forgetEnded(isChosen: (row: RunRow) => boolean): void {
    for (const row of [...this.#rows.values()].filter(isChosen)) this.#forget(row.id);
  }

  #forget(runId: string): void {
    const callOff = this.#ended.get(runId);
    if (callOff === undefined) return;
    callOff();
    this.#ended.delete(runId);
    this.#rows.delete(runId);
    this.#onForget(runId);
  }
}
