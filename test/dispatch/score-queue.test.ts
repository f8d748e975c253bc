import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../src/dispatch/deferred.ts';
import { ScoreQueue } from '../../src/dispatch/score-queue.ts';
import { InfillError } from '../../src/errors.ts';

const never = new AbortController().signal;
const stopped = new InfillError('SHUTTING_DOWN', 'Stopped.', { retryAfterMs: 7 });

function createQueue(maxQueued = 8) {
  const pack = { isReady: true };
  const queue = new ScoreQueue({ maxQueued, canStart: () => pack.isReady, now: () => 0 });
  const begun: string[] = [];
  const signals: AbortSignal[] = [];
  /** A score that begins in its turn and ends when `end` is called. */
  const hold = (name: string, signal = never) => {
    const { promise, resolve } = createDeferred<string>();
    const work = (own: AbortSignal) => {
      begun.push(name);
      signals.push(own);
      return promise;
    };
    const settled = queue.run(work, signal).catch((error: InfillError) => error.code);
    return { settled, end: () => resolve(name) };
  };
  return { queue, pack, begun, signals, hold };
}

describe('scores', () => {
  it('take turns in their order', async () => {
    const { hold, begun } = createQueue();
    const [first, second] = [hold('first'), hold('second')];
    await setImmediate();
    expect(begun).toEqual(['first']);
    first.end();
    expect(await first.settled).toBe('first');
    await setImmediate();
    expect(begun).toEqual(['first', 'second']);
    second.end();
    expect(await second.settled).toBe('second');
  });

  it('are refused beyond the bound, with a time to come back', async () => {
    const { queue, hold } = createQueue(1);
    const held = [hold('running'), hold('waiting')];
    await expect(queue.run(async () => 'late', never)).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      message: expect.stringContaining(' scores are admitted'),
      retryAfterMs: 1000,
    });
    for (const { end } of held) end();
    await Promise.all(held.map(({ settled }) => settled));
    expect(await queue.run(async () => 'later', never)).toBe('later');
  });

  it('give their turn on when they fail', async () => {
    const { queue } = createQueue();
    const failing = queue.run(() => Promise.reject(new InfillError('WORKER_FAILED', 'No.')), never);
    const next = queue.run(async () => 'next', never);
    await expect(failing).rejects.toThrow('No.');
    expect(await next).toBe('next');
  });

  it('wait while their pack takes no jobs', async () => {
    const { queue, pack, begun, hold } = createQueue();
    pack.isReady = false;
    const { settled, end } = hold('waiting');
    await setImmediate();
    expect(begun).toEqual([]);
    pack.isReady = true;
    queue.startWaiting();
    end();
    expect(await settled).toBe('waiting');
  });
});

describe('a client that leaves', () => {
  it('is not scored at all when it has left before', async () => {
    const { hold, begun } = createQueue();
    expect(await hold('gone', AbortSignal.abort()).settled).toBe('CANCELLED');
    expect(begun).toEqual([]);
  });

  it('frees its place while it waits', async () => {
    const { hold, begun } = createQueue(1);
    const gone = new AbortController();
    const running = hold('running');
    const waiting = hold('waiting', gone.signal);
    gone.abort();
    expect(await waiting.settled).toBe('CANCELLED');
    const next = hold('next');
    for (const { end } of [running, next]) end();
    expect(await next.settled).toBe('next');
    expect(begun).toEqual(['running', 'next']);
  });

  it('ends its score and gives the turn on', async () => {
    const { hold, begun, signals } = createQueue();
    const gone = new AbortController();
    const running = hold('running', gone.signal);
    const next = hold('next');
    await setImmediate();
    gone.abort();
    expect(await running.settled).toBe('CANCELLED');
    next.end();
    expect(await next.settled).toBe('next');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(begun).toEqual(['running', 'next']);
  });
});

describe('stop', () => {
  it('ends what runs and what waits, and aborts the work', async () => {
    const { queue, hold, begun, signals } = createQueue();
    const held = [hold('running'), hold('waiting')];
    await setImmediate();
    queue.stop(stopped);
    expect(await Promise.all(held.map(({ settled }) => settled))).toEqual([
      'SHUTTING_DOWN',
      'SHUTTING_DOWN',
    ]);
    expect(begun).toEqual(['running']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await queue.isIdleWithin(0)).toBe(true);
  });

  it('comes after a grace in which scores may end', async () => {
    const { queue, hold } = createQueue();
    const { settled, end } = hold('running');
    expect(await queue.isIdleWithin(1)).toBe(false);
    const idle = queue.isIdleWithin(60_000);
    end();
    expect(await settled).toBe('running');
    expect(await idle).toBe(true);
  });
});
