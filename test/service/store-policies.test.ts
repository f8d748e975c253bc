import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome, RunEvent } from '../../src/decoding/run-event.ts';
import { RunLog } from '../../src/dispatch/run-log.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { InfillInput } from '../../src/service/service.ts';
import { withGapsTold } from '../../src/service/text-free.ts';
import type { Store } from '../../src/store/open-store.ts';
import { findRun, readEvents } from '../../src/store/runs.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { scriptedOutcome } from '../support/scripted-dispatcher.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { collect, committed, completed, startReading, story, until } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);
const minuteMs = 60_000;
const metadata: InfillInput = { ...input, store: 'METADATA', labels: ['kept'] };
const nothing: InfillInput = { ...input, store: 'NONE' };
const told = ['0 queued', '1 started', '2 committed', '3 completed'];

/** Submits and completes a run. */
async function complete({ service, dispatcher }: ReturnType<typeof setUp>, asked: InfillInput) {
  const { id } = await service.submitInfill(asked, viewer);
  dispatcher.tell(id, { type: 'started' }, committed, completed);
  await service.settled();
  return id;
}

describe('METADATA', () => {
  it('stores no text and no token', async () => {
    const parts = setUp();
    const { prepare } = parts.dispatcher;
    parts.dispatcher.prepare = async (...given) => {
      const prepared = await prepare.apply(parts.dispatcher, given);
      const texts = ['choices', 'banned'].map((name) => ({
        name: `slots.0.${name}`,
        value: ['cat'],
      }));
      return { ...prepared, settings: [...prepared.settings, ...texts] };
    };
    const others = [
      {
        text: 'A cat.',
        slots: scriptedOutcome.slots,
        segments: scriptedOutcome.segments,
        likelihood: null,
        count: 1,
      },
    ];
    const { id } = await parts.service.submitInfill(metadata, viewer);
    const queued = await findRun(store.database, id);
    const outcome: Outcome = { ...scriptedOutcome, others };
    parts.dispatcher.tell(id, { type: 'started' }, committed, { type: 'completed', outcome });
    await parts.service.settled();
    const stored = await findRun(store.database, id);
    for (const row of [queued, stored]) {
      expect(row).toMatchObject({ source: null, promptTokens: null, labels: ['kept'] });
      expect(row?.settings.map(({ name }) => name)).toEqual(['decoder', 'seed']);
    }
    const events = await readEvents(store.database, id, null);
    expect(inspect([queued, stored, events], { depth: null })).not.toMatch(/cat|MASK| sat/);
    expect(stored).toMatchObject({ status: 'COMPLETED', storePolicy: 'METADATA' });
    const { likelihood, usage, timing } = scriptedOutcome;
    expect(stored?.outcome).toMatchObject({ likelihood, usage, timing, text: null });
    expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '0 queued',
      '1 started',
      '3 completed',
    ]);
  });

  it('is whole for a minute after its end, for whoever waits, asks or comes back', async () => {
    const parts = setUp();
    const { service } = parts;
    const id = await complete(parts, metadata);
    parts.clock.advance(minuteMs - 1);
    const whole = { source: input.source, outcome: { text: 'The cat sat.' }, status: 'COMPLETED' };
    expect(await service.findInfills([id], viewer)).toMatchObject([whole]);
    expect(story(await collect(service.infillEvents(id, 0, viewer, never)))).toEqual(told.slice(1));
    parts.clock.advance(1);
    expect(await service.findInfills([id], viewer)).toMatchObject([
      { source: null, outcome: { text: null }, status: 'COMPLETED', labels: ['kept'] },
    ]);
    expect(parts.options.runLog.has(id)).toBe(false);
  });

  it('tells later readers what is not kept by a snapshot without slots', async () => {
    const parts = setUp();
    const id = await complete(parts, metadata);
    parts.clock.advance(minuteMs);
    const read = (after: number | null) =>
      collect(parts.service.infillEvents(id, after, viewer, never));
    const all = await read(null);
    expect(story(all)).toEqual(['0 queued', '1 started', '2 lagged', '3 completed']);
    expect(all[2]).toMatchObject({ skippedFrom: 2, slots: [], at: all[3]?.at });
    expect(story(await read(2))).toEqual(['3 completed']);
    expect(story(await read(7))).toEqual(['3 completed']);
  });

  it('is forgotten when it is deleted', async () => {
    const parts = setUp();
    const { service } = parts;
    const selections = [
      (id: string) => ({ ids: [id] }),
      () => ({ finishedBefore: new Date(Date.now() + 1000) }),
    ];
    for (const selectionOf of selections) {
      const id = await complete(parts, metadata);
      const { id: live } = await service.submitInfill(metadata, viewer);
      expect(await service.deleteInfills(selectionOf(id), viewer)).toBeGreaterThan(0);
      expect(await service.findInfills([id, live], viewer)).toMatchObject([null, { id: live }]);
      parts.dispatcher.tell(live, completed);
      await service.settled();
    }
  });

  it('is legible after an interruption', async () => {
    const { service, options } = setUp();
    const { id } = await service.submitInfill(metadata, viewer);
    await interruptUnfinished(store.database, new Date());
    const restarted = new InfillService({
      ...options,
      runLog: new RunLog({ now: Date.now, maxLag: 256 }),
    });
    expect(await restarted.findInfills([id], viewer)).toMatchObject([
      { status: 'FAILED', source: null, promptTokens: null, outcome: null },
    ]);
    const events = await collect(restarted.infillEvents(id, null, viewer, never));
    expect(story(events)).toEqual(['0 queued', '1 failed']);
  });
});

describe('NONE', () => {
  it('is lived through in memory, and gone a minute after its end', async () => {
    const parts = setUp();
    const { service } = parts;
    const before = await service.countInfills({}, viewer);
    const streamed = collect(service.streamInfill(nothing, viewer, never));
    await until(() => parts.dispatcher.admitted.length === 1);
    const [id = ''] = parts.dispatcher.admitted;
    expect(await service.findInfills([id], viewer)).toMatchObject([{ status: 'QUEUED' }]);
    parts.dispatcher.tell(id, { type: 'started' }, committed, completed);
    expect(story(await streamed)).toEqual(told);
    expect(await service.findInfills([id], viewer)).toMatchObject([
      { status: 'COMPLETED', outcome: { text: 'The cat sat.' }, startedAt: expect.any(Date) },
    ]);
    expect(await service.findInfills([id], { ...viewer, owner: 'other' })).toEqual([null]);
    expect(story(await collect(service.infillEvents(id, 1, viewer, never)))).toEqual(told.slice(2));
    expect(await service.cancelInfill(id, viewer)).toMatchObject({ status: 'COMPLETED' });
    expect(await service.countInfills({}, viewer)).toBe(before);
    parts.clock.advance(minuteMs);
    expect(await service.findInfills([id], viewer)).toEqual([null]);
    expect(await codeOf(collect(service.infillEvents(id, null, viewer, never)))).toBe(
      'UNKNOWN_RUN',
    );
    expect(await findRun(store.database, id)).toBeNull();
  });

  it('answers the call that waits for it', async () => {
    const { service, dispatcher } = setUp();
    const answer = service.infill(nothing, viewer, never);
    await until(() => dispatcher.admitted.length === 1);
    dispatcher.tell(dispatcher.admitted[0] ?? '', completed);
    expect(await answer).toMatchObject({ outcome: { text: 'The cat sat.' } });
  });

  it('keeps its key for as long as it is in memory', async () => {
    const parts = setUp();
    const asked = { ...nothing, idempotencyKey: 'nothing kept' };
    const id = await complete(parts, asked);
    expect(await parts.service.submitInfill(asked, viewer)).toMatchObject({ id });
    const other = { ...asked, samples: 2 };
    expect(await codeOf(parts.service.submitInfill(other, viewer))).toBe('CONFLICT');
    parts.clock.advance(minuteMs);
    expect(await complete(parts, other)).not.toBe(id);
  });

  it('is cancelled as others are', async () => {
    const { service, dispatcher } = setUp();
    await (await startReading(service.streamInfill(nothing, viewer, never))).leave();
    await service.settled();
    expect(await service.findInfills(dispatcher.admitted, viewer)).toMatchObject([
      { status: 'CANCELLED', cancelReason: 'DISCONNECTED' },
    ]);
  });
});

describe('memory', () => {
  it('holds 256 ended runs, the newest', async () => {
    const parts = setUp();
    const ids: string[] = [];
    for (let count = 0; count < 258; count++) ids.push(await complete(parts, nothing));
    const found = await parts.service.findInfills(ids, viewer);
    expect(found.map((run) => run !== null)).toEqual(ids.map((_, index) => index >= 2));
  });
});

describe('withGapsTold', () => {
  const at = (seq: number): RunEvent => ({ seq, at: seq, type: 'started' });
  it.each([
    [[0, 1, 5], null, ['0', '1', '2-4', '5']],
    [[0, 1, 2], null, ['0', '1', '2']],
    [[5], 1, ['2-4', '5']],
    [[5], 4, ['5']],
    [[5], 9, ['5']],
    [[3], null, ['0-2', '3']],
  ])('of %j after %j tells %j', (seqs, after, expected) => {
    const events = withGapsTold(seqs.map(at), after);
    expect(
      events.map((event) =>
        event.type === 'lagged' ? `${event.skippedFrom}-${event.seq}` : `${event.seq}`,
      ),
    ).toEqual(expected);
  });
});
