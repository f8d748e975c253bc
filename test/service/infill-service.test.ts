import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokensChanged } from '../../src/decoding/run-event.ts';
import { RunLog } from '../../src/dispatch/run-log.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { Infill, InfillEvent } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { scriptedOutcome } from '../support/scripted-dispatcher.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';

const committed: TokensChanged = {
  type: 'committed',
  tokens: [],
  slots: [{ index: 0, key: null, text: 'cat', complete: true }],
};
const completed = { type: 'completed', outcome: scriptedOutcome } as const;

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 30_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);

async function collect(events: AsyncIterable<InfillEvent>): Promise<InfillEvent[]> {
  const all: InfillEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
const story = (events: readonly InfillEvent[]) => events.map(({ seq, type }) => `${seq} ${type}`);

describe('submitInfill', () => {
  it('answers with the stored, queued run, its defaults chosen', async () => {
    const { service, dispatcher } = setUp();
    const run = await service.submitInfill(input, viewer);
    expect(run).toMatchObject({
      status: 'QUEUED',
      decoderName: 'maria',
      seed: 42n,
      packId: 'scripted',
    });
    expect(await service.findInfills([run.id], viewer)).toMatchObject([
      { id: run.id, status: 'QUEUED' },
    ]);
    dispatcher.tell(run.id, completed);
    await service.settled();
  });

  it('stores nothing of a request that is refused', async () => {
    const { service, dispatcher } = setUp();
    const before = await service.countInfills({}, viewer);
    dispatcher.isFull = true;
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('QUEUE_FULL');
    dispatcher.openTokens = 101;
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('COST_TOO_HIGH');
    expect(await codeOf(service.submitInfill({ ...input, model: 'other' }, viewer))).toBe(
      'UNKNOWN_MODEL',
    );
    const labels = ['a\ud800', 'b\0', 'c'.repeat(9)];
    await expect(service.submitInfill({ ...input, labels }, viewer)).rejects.toMatchObject({
      problems: [
        { code: 'COST_TOO_HIGH' },
        { path: ['labels', '0'], value: 'U+D800' },
        { path: ['labels', '1'], value: 'U+0000' },
        { path: ['labels', '2'] },
        { path: ['labels'] },
      ],
    });
    expect(await service.countInfills({}, viewer)).toBe(before);
  });

  it('gives its place in the queue back when the run cannot be stored', async () => {
    const { dispatcher, options } = setUp();
    const broken = await openTestStore();
    await broken.close();
    const service = new InfillService({ ...options, database: broken.database });
    await expect(service.submitInfill(input, viewer)).rejects.toThrow();
    expect(dispatcher.released.length).toBe(1);
  }, 30_000);
});

describe('infillEvents', () => {
  it('gives the same events live, from the middle, and after the end', async () => {
    const { service, dispatcher } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    const live = collect(service.infillEvents(id, null, viewer, never));
    dispatcher.tell(id, { type: 'started' }, committed);
    const late = collect(service.infillEvents(id, 1, viewer, never));
    dispatcher.tell(id, completed);
    const all = await live;
    expect(story(all)).toEqual(['0 queued', '1 started', '2 committed', '3 completed']);
    expect(await late).toEqual(all.slice(2));
    expect(await collect(service.infillEvents(id, null, viewer, never))).toEqual(all);
    expect(await collect(service.infillEvents(id, 1, viewer, never))).toEqual(all.slice(2));
    expect(all.every(({ infillId }) => infillId === id)).toBe(true);
  });

  it('shows the end only once it is stored', async () => {
    const { service, dispatcher } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    dispatcher.tell(id, { type: 'started' }, committed, completed);
    for await (const event of service.infillEvents(id, null, viewer, never)) {
      if (event.type !== 'completed') continue;
      const [run] = await service.findInfills([id], viewer);
      expect(run).toMatchObject({ status: 'COMPLETED', outcome: { text: 'The cat sat.' } });
    }
  });

  it('leaves the run alone when a reader goes away', async () => {
    const { service, dispatcher } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    for await (const _ of service.infillEvents(id, null, viewer, never)) break;
    expect(dispatcher.cancelled).toEqual([]);
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('does not end without a last event when the store has none', async () => {
    const { service, dispatcher, options } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    // Another service has the run in its store, as one has whose end could not be stored.
    const other = new InfillService({
      ...options,
      runLog: new RunLog({ now: Date.now, maxLag: 256 }),
    });
    expect(await codeOf(collect(other.infillEvents(id, null, viewer, never)))).toBe('STORE_FAILED');
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('knows neither unknown runs nor those of others', async () => {
    const { service, dispatcher } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    const other = { ...viewer, owner: 'other' };
    const unknown = '01900000-0000-7000-8000-000000000000';
    for (const ended of [false, true]) {
      if (ended) {
        dispatcher.tell(id, completed);
        await service.settled();
      }
      expect(await codeOf(collect(service.infillEvents(id, null, other, never)))).toBe(
        'UNKNOWN_RUN',
      );
      expect(await service.findInfills([id], other)).toEqual([null]);
      expect(await codeOf(service.cancelInfill(id, other))).toBe('UNKNOWN_RUN');
    }
    expect(await codeOf(collect(service.infillEvents(unknown, null, viewer, never)))).toBe(
      'UNKNOWN_RUN',
    );
    expect(dispatcher.cancelled).toEqual([]);
  });
});

describe('tokenize', () => {
  it('takes texts up to the limit', async () => {
    const { service } = setUp();
    expect(await service.tokenize('scripted', 'x'.repeat(1000))).toMatchObject({ ids: [1000] });
    const tooLong = service.tokenize('scripted', 'x'.repeat(1001));
    await expect(tooLong).rejects.toThrow('The text has 1001 UTF-16 units; the limit is 1000.');
  });
});

describe('settled', () => {
  it('waits for a run that is just being stored', async () => {
    const { service, dispatcher } = setUp();
    const submitting = service.submitInfill({ ...input, labels: ['s'] }, viewer);
    while (dispatcher.admitted.length === 0) await setImmediate();
    const order: string[] = [];
    const settled = service.settled().then(() => order.push('settled'));
    const { id } = await submitting;
    order.push('submitted');
    dispatcher.tell(id, completed);
    await settled;
    expect(order).toEqual(['submitted', 'settled']);
    expect(await service.findInfills([id], viewer)).toMatchObject([{ status: 'COMPLETED' }]);
  });
});

describe('viewer', () => {
  it('counts the runs that wait, and not those that are decoded', async () => {
    const { service, dispatcher } = setUp();
    const runs = await Promise.all([1, 2].map(() => service.submitInfill(input, viewer)));
    expect(service.viewer(viewer)).toMatchObject({ queuedRuns: 2, maxQueuedRuns: 4 });
    const [{ id }] = runs as [Infill];
    const reader = service.infillEvents(id, null, viewer, never)[Symbol.asyncIterator]();
    dispatcher.tell(id, { type: 'started' });
    for (let seq = 0; seq < 2; seq++) await reader.next();
    expect(service.viewer(viewer).queuedRuns).toBe(1);
    for (const run of runs) dispatcher.tell(run.id, completed);
    await service.settled();
    expect(service.viewer(viewer).queuedRuns).toBe(0);
  });
});

describe('infill and streamInfill', () => {
  it('waits for the end and answers with it', async () => {
    const { service, dispatcher } = setUp();
    const answer = service.infill({ ...input, labels: ['x'] }, viewer, never);
    const id = await firstRun(service, 'x');
    dispatcher.tell(id, { type: 'started' }, committed, completed);
    expect(await answer).toMatchObject({ id, status: 'COMPLETED' });
  });

  it('cancels the run of a client that goes away, streaming or waiting', async () => {
    const { service, dispatcher } = setUp();
    for await (const event of service.streamInfill(input, viewer, never)) {
      expect(event.type).toBe('queued');
      break;
    }
    const gone = new AbortController();
    const waiting = service.infill({ ...input, labels: ['y'] }, viewer, gone.signal);
    await firstRun(service, 'y');
    gone.abort();
    await waiting;
    expect(dispatcher.cancelled.length).toBe(2);
    await service.settled();
    const runs = await service.findInfills(dispatcher.cancelled, viewer);
    expect(runs.map((run) => run?.status)).toEqual(['CANCELLED', 'CANCELLED']);
  });
});

describe('a run that fails', () => {
  it('ends with its reason, and keeps it', async () => {
    const { service, dispatcher } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    const error = { code: 'WORKER_FAILED', message: 'The worker died.' } as const;
    dispatcher.tell(id, { type: 'failed', outcome: null, error });
    const events = await collect(service.infillEvents(id, null, viewer, never));
    expect(events.at(-1)).toMatchObject({ type: 'failed', error });
    expect(await service.findInfills([id], viewer)).toMatchObject([{ status: 'FAILED', error }]);
  });

  it('is failed for its readers when its end cannot be stored', async () => {
    const { dispatcher, failures, options } = setUp();
    const closing = await openTestStore();
    const service = new InfillService({ ...options, database: closing.database });
    const { id } = await service.submitInfill(input, viewer);
    const events = collect(service.infillEvents(id, null, viewer, never));
    await closing.close();
    dispatcher.tell(id, completed);
    expect((await events).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'STORE_FAILED' },
    });
    expect(failures).toEqual([id]);
  }, 30_000);
});

/** The id of the only run with this label, once it is stored. */
async function firstRun(service: InfillService, label: string): Promise<string> {
  for (;;) {
    const page = await service.listInfills(
      { first: 1 },
      { labels: [label] },
      'CREATED_AT_DESC',
      viewer,
    );
    const [edge] = page.edges;
    if (edge !== undefined) return edge.run.id;
  }
}
