/**
 * Several observers of one application as one.
 */
import type { ApplicationObserver } from './application.ts';

/** Tells each of them, in order. */
export function observeTogether(observers: readonly ApplicationObserver[]): ApplicationObserver {
  return {
    onWorker: (notice) => {
      for (const { onWorker } of observers) onWorker(notice);
    },
    onStoreFailure: (runId, cause) => {
      for (const { onStoreFailure } of observers) onStoreFailure(runId, cause);
    },
    onBenchmarkFailure: (benchmarkId, cause) => {
      for (const { onBenchmarkFailure } of observers) onBenchmarkFailure?.(benchmarkId, cause);
    },
    onRun: (notice) => {
      for (const { onRun } of observers) onRun(notice);
    },
    onHeld: (isHeld) => {
      for (const { onHeld } of observers) onHeld?.(isHeld);
    },
  };
}
