import { expect, it } from 'vitest';
import { findRunByKey, insertRun } from '../../src/store/runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { sampleRun } from './support/sample-runs.ts';

it('stores one run of an owner per idempotency key, and finds it by that', async () => {
  const { database, close } = await openTestStore();
  const insert = (owner: string) =>
    insertRun(database, sampleRun({ owner, idempotencyKey: 'attempt-1', inputDigest: 'd' }));
  const both = await Promise.allSettled([insert('one'), insert('one')]);
  const [stored] = both.flatMap((insertion) =>
    insertion.status === 'fulfilled' ? [insertion.value] : [],
  );
  expect(both.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'CONFLICT' } },
  ]);
  const other = await insert('two');
  expect(await findRunByKey(database, 'one', 'attempt-1')).toEqual(stored);
  expect(await findRunByKey(database, 'two', 'attempt-1')).toEqual(other);
  expect(await findRunByKey(database, 'one', 'attempt-2')).toBeNull();
  await close();
}, 60_000);
