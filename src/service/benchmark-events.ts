/**
 * How far a benchmark is, told to a follower again and again up to its end.
 *
 * Knows progress; knows no unit and no figure.
 */
import type { BenchmarkRow } from '../store/benchmarks.ts';
import type { BenchmarkProgress, BenchmarkPulse } from './benchmark-pulse.ts';
import type { Schedule } from './schedule.ts';

/** How far a benchmark is, as its followers are told. `seq` grows with every unit, across restarts too. */
export type BenchmarkEvent = {
  readonly benchmarkId: string;
  readonly seq: number;
  readonly at: number;
  readonly type: 'progressed' | 'ended';
  readonly progress: BenchmarkProgress;
};

/** What a benchmark is followed with. */
export type FollowOptions = {
  /** The benchmark as it is. @throws UNKNOWN_BENCHMARK once it is gone */
  readonly read: () => Promise<BenchmarkRow>;
  readonly progress: (benchmark: BenchmarkRow) => Promise<BenchmarkProgress>;
  readonly pulse: Pick<BenchmarkPulse, 'changed'>;
  readonly schedule: Schedule;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Milliseconds between two events of one follower. */
const eventMs = 500;

/**
 * How far it is, at once and then at most twice a second, up to its end.
 *
 * @param after - only events with a larger `seq`; the end is told in any case. @throws as `read`
 */
export async function* followBenchmark(
  options: FollowOptions,
  after: number | null,
  signal: AbortSignal,
): AsyncGenerator<BenchmarkEvent> {
  const own = new AbortController();
  const end = () => own.abort();
  if (signal.aborted) return;
  signal.addEventListener('abort', end);
  try {
    yield* progressOf(options, after, own.signal);
  } finally {
    // Nothing of it waits for the next change of some benchmark, which may never come.
    signal.removeEventListener('abort', end);
    end();
  }
}

async function* progressOf(
  { read, progress, pulse, schedule, now }: FollowOptions,
  after: number | null,
  signal: AbortSignal,
): AsyncGenerator<BenchmarkEvent> {
  let last = after ?? -1;
  while (!signal.aborted) {
    const changed = pulse.changed(signal);
    const benchmark = await read();
    const far = await progress(benchmark);
    const isOver = benchmark.finishedAt !== null;
    const seq = far.done + (isOver ? 1 : 0);
    if (isOver || seq > last) {
      const type = isOver ? 'ended' : 'progressed';
      yield { benchmarkId: benchmark.id, seq, at: now(), type, progress: far };
      last = seq;
    }
    if (isOver) return;
    await pause(schedule, signal);
    await changed;
  }
}

function pause(schedule: Schedule, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      callOff();
      resolve();
    };
    const callOff = schedule(eventMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
