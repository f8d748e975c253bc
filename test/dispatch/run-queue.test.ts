import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunQueue } from '../../src/dispatch/run-queue.ts';

const always = () => true;

describe('RunQueue', () => {
  it('starts runs in the order of their admission, as slots become free', () => {
    const queue = new RunQueue({ maxQueued: 2, maxRunning: 1 }, () => 0);
    for (const runId of ['a', 'b', 'c']) {
      queue.admit(runId);
      queue.markReady(runId);
    }

    expect(queue.startNext(always)).toBe('a');
    expect(queue.startNext(always)).toBeNull();
    queue.finish('a');
    expect(queue.startNext(always)).toBe('b');
  });

  it('does not start a run that is admitted but not ready', () => {
    const queue = new RunQueue({ maxQueued: 2, maxRunning: 1 }, () => 0);
    queue.admit('a');

    expect(queue.startNext(always)).toBeNull();
    queue.markReady('a');
    expect(queue.startNext(always)).toBe('a');
  });

  it('passes over a run that cannot start yet and keeps its place', () => {
    const queue = new RunQueue({ maxQueued: 2, maxRunning: 2 }, () => 0);
    for (const runId of ['a', 'b', 'c']) {
      queue.admit(runId);
      queue.markReady(runId);
    }

    expect(queue.startNext((runId) => runId !== 'a')).toBe('b');
    expect(queue.startNext(always)).toBe('a');
  });

  it('tells how many waiting runs are ahead', () => {
    const queue = new RunQueue({ maxQueued: 3, maxRunning: 1 }, () => 0);

    expect(queue.admit('a')).toBe(0);
    queue.markReady('a');
    queue.startNext(always);
    expect(queue.admit('b')).toBe(0);
    expect(queue.admit('c')).toBe(1);
  });

  it('refuses a run beyond its bound with the mean time until a place is free', () => {
    let nowMs = 0;
    const queue = new RunQueue({ maxQueued: 0, maxRunning: 2 }, () => nowMs);
    const run = (runId: string, runMs: number) => {
      queue.admit(runId);
      queue.markReady(runId);
      queue.startNext(always);
      nowMs += runMs;
      queue.finish(runId);
    };
    for (let count = 0; count < 100; count += 1) run('short', 500);
    queue.admit('a');
    queue.admit('b');

    expect(() => queue.admit('c')).toThrow(
      expect.objectContaining({ code: 'QUEUE_FULL', retryAfterMs: 251 }),
    );
  });

  it('has a place again once a waiting run is removed', () => {
    const queue = new RunQueue({ maxQueued: 0, maxRunning: 1 }, () => 0);
    queue.admit('a');

    expect(queue.remove('a')).toBe(true);
    expect(queue.remove('a')).toBe(false);
    expect(queue.admit('b')).toBe(0);
  });

  it('does not remove a running run', () => {
    const queue = new RunQueue({ maxQueued: 1, maxRunning: 1 }, () => 0);
    queue.admit('a');
    queue.markReady('a');
    queue.startNext(always);

    expect(queue.remove('a')).toBe(false);
    expect(queue.runningCount).toBe(1);
  });

  it('keeps its bounds and its order, and never loses a run or starts one twice, whatever happens', () => {
    const step = fc.record({
      type: fc.constantFrom('admit', 'admit', 'markReady', 'start', 'remove', 'finish'),
      pick: fc.nat(),
    });
    const property = fc.property(
      fc.nat(4),
      fc.integer({ min: 1, max: 4 }),
      fc.array(step),
      (...drawn) => {
        const [maxQueued, maxRunning, steps] = drawn;
        const pair = new QueueBesideLists(maxQueued, maxRunning);
        for (const { type, pick } of steps) {
          pair[type](pick);
          pair.check();
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});

/** A queue beside a plain account of it: one list of waiting runs in order of admission, one of running ones. */
class QueueBesideLists {
  readonly #maxQueued: number;
  readonly #maxRunning: number;
  readonly #queue: RunQueue;
  readonly #waiting: { runId: string; isReady: boolean }[] = [];
  readonly #running: string[] = [];
  #admittedCount = 0;

  constructor(maxQueued: number, maxRunning: number) {
    this.#maxQueued = maxQueued;
    this.#maxRunning = maxRunning;
    this.#queue = new RunQueue({ maxQueued, maxRunning }, () => 0);
  }

  admit(): void {
    const runId = `run ${this.#admittedCount}`;
    if (this.#waiting.length + this.#running.length >= this.#maxQueued + this.#maxRunning) {
      expect(() => this.#queue.admit(runId)).toThrow(
        expect.objectContaining({ code: 'QUEUE_FULL' }),
      );
      return;
    }
    expect(this.#queue.admit(runId)).toBe(this.#waiting.length);
    this.#waiting.push({ runId, isReady: false });
    this.#admittedCount += 1;
  }

  markReady(pick: number): void {
    const run = this.#waiting[pick % this.#waiting.length];
    if (run === undefined) return;
    run.isReady = true;
    this.#queue.markReady(run.runId);
  }

  start(): void {
    const isFree = this.#running.length < this.#maxRunning;
    const index = isFree ? this.#waiting.findIndex(({ isReady }) => isReady) : -1;
    const [next] = index === -1 ? [] : this.#waiting.splice(index, 1);
    expect(this.#queue.startNext(always)).toBe(next?.runId ?? null);
    if (next !== undefined) this.#running.push(next.runId);
  }

  remove(pick: number): void {
    const [run] = this.#waiting.splice(pick % (this.#waiting.length || 1), 1);
    if (run !== undefined) expect(this.#queue.remove(run.runId)).toBe(true);
  }

  finish(pick: number): void {
    const [runId] = this.#running.splice(pick % (this.#running.length || 1), 1);
    if (runId !== undefined) this.#queue.finish(runId);
  }

  check(): void {
    const { waitingCount, runningCount } = this.#queue;
    expect([waitingCount, runningCount]).toEqual([this.#waiting.length, this.#running.length]);
    expect(runningCount).toBeLessThanOrEqual(this.#maxRunning);
  }
}
