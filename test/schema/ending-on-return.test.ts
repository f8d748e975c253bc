import { describe, expect, it } from 'vitest';
import { endingOnReturn } from '../../schema/ending-on-return.ts';

/** Yields 1, then waits for its signal. */
function waiting(record: string[]) {
  return async function* (signal: AbortSignal) {
    record.push('started');
    try {
      yield 1;
      await new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
    } finally {
      record.push('ended');
    }
  };
}

describe('endingOnReturn', () => {
  it('ends a stream that waits when its reader leaves', async () => {
    const record: string[] = [];
    const stream = endingOnReturn(waiting(record), new AbortController().signal);
    await stream.next();
    const pending = stream.next();
    await stream.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(record).toEqual(['started', 'ended']);
  });

  it('ends a stream that waits when the client is gone', async () => {
    const record: string[] = [];
    const gone = new AbortController();
    const stream = endingOnReturn(waiting(record), gone.signal);
    await stream.next();
    const pending = stream.next();
    gone.abort();
    expect((await pending).done).toBe(true);
    expect(record).toEqual(['started', 'ended']);
  });

  it('starts nothing for a client that is gone already', async () => {
    const record: string[] = [];
    const stream = endingOnReturn(waiting(record), AbortSignal.abort());
    expect((await stream.next()).done).toBe(true);
    expect(record).toEqual([]);
  });

  it('starts nothing when it is left before the first entry', async () => {
    const record: string[] = [];
    const stream = endingOnReturn(waiting(record), new AbortController().signal);
    await stream.return?.();
    expect((await stream.next()).done).toBe(true);
    expect(record).toEqual([]);
  });
});
