/**
 * How long to wait before a failed worker is started again.
 *
 * Knows failures and how long the worker lived; knows no process and no timer.
 */

/** Milliseconds. */
export type BackOffTiming = {
  /** The wait after a first failure; it doubles with each further one. */
  readonly firstRestartMs: number;
  readonly maxRestartMs: number;
  /** A worker that lived this long starts the count anew. */
  readonly healthyMs: number;
};

/** Counts failures in a row. */
export class BackOff {
  readonly #timing: BackOffTiming;
  #failures = 0;

  constructor(timing: BackOffTiming) {
    this.#timing = timing;
  }

  /** Counts one failure of a worker that had been ready for `livedMs` (0: never); returns the wait in milliseconds. */
  next(livedMs: number): number {
    const { firstRestartMs, maxRestartMs, healthyMs } = this.#timing;
    if (livedMs >= healthyMs) this.#failures = 0;
    const waitMs = Math.min(firstRestartMs * 2 ** this.#failures, maxRestartMs);
    this.#failures += 1;
    return waitMs;
  }
}
