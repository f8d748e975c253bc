/**
 * What a log says of an application's workers and store.
 */
import type { ApplicationObserver } from './application.ts';
import { describeError } from './server/describe-error.ts';
import type { Logger } from './server/logger.ts';

/** Tells `logger` what an operator wants to know. */
export function logApplication(logger: Logger): ApplicationObserver {
  return {
    onWorker: (notice) =>
      notice.type === 'failed'
        ? logger.error(notice, 'worker failed')
        : logger.info(notice, 'worker ready'),
    onStoreFailure: (runId, cause) =>
      logger.error({ runId, error: describeError(cause) }, 'a run could not be stored'),
  };
}
