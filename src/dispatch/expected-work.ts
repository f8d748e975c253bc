/**
 * Interactive work that is on its way: its check was answered, and the run or score itself comes once it is stored and sent.
 *
 * Batch work is held until then, or it would take a step in between, and the newcomer would wait for two. Knows how long to
 * expect what may never come; knows no engine.
 */

/** Milliseconds: many times what it takes to charge, admit and store a run. */
const patienceMs = 250;

/** Holds batch work for what is expected. */
export class ExpectedWork {
  /** What ends each expectation, the oldest first. */
  readonly #ends = new Set<() => void>();

  /** Something is on its way. @param letGo - called once: when it has arrived, or is not expected any more */
  begin(letGo: () => void): void {
    const end = () => {
      clearTimeout(timer);
      this.#ends.delete(end);
      letGo();
    };
    const timer = setTimeout(end, patienceMs).unref();
    this.#ends.add(end);
  }

  /** What has been expected longest is there. */
  arrived(): void {
    const [end] = this.#ends;
    end?.();
  }
}
