/**
 * Bounded admission: who waits, who runs, and whose turn is next.
 *
 * Knows run ids and slots; knows no process, pack or request.
 */
import assert from 'node:assert/strict';
import { InfillError } from '../errors.ts';

/** How many runs a queue holds. */
export type QueueLimits = {
  /** Runs that may wait while `maxRunning` run; ≥ 0. */
  readonly maxQueued: number;
  /** ≥ 1. */
  readonly maxRunning: number;
  /** What messages call what it holds; `runs` when absent. */
  readonly subject?: string;
};

/** Bounds of `retryAfterMs`: no busy loops from fast runs, no lost callers from slow ones. */
const minRetryMs = 100;
const maxRetryMs = 60_000;
/** What a run is taken to last before one has ended. */
const assumedRunMs = 1000;
/** Weight of the newest run time in the mean: about the last eight runs count. */
const newestWeight = 1 / 8;

/**
 * First in, first out among the runs that may start. Holds at most `maxQueued + maxRunning` runs, of which at most
 * `maxRunning` run.
 */
export class RunQueue {
  readonly #limits: QueueLimits;
  readonly #now: () => number;
  /** In order of admission; whether the run may start. */
  readonly #waiting = new Map<string, boolean>();
  /** When each began. */
  readonly #running = new Map<string, number>();
  #meanRunMs = assumedRunMs;

  constructor(limits: QueueLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /**
   * Takes a run in; it waits, and does not start before `markReady`.
   *
   * @returns how many waiting runs are ahead of it.
   * @throws QUEUE_FULL with the time after which a place is likely to be free.
   */
  admit(runId: string): number {
    assert(
      !this.#waiting.has(runId) && !this.#running.has(runId),
      `Run ${runId} is admitted twice.`,
    );
    const { maxQueued, maxRunning, subject = 'runs' } = this.#limits;
    const heldCount = this.#waiting.size + this.#running.size;
    if (heldCount >= maxQueued + maxRunning) {
      throw new InfillError(
        'QUEUE_FULL',
        `${heldCount} ${subject} are admitted; the limit is ${maxRunning} running and ${maxQueued} waiting.`,
        { retryAfterMs: this.#retryAfterMs() },
      );
    }
    const position = this.#waiting.size;
    this.#waiting.set(runId, false);
    return position;
  }

  /** Lets a waiting run be started; its place stays that of its admission. */
  markReady(runId: string): void {
    assert(this.#waiting.has(runId), `Run ${runId} is not waiting.`);
    this.#waiting.set(runId, true);
  }

  /** Moves the first ready run that `canStart` accepts from waiting to running; null when no slot is free or none may start. */
  startNext(canStart: (runId: string) => boolean): string | null {
    if (this.#running.size >= this.#limits.maxRunning) return null;
    for (const [runId, isReady] of this.#waiting) {
      if (!isReady || !canStart(runId)) continue;
      this.#waiting.delete(runId);
      this.#running.set(runId, this.#now());
      return runId;
    }
    return null;
  }

  /** Takes a waiting run out. @returns false when it was not waiting. */
  remove(runId: string): boolean {
    return this.#waiting.delete(runId);
  }

  /** Frees the slot of a running run. */
  finish(runId: string): void {
    const startedAt = this.#running.get(runId);
    assert(startedAt !== undefined, `Run ${runId} is not running.`);
    this.#running.delete(runId);
    this.#meanRunMs += (this.#now() - startedAt - this.#meanRunMs) * newestWeight;
  }

  /** With every slot taken, one run ends per mean run time over the number of slots. */
  #retryAfterMs(): number {
    const perPlaceMs = Math.ceil(this.#meanRunMs / this.#limits.maxRunning);
    return Math.min(Math.max(perPlaceMs, minRetryMs), maxRetryMs);
  }
}
