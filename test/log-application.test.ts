import { expect, it } from 'vitest';
import { InfillError } from '../src/errors.ts';
import { logApplication } from '../src/log-application.ts';
import { createLogger } from '../src/server/logger.ts';

it('says which run could not be stored and where that failed, without the message of the driver', () => {
  const lines: string[] = [];
  const logger = createLogger('trace', { write: (line) => void lines.push(line) });
  const driver = new Error('insert into "runs" … params: xqzjkvwp');
  const failure = new InfillError('STORE_FAILED', 'The store could not insert the run.', {
    cause: driver,
  });
  logApplication(logger).onStoreFailure('run-1', failure);
  const [line = ''] = lines;
  expect(JSON.parse(line)).toMatchObject({ runId: 'run-1', error: { code: 'STORE_FAILED' } });
  expect(JSON.parse(line).error.cause.frames[0]).toContain('log-application.test');
  expect(line).not.toContain('xqzjkvwp');
});
