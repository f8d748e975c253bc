/**
 * A rate that lets bursts through: a bucket that is full at first, and fills up again over a minute.
 *
 * Knows numbers and times; knows not what is taken.
 */

const minuteMs = 60_000;

/** A bucket at a time. */
export class TokenBucket {
  readonly #capacity: number;
  /** In units of which a minute has as many as it has milliseconds: whole numbers, which sum exactly. */
  #level: number;
  #at: number;

  /** @param capacity - what it holds, and what flows into it in a minute: an integer from 1 to 10^11. */
  constructor(capacity: number, now: number) {
    this.#capacity = capacity;
    this.#level = capacity * minuteMs;
    this.#at = now;
  }

  /** What is in it; milliseconds are whole ones. */
  levelAt(now: number): number {
    this.#fillUntil(now);
    return this.#level / minuteMs;
  }

  /**
   * Takes `amount` out where as much is in it.
   *
   * @param amount - an integer, at most the capacity.
   * @returns 0 when it was taken, else the milliseconds until as much is in it.
   */
  take(amount: number, now: number): number {
    this.#fillUntil(now);
    const missing = amount * minuteMs - this.#level;
    if (missing > 0) return Math.ceil(missing / this.#capacity);
    this.#level -= amount * minuteMs;
    return 0;
  }

  /** Puts back what was taken. */
  putBack(amount: number, now: number): void {
    this.#fillUntil(now);
    this.#add(amount * minuteMs);
  }

  #fillUntil(now: number): void {
    // A clock that was set back fills nothing and takes nothing.
    this.#add(Math.max(0, now - this.#at) * this.#capacity);
    this.#at = now;
  }

  #add(units: number): void {
    this.#level = Math.min(this.#capacity * minuteMs, this.#level + units);
  }
}
