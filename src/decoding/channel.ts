/**
 * A queue between one producer and one consumer, read as an async iterable.
 *
 * Unbounded: its producers push at most one entry per decode step of one run.
 */

/** Entries in the order they were pushed; ends after `end`. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #entries: T[] = [];
  #isEnded = false;
  #wake: (() => void) | null = null;

  push(entry: T): void {
    this.#entries.push(entry);
    this.#wake?.();
  }

  /** What was pushed before is still delivered. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      yield* this.#entries.splice(0);
      if (this.#entries.length > 0) continue;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
