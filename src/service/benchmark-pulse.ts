/**
 * How far benchmarks are, and who is told when that changes.
 *
 * Counts in memory; what is stored is the truth. Knows no unit.
 */

/** How far a benchmark is. */
export type BenchmarkProgress = {
  /** Units that are over, failed ones included. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** Null until a unit is done, and once it is over. */
  readonly secondsLeft: number | null;
};

type Counts = Pick<BenchmarkProgress, 'done' | 'failed' | 'total'>;
type Pulse = Counts & { readonly startedAt: number; readonly doneBefore: number };

/** The progress of benchmarks of this process. */
export class BenchmarkPulse {
  readonly #now: () => number;
  readonly #pulses = new Map<string, Pulse>();
  /** Resolved, and replaced, when something changes. */
  readonly #waiters = new Set<() => void>();

  /** @param now - milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  start(id: string, counts: Counts): void {
    this.#pulses.set(id, { ...counts, startedAt: this.#now(), doneBefore: counts.done });
    this.#tell();
  }

  unitDone(id: string, hasFailed: boolean): void {
    const pulse = this.#pulses.get(id);
    if (pulse === undefined) return;
    const failed = pulse.failed + (hasFailed ? 1 : 0);
    this.#pulses.set(id, { ...pulse, done: pulse.done + 1, failed });
    this.#tell();
  }

  over(id: string): void {
    this.#pulses.delete(id);
    this.#tell();
  }

  /** Undefined of a benchmark that is not being worked at. */
  progressOf(id: string): BenchmarkProgress | undefined {
    const pulse = this.#pulses.get(id);
    if (pulse === undefined) return undefined;
    const { done, failed, total, startedAt, doneBefore } = pulse;
    const perUnit = (this.#now() - startedAt) / (done - doneBefore) / 1000;
    const secondsLeft = done === doneBefore ? null : Math.round(perUnit * (total - done));
    return { done, failed, total, secondsLeft };
  }

  /** Resolves when some benchmark has gone on, or `signal` aborts. */
  changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #tell(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}
