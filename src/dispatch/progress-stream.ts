/**
 * The progress of one run on its way to its one reader.
 *
 * Knows order and the end; knows no worker and no log.
 */
import type { RunProgress } from '../decoding/run-event.ts';
import { isTerminal } from './terminal.ts';

/**
 * Pushed at one side, iterated once at the other; ends after the terminal entry. A reader that leaves early
 * drops what follows and leaves the run alone.
 */
export class ProgressStream implements AsyncIterableIterator<RunProgress> {
  #held: RunProgress[] = [];
  #isEnded: boolean = false;
  #wake: () => void = () => undefined;

  /** Adds an entry; after the terminal one, nothing is added. */
  push(progress: RunProgress): void {
    if (this.#isEnded) return;
    this.#held.push(progress);
    this.#isEnded = isTerminal(progress.type);
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<RunProgress, undefined>> {
    for (;;) {
      const value = this.#held.shift();
      if (value !== undefined) return { value, done: false };
      if (this.#isEnded) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<RunProgress, undefined>> {
    this.#isEnded = true;
    this.#held = [];
    this.#wake();
    return { value: undefined, done: true };
  }
}
