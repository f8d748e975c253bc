/**
 * Who goes first: batch work waits while interactive work is there.
 *
 * Knows that there is interactive work, and how much; knows neither runs nor scores.
 */

/** People wait for what is INTERACTIVE; what is BATCH takes the time that is left. */
export type Priority = 'INTERACTIVE' | 'BATCH';

/** Counts interactive work. */
export class Precedence {
  #count = 0;
  readonly #paused = new Set<() => void>();

  /** Whether interactive work is there. */
  get isTaken(): boolean {
    return this.#count > 0;
  }

  /** Interactive work begins. @returns what ends it, once. */
  enter(): () => void {
    this.#count += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#count -= 1;
      if (this.#count === 0) this.#resume();
    };
  }

  /** Hears what has come, and lets interactive work go first; ends early when `signal` is aborted. */
  async giveWay(signal: AbortSignal): Promise<void> {
    await newsHeard();
    await this.pause(signal);
  }

  /** Waits until no interactive work is there, or `signal` is aborted. */
  async pause(signal: AbortSignal): Promise<void> {
    while (this.isTaken && !signal.aborted) await this.#change(signal);
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#paused.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#paused.add(end);
      signal.addEventListener('abort', end);
    });
  }

  #resume(): void {
    for (const end of [...this.#paused]) end();
  }
}

/** A pass holds the thread: what was sent to it meanwhile is read before the next one begins, and may go first. */
export function newsHeard(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
