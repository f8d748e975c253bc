import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunLog } from '../../src/dispatch/run-log.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { InfillInput } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { collect, committed, completed, startReading, story } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);
let submissions = 0;
/** An input with a key that no other test has. */
function named(changes: Partial<InfillInput> = {}): InfillInput {
  submissions += 1;
  return { ...input, idempotencyKey: `submission ${submissions}`, ...changes };
}

describe('a submission that is sent again', () => {
  it('is the same run, live or finished, and charged once', async () => {
    const { service, dispatcher, ledger } = setUp();
    const asked = named();
    const { id } = await service.submitInfill(asked, viewer);
    expect(await service.submitInfill(asked, viewer)).toMatchObject({ id, status: 'QUEUED' });
    const streamed = collect(service.streamInfill(asked, viewer, never));
    const waited = service.infill(asked, viewer, never);
    dispatcher.tell(id, { type: 'started' }, committed, completed);
    expect(story(await streamed)).toEqual(['0 queued', '1 started', '2 committed', '3 completed']);
    expect(await waited).toMatchObject({ id, status: 'COMPLETED' });
    expect(await service.infill(asked, viewer, never)).toMatchObject({ id, status: 'COMPLETED' });
    expect(await service.submitInfill(asked, viewer)).toMatchObject({ id, status: 'COMPLETED' });
    expect(await collect(service.streamInfill(asked, viewer, never))).toEqual(await streamed);
    expect([dispatcher.admitted, ledger.charged]).toEqual([[id], [1]]);
  });

  it('is refused with another input, and the same with another seed drawn or another wait', async () => {
    const { service, dispatcher } = setUp();
    const asked = named();
    const { id } = await service.submitInfill(asked, viewer);
    const others = [
      { samples: 2 },
      { seed: 42n },
      { store: 'NONE' },
      { priority: 'BATCH' },
    ] as const;
    for (const changes of others) {
      expect(await codeOf(service.submitInfill({ ...asked, ...changes }, viewer))).toBe('CONFLICT');
    }
    dispatcher.tell(id, completed);
    await service.settled();
    expect(await service.infill({ ...asked, waitMs: 5 }, viewer, never)).toMatchObject({ id });
    expect(await codeOf(service.submitInfill({ ...asked, samples: 2 }, viewer))).toBe('CONFLICT');
  });

  it('is refused for what is wrong with it before its name is looked up', async () => {
    const { service, dispatcher } = setUp();
    const asked = named();
    const { id } = await service.submitInfill(asked, viewer);
    const problem = { path: ['model'], message: 'No.', value: null, limit: null };
    const problems = [{ ...problem, code: 'UNKNOWN_MODEL' as const }];
    const again = service.submitInfill({ ...asked, problems }, viewer);
    await expect(again).rejects.toMatchObject({ problems });
    expect(await service.submitInfill({ ...asked, problems: [] }, viewer)).toMatchObject({ id });
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it.each(['FULL', 'NONE'] as const)(
    'is a run of each owner, also when they send it at once, and %s is kept of it',
    async (store) => {
      const { service, dispatcher } = setUp();
      const asked = named({ store });
      const owners = [viewer, { ...viewer, owner: 'other' }];
      const send = () => Promise.all(owners.map((owner) => service.submitInfill(asked, owner)));
      const first = await send();
      expect(first.map(({ owner }) => owner)).toEqual([viewer.owner, 'other']);
      expect((await send()).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
      for (const { id } of first) dispatcher.tell(id, completed);
      await service.settled();
    },
  );

  it('may be tried again when it was refused', async () => {
    const { service, dispatcher, ledger } = setUp();
    const asked = named();
    dispatcher.isFull = true;
    expect(await codeOf(service.submitInfill(asked, viewer))).toBe('QUEUE_FULL');
    dispatcher.isFull = false;
    const { id } = await service.submitInfill(asked, viewer);
    expect(ledger).toMatchObject({ charged: [1, 1], refunded: [1] });
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('answers with the interrupted run after a restart', async () => {
    const { service, options } = setUp();
    const asked = named();
    const { id } = await service.submitInfill(asked, viewer);
    await interruptUnfinished(store.database, new Date());
    const restarted = new InfillService({
      ...options,
      runLog: new RunLog({ now: Date.now, maxLag: 256 }),
    });
    const error = { code: 'INTERRUPTED' };
    const ended = { id, status: 'FAILED', error };
    expect(await restarted.infill(asked, viewer, never)).toMatchObject(ended);
    expect(await collect(restarted.streamInfill(asked, viewer, never))).toMatchObject([
      { infillId: id, type: 'queued' },
      { infillId: id, type: 'failed', error },
    ]);
  });

  it('finds the run that another process has stored meanwhile', async () => {
    const { service, options, dispatcher, ledger } = setUp();
    const other = new InfillService({
      ...options,
      runLog: new RunLog({ now: Date.now, maxLag: 256 }),
    });
    const asked = named();
    const ids = await Promise.all(
      [service, other].map(async (each) => (await each.submitInfill(asked, viewer)).id),
    );
    const [id = ''] = ids;
    expect(ids).toEqual([id, id]);
    expect(new Set(dispatcher.admitted)).toEqual(new Set([id, ...dispatcher.released]));
    expect(ledger.charged.length - ledger.refunded.length).toBe(1);
    dispatcher.tell(id, completed);
    await Promise.all([service.settled(), other.settled()]);
  });
});

describe('calls that come together', () => {
  it('start one run per key and input, whatever their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom(1, 2), { minLength: 2, maxLength: 5 }),
        async (scheduler, samples) => {
          const { service, dispatcher, ledger } = setUp();
          const { prepare } = dispatcher;
          dispatcher.prepare = scheduler.scheduleFunction(prepare.bind(dispatcher));
          const asked = named();
          const calls = samples.map((count) =>
            service.submitInfill({ ...asked, samples: count }, viewer).then(
              ({ id }) => id,
              (error: { code: string }) => error.code,
            ),
          );
          await scheduler.waitFor(Promise.all(calls));
          const [first] = samples;
          const answers = await Promise.all(calls);
          const [id = ''] = dispatcher.admitted;
          expect(dispatcher.admitted).toEqual([id]);
          expect(answers).toEqual(samples.map((count) => (count === first ? id : 'CONFLICT')));
          expect(ledger.charged).toEqual([first]);
          dispatcher.tell(id, completed);
          await service.settled();
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);

  it('of a submission that is refused are all refused', async () => {
    const { service, dispatcher, notices } = setUp();
    dispatcher.isFull = true;
    const asked = named();
    const calls = [1, 2].map(() => codeOf(service.submitInfill(asked, viewer)));
    expect(await Promise.all(calls)).toEqual(['QUEUE_FULL', 'QUEUE_FULL']);
    const rejected = { type: 'rejected', code: 'QUEUE_FULL' };
    expect(notices).toEqual([rejected, rejected]);
  });
});

describe('a subscription that is sent again', () => {
  it('attaches, and the first may leave', async () => {
    const { service, dispatcher } = setUp();
    const asked = named();
    const first = await startReading(service.streamInfill(asked, viewer, never));
    const again = await startReading(service.streamInfill(asked, viewer, never));
    expect(again.first).toEqual(first.first);
    await first.leave();
    const [id = ''] = dispatcher.admitted;
    dispatcher.tell(id, { type: 'started' }, completed);
    expect((await again.reader.next()).value).toMatchObject({ type: 'started' });
    expect((await again.reader.next()).value).toMatchObject({ type: 'completed' });
    expect(dispatcher.cancelled).toEqual([]);
  });
});
