/**
 * Streams that end when their reader leaves, also while they wait for their next entry.
 *
 * An async generator that is left while it waits finishes waiting first; its signal wakes it.
 */

/**
 * Starts a stream under a signal that aborts when `outer` does or when the iteration is left.
 *
 * Nothing is started before the first entry is asked for.
 */
export function endingOnReturn<T>(
  start: (signal: AbortSignal) => AsyncIterable<T>,
  outer: AbortSignal,
): AsyncIterableIterator<T> {
  const controller = new AbortController();
  let inner: AsyncIterator<T> | null = null;
  const stop = async () => {
    outer.removeEventListener('abort', stop);
    controller.abort();
    await inner?.return?.();
  };
  const finished = { done: true, value: undefined } as const;
  return {
    async next() {
      if (outer.aborted || controller.signal.aborted) return finished;
      if (inner === null) {
        inner = start(controller.signal)[Symbol.asyncIterator]();
        outer.addEventListener('abort', stop, { once: true });
      }
      const entry = await inner.next();
      if (entry.done === true) outer.removeEventListener('abort', stop);
      return entry;
    },
    async return() {
      await stop();
      return finished;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
