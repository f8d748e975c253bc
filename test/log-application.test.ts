import { expect, it } from 'vitest';
import { InfillError } from '../src/errors.ts';
import { logApplication } from '../src/log-application.ts';
import { createLogger } from '../src/server/logger.ts';

it('says that the database is lost, and that it is back', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const { onHeld } = logApplication(logger);
  onHeld?.(false);
  onHeld?.(true);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 50, msg: expect.stringContaining('cannot be reached') },
    { level: 30, msg: 'the database is back' },
  ]);
});

it('says which benchmark cannot go on, and where that began', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  logApplication(logger).onBenchmarkFailure?.('b', new TypeError('A defect.'));
  const [line = ''] = lines;
  expect(JSON.parse(line)).toMatchObject({ level: 50, benchmarkId: 'b' });
  expect(JSON.parse(line).error.frames[0]).toContain('log-application.test');
});

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
