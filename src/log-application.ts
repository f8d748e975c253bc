/**
 * What a log says of an application's workers, store and runs: ids, sizes and times.
 */
import type { ApplicationObserver } from './application.ts';
import { describeError } from './server/describe-error.ts';
import type { Logger } from './server/logger.ts';
import type { RetentionOptions } from './service/retention.ts';
import type { RunNotice } from './service/run-notice.ts';

/** Tells `logger` what an operator wants to know. */
export function logApplication(logger: Logger): ApplicationObserver {
  return {
    onWorker: (notice) =>
      notice.type === 'failed'
        ? logger.error(notice, 'worker failed')
        : logger.info(notice, 'worker ready'),
    onStoreFailure: (runId, cause) =>
      logger.error({ runId, error: describeError(cause) }, 'a run could not be stored'),
    onBenchmarkFailure: (benchmarkId, cause) =>
      logger.error({ benchmarkId, error: describeError(cause) }, 'a benchmark cannot go on'),
    onRun: (notice) => logRun(logger, notice),
    onHeld: (isHeld) =>
      isHeld
        ? logger.info('the database is back')
        : logger.error('the database cannot be reached, or another server has it'),
  };
}

/** Tells `logger` what is deleted because it has been kept long enough. */
export function logRetention(logger: Logger): Pick<RetentionOptions, 'onDeleted' | 'onFailure'> {
  return {
    onDeleted: (deleted) => logger.info(deleted, 'deleted what was kept long enough'),
    onFailure: (cause) =>
      logger.error({ error: describeError(cause) }, 'old runs could not be deleted'),
  };
}

/** Commits are many and say nothing of their own. */
function logRun(logger: Logger, { type, ...facts }: RunNotice): void {
  if (type === 'admitted' || type === 'ended') logger.info(facts, `run ${type}`);
  else if (type === 'started') logger.debug(facts, 'run started');
  else if (type === 'rejected') logger.debug(facts, 'input refused');
}
