/**
 * A promise settled from outside, and waiting with a limit.
 *
 * Knows time-outs; knows no worker and no run.
 */

/** A promise with its own resolver. */
export type Deferred<T> = { readonly promise: Promise<T>; readonly resolve: (value: T) => void };

/** Returns a promise that stays pending until `resolve` is called; later calls do nothing. */
export function createDeferred<T>(): Deferred<T> {
  const settle: { resolve?: (value: T) => void } = {};
  const promise = new Promise<T>((resolve) => {
    settle.resolve = resolve;
  });
  return { promise, resolve: (value) => settle.resolve?.(value) };
}

/** Waits for `promise` at most `timeoutMs`; `onTimeout` is the answer when that passes first. */
export async function within<T, U>(
  promise: Promise<T>,
  timeoutMs: number,
  onTimeout: U,
): Promise<T | U> {
  const timeout = createDeferred<U>();
  const timer = setTimeout(() => timeout.resolve(onTimeout), timeoutMs);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
