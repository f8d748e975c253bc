import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveRun, type LiveRunTerms } from '../../src/service/live-run.ts';
import type { InfillInput } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { ManualClock } from './support/manual-clock.ts';
import { input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { completed, startReading, until } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);
const cancelling: InfillInput = { ...input, onDisconnect: 'CANCEL' };

describe('a run without followers', () => {
  it('is cancelled when the last of them leaves, and not before', async () => {
    const { service, dispatcher } = setUp();
    const own = await startReading(service.streamInfill(input, viewer, never));
    const [id = ''] = dispatcher.admitted;
    const other = await startReading(service.infillEvents(id, null, viewer, never));
    await own.leave();
    expect(dispatcher.cancelled).toEqual([]);
    await other.leave();
    expect(dispatcher.cancelled).toEqual([id]);
    await service.settled();
    expect(await service.findInfills([id], viewer)).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'DISCONNECTED' },
    ]);
  });

  it('goes on where its client asked for that', async () => {
    const { service, dispatcher } = setUp();
    const asked: InfillInput = { ...input, onDisconnect: 'CONTINUE' };
    await (await startReading(service.streamInfill(asked, viewer, never))).leave();
    const gone = new AbortController();
    const waiting = service.infill(asked, viewer, gone.signal);
    await until(() => dispatcher.admitted.length === 2);
    gone.abort();
    await waiting;
    expect(dispatcher.cancelled).toEqual([]);
    for (const id of dispatcher.admitted) dispatcher.tell(id, completed);
    await service.settled();
  });

  it('goes on when it was only submitted, unless its client asked otherwise and its follower leaves', async () => {
    const { service, dispatcher, clock } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    const { id: other } = await service.submitInfill(cancelling, viewer);
    clock.advance(60_000);
    expect(dispatcher.cancelled).toEqual([]);
    for (const each of [id, other]) {
      await (await startReading(service.infillEvents(each, null, viewer, never))).leave();
    }
    expect(dispatcher.cancelled).toEqual([other]);
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('waits 5 s for a client that can name its submission', async () => {
    const { service, dispatcher, clock } = setUp();
    const asked = { ...input, idempotencyKey: 'comes back' };
    await (await startReading(service.streamInfill(asked, viewer, never))).leave();
    clock.advance(4999);
    const back = await startReading(service.streamInfill(asked, viewer, never));
    clock.advance(5000);
    expect(dispatcher.cancelled).toEqual([]);
    await back.leave();
    clock.advance(4999);
    expect(dispatcher.cancelled).toEqual([]);
    clock.advance(1);
    expect(dispatcher.cancelled).toEqual(dispatcher.admitted);
    await service.settled();
  });

  it('goes on once the same submission is sent to go on', async () => {
    const { service, dispatcher, clock } = setUp();
    const asked = { ...input, idempotencyKey: 'goes on' };
    const streaming = await startReading(service.streamInfill(asked, viewer, never));
    const { id } = await service.submitInfill(asked, viewer);
    await streaming.leave();
    clock.advance(60_000);
    expect(dispatcher.cancelled).toEqual([]);
    dispatcher.tell(id, completed);
    await service.settled();
  });
});

describe('a client that leaves while its run is being admitted', () => {
  it('leaves no run behind', async () => {
    const { service, dispatcher } = setUp();
    const gone = new AbortController();
    const waiting = service.infill(input, viewer, gone.signal);
    gone.abort();
    await waiting;
    const stream = service.streamInfill(input, viewer, never)[Symbol.asyncIterator]();
    const first = stream.next();
    await Promise.all([first, stream.return?.(undefined)]);
    await service.settled();
    expect(dispatcher.admitted.length).toBe(2);
    expect(dispatcher.cancelled).toEqual(dispatcher.admitted);
  });
});

describe('LiveRun', () => {
  const terms: LiveRunTerms = {
    owner: 'a',
    priority: 'INTERACTIVE',
    onDisconnect: 'CANCEL',
    isResumable: false,
    deadlineInMs: null,
  };
  function live(changes: Partial<LiveRunTerms> = {}) {
    let stops = 0;
    const clock = new ManualClock();
    const run = new LiveRun({ ...terms, ...changes }, clock.schedule, () => {
      stops += 1;
    });
    return { run, clock, stops: () => stops };
  }

  it('counts each follower once, however often it leaves', () => {
    const { run, stops } = live();
    const [leave, stay] = [run.join(), run.join()];
    leave();
    leave();
    expect(stops()).toBe(0);
    stay();
    expect(stops()).toBe(1);
  });

  it('keeps the first reason', () => {
    const { run, clock } = live({ deadlineInMs: 10 });
    expect(run.cancelReason).toBeNull();
    clock.advance(10);
    run.cancel('REQUESTED');
    expect(run.cancelReason).toBe('DEADLINE');
  });

  it('is stopped by nothing once it has ended', () => {
    const { run, stops, clock } = live({ deadlineInMs: 10, isResumable: true });
    const [leave, late] = [run.join(), run.join()];
    leave();
    run.end();
    late();
    run.cancel('REQUESTED');
    expect(clock.pendingCount).toBe(0);
    clock.advance(10_000);
    expect(stops()).toBe(0);
  });

  it('waits for nobody once it has ended', () => {
    const { run, clock } = live({ deadlineInMs: 60_000, isResumable: true });
    run.join()();
    expect(clock.pendingCount).toBe(2);
    run.end();
    expect(clock.pendingCount).toBe(0);
  });

  it('goes on from now on, also where it waited for somebody to come back', () => {
    const { run, stops, clock } = live({ isResumable: true });
    run.join()();
    run.continue();
    clock.advance(60_000);
    expect(stops()).toBe(0);
  });
});
