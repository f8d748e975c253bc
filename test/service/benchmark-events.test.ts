import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { followBenchmark } from '../../src/service/benchmark-events.ts';
import { BenchmarkPulse } from '../../src/service/benchmark-pulse.ts';
import type { BenchmarkRow } from '../../src/store/benchmarks.ts';

const over = { id: 'b', finishedAt: new Date(0) } as BenchmarkRow;
const far = { done: 2, failed: 0, total: 2, secondsLeft: null };

it('leaves nothing behind that waits for a change once the end is told', async () => {
  const now = () => 0;
  const pulse = new BenchmarkPulse(now);
  const waiting: AbortSignal[] = [];
  const changed = (signal: AbortSignal) => {
    waiting.push(signal);
    return pulse.changed(signal);
  };
  const { signal } = new AbortController();
  const events = followBenchmark(
    {
      ...{ read: async () => over, progress: async () => far, now },
      ...{ pulse: { changed }, schedule: () => () => undefined },
    },
    null,
    signal,
  );
  const told = [];
  for await (const { type, seq } of events) told.push([type, seq]);
  expect(told).toEqual([['ended', 3]]);
  expect(waiting.map(({ aborted }) => aborted)).toEqual([true]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
