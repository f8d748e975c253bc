import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunLog } from '../../src/dispatch/run-log.ts';
import { InfillError } from '../../src/errors.ts';
import type { CompareInput, ComparisonEvent } from '../../src/service/comparisons.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { committed, completed } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);
const entrantOf = (name: string) => ({ label: name, decoder: { name, options: {} } });
const asked: CompareInput = {
  source: input.source,
  alternatives: 0,
  lengthSearch: 'CAL',
  entrants: [entrantOf('maria'), entrantOf('autoregressive')],
};

async function collect(events: AsyncIterable<ComparisonEvent>): Promise<ComparisonEvent[]> {
  const all: ComparisonEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const story = (events: readonly ComparisonEvent[]) =>
  events.map(({ seq, entrant, event }) => `${seq}: ${entrant} ${event.type}`);

/** Everything that is wrong with an input, by place. */
async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => null,
    (reason: InfillError) => reason,
  );
  return error?.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe('compare', () => {
  it('starts a run for each entrant, with one seed and the same terms', async () => {
    const { service, dispatcher, ledger, clock } = setUp();
    const { comparisons } = service;
    const comparison = await comparisons.compare(
      { ...asked, deadlineMs: 50, labels: ['l'] },
      viewer,
    );
    const ids = comparison.entrants.map(({ runId }) => runId);
    expect(comparison.entrants.map(({ label }) => label)).toEqual(['maria', 'autoregressive']);
    expect([dispatcher.admitted, ledger.charged]).toEqual([ids, [2]]);
    expect(await service.findInfills(ids, viewer)).toMatchObject(
      ['maria', 'autoregressive'].map((decoderName) => ({
        ...{ decoderName, seed: 42n, labels: ['l'], comparisonId: comparison.id, status: 'QUEUED' },
      })),
    );
    clock.advance(50);
    await service.settled();
    const ended = await service.findInfills(ids, viewer);
    expect(ended.map((run) => run?.cancelReason)).toEqual(['DEADLINE', 'DEADLINE']);
  });

  it('tells everything that is wrong with all entrants, and starts none', async () => {
    const { service, dispatcher, ledger } = setUp();
    const entrants = [
      { ...entrantOf('maria'), label: '' },
      { ...entrantOf('maria'), label: 'same', model: 'nothing' },
      { ...entrantOf('maria'), label: 'same' },
    ];
    const wrong = { ...asked, entrants, deadlineMs: 0, labels: ['a', 'b', 'c'] };
    expect(await problemsOf(service.comparisons.compare(wrong, viewer))).toEqual([
      'deadlineMs: deadlineMs is 0; it must be from 1 to 86400000 milliseconds.',
      'entrants.0.label: The label of entrant 0 has 0 characters; it must have from 1 to 64.',
      'entrants.2.label: Entrants 1 and 2 have the same label "same".',
      'labels: The request has 3 labels; the limit is 2.',
      'entrants.1.model: There is no model "nothing"; there are: scripted.',
    ]);
    for (const count of [0, 9]) {
      const few = Array.from({ length: count }, (_, index) => entrantOf(`e${index}`));
      expect(
        await problemsOf(service.comparisons.compare({ ...asked, entrants: few }, viewer)),
      ).toEqual([`entrants: The comparison has ${count} entrants; it must have from 2 to 8.`]);
    }
    expect([dispatcher.admitted, ledger.charged]).toEqual([[], []]);
  });

  it('bounds what the entrants cost together', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.openTokens = 51;
    expect(await problemsOf(service.comparisons.compare(asked, viewer))).toEqual([
      'entrants: The entrants together cost 102; the limit is 100.',
    ]);
  });

  it('admits all or none, and gives back what it charged', async () => {
    const { service, dispatcher, ledger } = setUp();
    const admit = dispatcher.admit.bind(dispatcher);
    dispatcher.admit = (packId, runId) => {
      dispatcher.isFull = dispatcher.admitted.length === 1;
      return admit(packId, runId);
    };
    const before = await service.comparisons.count(viewer);
    expect(await codeOf(service.comparisons.compare(asked, viewer))).toBe('QUEUE_FULL');
    expect(dispatcher.released).toEqual(dispatcher.admitted);
    expect(ledger).toMatchObject({ charged: [2], refunded: [2] });
    expect(await service.comparisons.count(viewer)).toBe(before);
  });

  it('is refused while nothing can be kept', async () => {
    const { service, gate, dispatcher } = setUp();
    gate.check = () => {
      throw new InfillError('STORAGE_FULL', 'Full.', { retryAfterMs: 1 });
    };
    expect(await codeOf(service.comparisons.compare(asked, viewer))).toBe('STORAGE_FULL');
    expect(dispatcher.admitted).toEqual([]);
  });
});

describe('a comparison that is sent again', () => {
  let keys = 0;
  const named = (changes: Partial<CompareInput> = {}): CompareInput => {
    keys += 1;
    return { ...asked, idempotencyKey: `comparison ${keys}`, ...changes };
  };
  const endAll = async ({ service, dispatcher }: ReturnType<typeof setUp>) => {
    for (const id of dispatcher.admitted) dispatcher.tell(id, completed);
    await service.settled();
  };

  it('is the same one, live or finished, sent at once or later, and charged once', async () => {
    const own = setUp();
    const { comparisons } = own.service;
    const input = named();
    const [first, second] = await Promise.all([
      comparisons.compare(input, viewer),
      comparisons.compare(input, viewer),
    ]);
    expect(second).toEqual(first);
    expect(await comparisons.compare(input, viewer)).toEqual(first);
    await endAll(own);
    expect(await comparisons.compare(input, viewer)).toEqual(first);
    expect([own.dispatcher.admitted.length, own.ledger.charged]).toEqual([2, [2]]);
  });

  it('is refused with another input, and is another one of another owner', async () => {
    const own = setUp();
    const { comparisons } = own.service;
    const input = named();
    const { id } = await comparisons.compare(input, viewer);
    const others = [{ seed: 42n }, { entrants: asked.entrants.toReversed() }, { labels: ['l'] }];
    for (const changes of others) {
      const other = { ...input, ...changes };
      expect(await codeOf(comparisons.compare(other, viewer))).toBe('CONFLICT');
    }
    const theirs = await comparisons.compare(input, { ...viewer, owner: 'another' });
    expect(theirs.id).not.toBe(id);
    await endAll(own);
  });

  it('is told what is wrong with it before its key is looked up', async () => {
    const own = setUp();
    const { comparisons } = own.service;
    const input = named();
    await comparisons.compare(input, viewer);
    expect(await problemsOf(comparisons.compare({ ...input, deadlineMs: 0 }, viewer))).toEqual([
      'deadlineMs: deadlineMs is 0; it must be from 1 to 86400000 milliseconds.',
    ]);
    expect(await problemsOf(comparisons.compare(named({ idempotencyKey: '' }), viewer))).toEqual([
      'idempotencyKey: idempotencyKey has 0 characters; it must have from 1 to 128.',
    ]);
    await endAll(own);
  });

  it('may be tried again when it was refused', async () => {
    const own = setUp();
    const input = named();
    own.dispatcher.isFull = true;
    expect(await codeOf(own.service.comparisons.compare(input, viewer))).toBe('QUEUE_FULL');
    own.dispatcher.isFull = false;
    expect((await own.service.comparisons.compare(input, viewer)).entrants).toHaveLength(2);
    await endAll(own);
  });

  it('is found where another process has stored it meanwhile', async () => {
    const own = setUp();
    const other = new InfillService({
      ...own.options,
      runLog: new RunLog({ now: Date.now, maxLag: 256 }),
    });
    const input = named();
    const [first, second] = await Promise.all(
      [own.service, other].map(({ comparisons }) => comparisons.compare(input, viewer)),
    );
    expect(second).toEqual(first);
    expect(own.ledger.charged.length - own.ledger.refunded.length).toBe(1);
    expect(own.dispatcher.released).toHaveLength(own.dispatcher.admitted.length - 2);
    for (const { runId } of first?.entrants ?? []) own.dispatcher.tell(runId, completed);
    await Promise.all([own.service.settled(), other.settled()]);
  });
});

describe('events of a comparison', () => {
  it('are those of all its infills in one order, live, later and after a restart', async () => {
    const { service, dispatcher, options, clock } = setUp();
    const { id, entrants } = await service.comparisons.compare(asked, viewer);
    const [first = '', second = ''] = entrants.map(({ runId }) => runId);
    const live = collect(service.comparisons.events(id, null, viewer, never));
    clock.advance(1);
    dispatcher.tell(second, { type: 'started' }, committed);
    await new Promise(setImmediate);
    clock.advance(1);
    dispatcher.tell(first, { type: 'started' }, committed, completed);
    await new Promise(setImmediate);
    clock.advance(1);
    dispatcher.tell(second, completed);
    await service.settled();
    const told = await live;
    expect(story(told)).toEqual([
      ...['0: 0 queued', '1: 1 queued', '2: 1 started', '3: 1 committed'],
      ...['4: 0 started', '5: 0 committed', '6: 0 completed', '7: 1 completed'],
    ]);
    expect(told.map(({ event }) => event.infillId)).toEqual(
      [0, 1, 1, 1, 0, 0, 0, 1].map((index) => entrants[index]?.runId),
    );
    expect(await collect(service.comparisons.events(id, null, viewer, never))).toEqual(told);
    const restarted = new InfillService({
      ...options,
      runLog: new RunLog({ now: clock.now, maxLag: 1 }),
    });
    expect(await collect(restarted.comparisons.events(id, null, viewer, never))).toEqual(told);
    expect(story(await collect(restarted.comparisons.events(id, 6, viewer, never)))).toEqual([
      '6: 0 completed',
      '7: 1 completed',
    ]);
  });

  it('end with INTERRUPTED for the infills that a dead server leaves behind', async () => {
    const { service, dispatcher, options, clock } = setUp();
    const { id, entrants } = await service.comparisons.compare(asked, viewer);
    clock.advance(1);
    const first = entrants[0]?.runId ?? '';
    dispatcher.tell(first, { type: 'started' }, completed);
    // Its end is stored before it is told.
    for await (const _ of service.infillEvents(first, null, viewer, never));
    clock.advance(1);
    await interruptUnfinished(store.database, new Date(clock.now()));
    const restarted = new InfillService({
      ...options,
      runLog: new RunLog({ now: clock.now, maxLag: 1 }),
    });
    const told = await collect(restarted.comparisons.events(id, 99, viewer, never));
    expect(told.map(({ entrant, event }) => [entrant, event.type])).toEqual([
      [0, 'completed'],
      [1, 'failed'],
    ]);
    dispatcher.tell(entrants[1]?.runId ?? '', completed);
    await service.settled();
  });

  it('end with STORE_FAILED for an infill whose end could not be stored', async () => {
    const { service, dispatcher, options, clock } = setUp();
    const { id, entrants } = await service.comparisons.compare(asked, viewer);
    const [first = '', second = ''] = entrants.map(({ runId }) => runId);
    dispatcher.tell(first, { type: 'started' }, completed);
    for await (const _ of service.infillEvents(first, null, viewer, never));
    // The other one has no log any more, and no end in the store.
    const later = new InfillService({
      ...options,
      runLog: new RunLog({ now: clock.now, maxLag: 1 }),
    });
    const told = await collect(later.comparisons.events(id, null, viewer, never));
    expect(story(told)).toEqual([
      ...['0: 0 queued', '1: 0 started', '2: 0 completed', '3: 1 failed'],
    ]);
    expect(told.at(-1)?.event).toMatchObject({ infillId: second, error: { code: 'STORE_FAILED' } });
    dispatcher.tell(second, completed);
    await service.settled();
  });

  it('are for the owner alone', async () => {
    const { service, dispatcher } = setUp();
    const { id, entrants } = await service.comparisons.compare(asked, viewer);
    const other = { ...viewer, owner: 'other' };
    const { comparisons } = service;
    expect(await codeOf(collect(comparisons.events(id, null, other, never)))).toBe(
      'UNKNOWN_COMPARISON',
    );
    expect(await comparisons.find([id], other)).toEqual([null]);
    expect(await comparisons.find([id], viewer)).toMatchObject([{ id }]);
    expect((await comparisons.list({ first: 1 }, viewer)).edges).toMatchObject([{ row: { id } }]);
    expect((await comparisons.list({ first: 1 }, other)).edges).toEqual([]);
    for (const { runId } of entrants) dispatcher.tell(runId, completed);
    await service.settled();
  });
});
