/**
 * A clock that stands still until a test moves it.
 */
import type { Schedule } from '../../../src/service/schedule.ts';

/** Time, and what is due at which. */
export class ManualClock {
  #now = Date.now();
  readonly #due = new Set<{ readonly at: number; readonly work: () => void }>();

  /** How much work is still due. */
  get pendingCount(): number {
    return this.#due.size;
  }

  readonly now = (): number => this.#now;

  readonly schedule: Schedule = (ms, work) => {
    const entry = { at: this.#now + ms, work };
    this.#due.add(entry);
    return () => void this.#due.delete(entry);
  };

  /** Lets so many milliseconds pass, and does what comes due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextBy(end); next !== undefined; next = this.#nextBy(end)) {
      this.#due.delete(next);
      this.#now = next.at;
      next.work();
    }
    this.#now = end;
  }

  #nextBy(end: number) {
    const [first] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    return first;
  }
}
