import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import type { InfillInput } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { collect, committed, completed, until } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);

describe('deadlineMs', () => {
  it('cancels a run, queued or running, and keeps what is filled', async () => {
    const { service, dispatcher, clock } = setUp();
    dispatcher.cancelledOutcome = completed.outcome;
    const asked: InfillInput = { ...input, deadlineMs: 500 };
    const queued = await service.submitInfill(asked, viewer);
    const running = await service.submitInfill(asked, viewer);
    dispatcher.tell(running.id, { type: 'started' }, committed);
    clock.advance(499);
    expect(dispatcher.cancelled).toEqual([]);
    clock.advance(1);
    await service.settled();
    const ended = { status: 'CANCELLED', cancelReason: 'DEADLINE', outcome: completed.outcome };
    expect(await service.findInfills([queued.id, running.id], viewer)).toMatchObject([
      ended,
      ended,
    ]);
  });

  it('counts from when the call came, not from when it was checked', async () => {
    const { service, dispatcher, clock } = setUp();
    const { prepare } = dispatcher;
    dispatcher.prepare = async (...given) => {
      clock.advance(400);
      return prepare.apply(dispatcher, given);
    };
    const { id } = await service.submitInfill({ ...input, deadlineMs: 500 }, viewer);
    clock.advance(100);
    expect(dispatcher.cancelled).toEqual([id]);
    await service.settled();
  });

  it('passes unnoticed by a run that has ended', async () => {
    const { service, dispatcher, clock } = setUp();
    const { id } = await service.submitInfill({ ...input, deadlineMs: 500 }, viewer);
    dispatcher.tell(id, completed);
    await service.settled();
    clock.advance(500);
    expect(dispatcher.cancelled).toEqual([]);
  });
});

describe('waitMs', () => {
  it('answers with the run as it is then, which goes on whoever follows it', async () => {
    const { service, dispatcher, clock } = setUp();
    const asked: InfillInput = { ...input, waitMs: 50, onDisconnect: 'CANCEL' };
    const answer = service.infill(asked, viewer, never);
    await until(() => clock.pendingCount === 1);
    const [id = ''] = dispatcher.admitted;
    clock.advance(50);
    expect(await answer).toMatchObject({ id, status: 'QUEUED' });
    for await (const _ of service.infillEvents(id, null, viewer, never)) break;
    expect(dispatcher.cancelled).toEqual([]);
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('is no longer than the run', async () => {
    const { service, dispatcher } = setUp();
    const answer = service.infill({ ...input, waitMs: 600_000 }, viewer, never);
    await until(() => dispatcher.admitted.length === 1);
    dispatcher.tell(dispatcher.admitted[0] ?? '', completed);
    expect(await answer).toMatchObject({ status: 'COMPLETED' });
  });

  it('does not save the run of a client that leaves before', async () => {
    const { service, dispatcher } = setUp();
    const gone = new AbortController();
    const answer = service.infill({ ...input, waitMs: 600_000 }, viewer, gone.signal);
    await until(() => dispatcher.admitted.length === 1);
    gone.abort();
    await answer;
    expect(dispatcher.cancelled).toEqual(dispatcher.admitted);
    await service.settled();
  });
});

describe('supersedes', () => {
  it('cancels the other run once the new one is admitted', async () => {
    const { service, dispatcher } = setUp();
    const { id: old } = await service.submitInfill(input, viewer);
    const { id } = await service.submitInfill({ ...input, supersedes: old }, viewer);
    dispatcher.tell(id, completed);
    await service.settled();
    expect(await service.findInfills([old, id], viewer)).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'SUPERSEDED' },
      { status: 'COMPLETED', cancelReason: null },
    ]);
    const { id: third } = await service.submitInfill({ ...input, supersedes: id }, viewer);
    dispatcher.tell(third, completed);
    await service.settled();
    expect(await service.findInfills([id], viewer)).toMatchObject([{ status: 'COMPLETED' }]);
  });

  it('changes nothing when the new run is refused', async () => {
    const { service, dispatcher } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    const asked = { ...input, supersedes: id };
    dispatcher.isFull = true;
    expect(await codeOf(service.submitInfill(asked, viewer))).toBe('QUEUE_FULL');
    expect(dispatcher.cancelled).toEqual([]);
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('knows neither unknown runs nor those of others, and then admits nothing', async () => {
    const { service, dispatcher } = setUp();
    const theirs = await service.submitInfill(input, { ...viewer, owner: 'other' });
    for (const supersedes of [theirs.id, '01900000-0000-7000-8000-000000000000']) {
      const answer = service.submitInfill({ ...input, supersedes }, viewer);
      expect(await codeOf(answer)).toBe('UNKNOWN_RUN');
      const planned = service.planInfill({ ...input, supersedes }, viewer);
      expect(await codeOf(planned)).toBe('UNKNOWN_RUN');
      const wrong = { ...input, supersedes, deadlineMs: 0 };
      await expect(service.submitInfill(wrong, viewer)).rejects.toMatchObject({
        problems: [{ path: ['deadlineMs'] }, { path: ['supersedes'], code: 'UNKNOWN_RUN' }],
      });
    }
    expect(dispatcher).toMatchObject({ admitted: [theirs.id], cancelled: [] });
    dispatcher.tell(theirs.id, completed);
    await service.settled();
  });
});

describe('the reason of a cancellation', () => {
  it('is the first, and SHUTDOWN where the dispatcher cancels by itself', async () => {
    const { service, dispatcher } = setUp();
    const [asked, drained] = [1, 2].map(() => service.submitInfill(input, viewer));
    const ids = [(await asked)?.id ?? '', (await drained)?.id ?? ''];
    await service.cancelInfill(ids[0] ?? '', viewer);
    dispatcher.cancel(ids[1] ?? '');
    await service.settled();
    expect(await service.findInfills(ids, viewer)).toMatchObject([
      { cancelReason: 'REQUESTED' },
      { cancelReason: 'SHUTDOWN' },
    ]);
  });

  it('is none of a run that was completed all the same', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.ignoresCancel = true;
    const { id } = await service.submitInfill(input, viewer);
    await service.cancelInfill(id, viewer);
    dispatcher.tell(id, completed);
    const events = await collect(service.infillEvents(id, null, viewer, never));
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    expect(await service.findInfills([id], viewer)).toMatchObject([{ cancelReason: null }]);
  });
});

describe('what is wrong with the terms', () => {
  const wrong = { deadlineMs: 0, waitMs: 600_001, idempotencyKey: 'a\nb' };

  it('is told at once, and with what is wrong with the rest', async () => {
    const { service, dispatcher } = setUp();
    const problem = { path: ['samples'], code: 'INVALID_INPUT', message: 'No.' } as const;
    dispatcher.refusal = new InfillError('INVALID_INPUT', 'No.', {
      problems: [{ ...problem, value: null, limit: null }],
    });
    const inField = (field: string, value: string, limit: string | null) => ({
      path: [field],
      code: 'INVALID_INPUT',
      value,
      limit,
    });
    const expected = [
      problem,
      inField('deadlineMs', '0', '1'),
      inField('waitMs', '600001', '600000'),
      inField('idempotencyKey', 'U+000A', null),
    ];
    const asked = { ...input, ...wrong };
    await expect(service.infill(asked, viewer, never)).rejects.toMatchObject({
      problems: expected,
    });
    await expect(service.planInfill(asked, viewer)).rejects.toMatchObject({ problems: expected });
  });

  it.each([
    [{ deadlineMs: 86_400_001 }, 'deadlineMs is 86400001; it must be from 1 to 86400000'],
    [{ waitMs: -1 }, 'waitMs is -1; it must be from 0 to 600000'],
    [{ idempotencyKey: '' }, 'idempotencyKey has 0 characters; it must have from 1 to 128.'],
    [{ idempotencyKey: '🦊'.repeat(129) }, 'idempotencyKey has 129 characters'],
    [{ idempotencyKey: 'a\0' }, 'idempotencyKey has U+0000; its characters must be printable.'],
    [{ idempotencyKey: 'a\ud800' }, 'idempotencyKey has U+D800'],
  ])('%j: %s', async (terms, message) => {
    const { service } = setUp();
    await expect(service.infill({ ...input, ...terms }, viewer, never)).rejects.toThrow(message);
  });

  it('allows the ends of each range', async () => {
    const { service } = setUp();
    const most = { deadlineMs: 86_400_000, waitMs: 600_000, idempotencyKey: '🦊'.repeat(128) };
    for (const terms of [most, { deadlineMs: 1, waitMs: 0, idempotencyKey: ' ' }]) {
      expect(await service.planInfill({ ...input, ...terms }, viewer)).toMatchObject({ cost: 1 });
    }
  });

  it('is a wait where nothing waits, also for a submission that is known', async () => {
    const { service, dispatcher } = setUp();
    const asked = { ...input, idempotencyKey: 'no wait here' };
    const { id } = await service.submitInfill(asked, viewer);
    const waiting = { ...asked, waitMs: 5 };
    const message = 'waitMs is 5, and only the mutation `infill` waits; leave it out here.';
    await expect(service.submitInfill(waiting, viewer)).rejects.toThrow(message);
    await expect(collect(service.streamInfill(waiting, viewer, never))).rejects.toThrow(message);
    dispatcher.tell(id, completed);
    await service.settled();
  });
});
