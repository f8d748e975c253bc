/**
 * Loaded into a server's main process before the server (`--import`): the delay of its event loop between the first and
 * the second SIGUSR2, written as JSON to the file that EVENT_LOOP_REPORT names. Milliseconds: p50, p99, max; samples.
 *
 * A delay is how much later than asked for a timer of 10 ms fires. Children inherit the setting and are told apart by
 * their script.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 10;
const file = process.env.EVENT_LOOP_REPORT;

if (file !== undefined && process.argv[1]?.endsWith('main.js')) {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  process.once('SIGUSR2', () => {
    histogram.enable();
    process.once('SIGUSR2', () => {
      histogram.disable();
      writeFileSync(file, JSON.stringify(reportOf(histogram)));
    });
  });
}

function reportOf(histogram) {
  // What is recorded is the time between two timers, in nanoseconds.
  const delayOf = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return {
    p50: delayOf(histogram.percentile(50)),
    p99: delayOf(histogram.percentile(99)),
    max: delayOf(histogram.max),
    samples: histogram.count,
  };
}
