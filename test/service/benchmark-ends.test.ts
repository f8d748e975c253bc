import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { storeCells } from '../../src/store/benchmark-cells.ts';
import { findWithoutFigures } from '../../src/store/benchmark-lists.ts';
import type { Store } from '../../src/store/open-store.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { openTestStore } from '../support/test-store.ts';
import {
  importLines,
  type Served,
  serveBenchmarks,
  started,
  untilBenchmark,
  untilDone,
  untilInNext,
  untilOver,
} from './support/benchmarks.ts';
import { codeOf, viewer } from './support/set-up.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

// Up to forty units each, in a database that others use too.
vi.setConfig({ testTimeout: 30_000 });

const serve = () => serveBenchmarks(store);

/** Fills the units of one masking, and then says something else of each text. */
function failAfter(served: Served, texts: number, error: Error) {
  const { dispatcher } = served;
  const tokenize = dispatcher.tokenize.bind(dispatcher);
  let left = texts;
  dispatcher.tokenize = async (packId, text) => {
    left -= 1;
    if (left < 0) throw error;
    return tokenize(packId, text);
  };
}

describe('a benchmark that cannot go on', () => {
  it('waits for a server with the model packs it began with', async () => {
    const dying = serve();
    dying.dispatcher.answers = 3;
    const { id } = await started(dying, { measures: ['FILL'] });
    await untilInNext(dying, id, 3);
    // What the next start of a server does.
    await interruptUnfinished(store.database, new Date());
    const other = serve();
    other.dispatcher.packs = other.dispatcher.packs.map((pack) => ({ ...pack, digest: 'd2' }));
    await other.service.benchmarks.resume();
    const held = await untilBenchmark(other, id, ({ error }) => error !== null);
    expect(held).toMatchObject({ finishedAt: null, error: { code: 'UNKNOWN_MODEL' } });
    expect(held.error?.message).toContain('it now has d2');
    const next = serve();
    await next.service.benchmarks.resume();
    const over = await untilOver(next, id);
    expect(over).toMatchObject({ status: 'COMPLETED', error: null });
    expect(await next.service.benchmarks.progress(over)).toMatchObject({ done: 24, failed: 0 });
  });

  it('has no unit for what the end of a server interrupts', async () => {
    const stopping = serve();
    const gone = new InfillError('INTERRUPTED', 'The server stopped before this was done.');
    const { id } = await started(stopping, { measures: ['SCORE'] });
    failAfter(stopping, 0, gone);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    const benchmark = await stopping.service.benchmarks.require(id, viewer);
    expect(await stopping.service.benchmarks.progress(benchmark)).toMatchObject({ failed: 0 });
    const next = serve();
    await next.service.benchmarks.resume();
    expect(await untilOver(next, id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('keeps the figures of what is done when it fails', async () => {
    const served = serve();
    const { benchmarks } = served.service;
    const maskings = [{ kind: 'MIDDLE_SENTENCE' }] as const;
    const { id } = await started(served, { maskings, measures: ['FILL'] });
    const defect = new TypeError('A defect.');
    failAfter(served, 4, defect);
    const over = await untilOver(served, id);
    expect(over).toMatchObject({ status: 'FAILED', error: { code: 'DECODE_FAILED' } });
    expect((await benchmarks.cells(over)).length).toBeGreaterThan(0);
    expect(served.benchmarkFailures).toEqual([{ id, cause: defect }]);
  });

  it('does not hold the next one up', async () => {
    const served = serve();
    served.dispatcher.isFull = true;
    const first = await started(served, { measures: ['FILL'] });
    const second = await started(served, { measures: ['FILL'] });
    failAfter(served, 0, new TypeError('A defect.'));
    served.dispatcher.isFull = false;
    for (const { id } of [first, second]) {
      expect(await untilOver(served, id)).toMatchObject({ status: 'FAILED' });
    }
  });
});

describe('a benchmark whose server stops', () => {
  /** Begins a fourth unit, which no answer comes to, and takes nothing more in. */
  async function stoppedInFourth() {
    const stopping = serve();
    const { dispatcher } = stopping;
    dispatcher.answers = 3;
    const { id } = await started(stopping, { measures: ['FILL'] });
    await untilInNext(stopping, id, 3);
    dispatcher.admit = () => {
      throw new InfillError('SHUTTING_DOWN', 'The server is stopping.');
    };
    return { stopping, id, runId: dispatcher.admitted[3] ?? '' };
  }

  /** What the next server makes of it. */
  async function progressOfNext(id: string) {
    await interruptUnfinished(store.database, new Date());
    const next = serve();
    await next.service.benchmarks.resume();
    const over = await untilOver(next, id);
    return { status: over.status, ...(await next.service.benchmarks.progress(over)) };
  }

  const whole = { status: 'COMPLETED', done: 24, failed: 0 };

  it('goes on with the unit whose infill was cancelled for that', async () => {
    const { stopping, id, runId } = await stoppedInFourth();
    const stopped = stopping.service.benchmarks.stop(new Promise(() => undefined));
    stopping.dispatcher.tell(runId, { type: 'cancelled', outcome: null });
    await stopped;
    expect(await progressOfNext(id)).toMatchObject(whole);
  });

  it('goes on with the unit that it had no patience for', async () => {
    const { stopping, id } = await stoppedInFourth();
    await stopping.service.benchmarks.stop(Promise.resolve());
    await stopping.service.settled();
    expect(await progressOfNext(id)).toMatchObject(whole);
  });
});

describe('a benchmark that is cancelled', () => {
  it('counts what is there, however early it was', async () => {
    const served = serve();
    const { benchmarks } = served.service;
    const maskings = [{ kind: 'MIDDLE_SENTENCE' }] as const;
    const { id } = await started(served, { maskings, measures: ['FILL'] });
    expect(await benchmarks.cancel(id, viewer)).toMatchObject({ status: 'CANCELLED' });
    const inline = Array.from({ length: 6 }, (_, index) =>
      JSON.stringify({ id: String(index + 1), fills: ['It woke.'] }),
    ).join('\n');
    const fills = { benchmarkId: id, label: 'elsewhere', content: { inline } };
    await benchmarks.importFills({ ...fills, kind: null, vocabularyDigest: null }, viewer);
    const over = await benchmarks.require(id, viewer);
    const { done, total } = await benchmarks.progress(over);
    expect(total).toBe(18);
    expect(done).toBeGreaterThanOrEqual(6);
  });

  it('has the figures of all its units', async () => {
    const served = serve();
    const { benchmarks } = served.service;
    const { id } = await started(served, { measures: ['FILL'] });
    await untilDone(served, id, 3);
    const over = await benchmarks.cancel(id, viewer);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    const { done } = await benchmarks.progress(over);
    const counted = (await benchmarks.cells(over)).filter(({ metric }) => metric === 'EXACT_MATCH');
    expect(counted.reduce((sum, { n }) => sum + n, 0)).toBe(done);
  });
});

const middleSentence = { kind: 'MIDDLE_SENTENCE' } as const;

/** The first figures of a dataset, by exact match. */
const ranked = ({ service }: Served, datasetId: string) =>
  service.benchmarks.leaderboard(
    {
      datasetId,
      masking: middleSentence,
      metric: 'EXACT_MATCH',
      likelihoodKind: null,
      model: null,
    },
    { after: null, limit: 10 },
    viewer,
  );

describe('a leaderboard', () => {
  it('is of benchmarks that came to their end', async () => {
    const served = serve();
    const { benchmarks } = served.service;
    const { id: dataset } = await importLines(
      served,
      'One. Two. Three. Four. Five.\nGo on. Be it. Do it. See it. End it.',
    );
    const asked = { dataset, maskings: [middleSentence], measures: ['FILL'] } as const;
    const whole = await started(served, asked);
    await untilOver(served, whole.id);
    served.dispatcher.answers = 1;
    const part = await started(served, asked);
    await untilDone(served, part.id, 1);
    await benchmarks.cancel(part.id, viewer);
    const { rows, total } = await ranked(served, dataset);
    expect(rows.map(({ benchmark }) => benchmark.id)).toEqual([whole.id, whole.id]);
    expect(total).toBe(2);
  });

  it('has the figures of one whose server ended between an import and its figures', async () => {
    const served = serve();
    const { id: dataset } = await importLines(
      served,
      'Up. Down. Left. Right. Round.\nIn. Out. Here. There. Gone.',
    );
    const asked = { dataset, maskings: [middleSentence], measures: ['FILL'] } as const;
    const over = await untilOver(served, (await started(served, asked)).id);
    expect(await storeCells(store.database, over.id, { cells: [], unitCount: 4 })).toBe(true);
    const { total } = await ranked(served, dataset);
    expect(total).toBe(2);
    expect(await findWithoutFigures(store.database, over.owner, dataset)).toEqual([]);
  });

  it('is of a dataset that there is', async () => {
    const datasetId = '01900000-0000-7000-8000-000000000000';
    const asked = ranked(serve(), datasetId);
    expect(await codeOf(asked)).toBe('UNKNOWN_DATASET');
  });
});

describe('the figures of a benchmark that is over', () => {
  it('are replaced by none of other units than there are, and computed where they are gone', async () => {
    const served = serve();
    const { benchmarks } = served.service;
    const maskings = [{ kind: 'MIDDLE_SENTENCE' }] as const;
    const over = await untilOver(
      served,
      (await started(served, { maskings, measures: ['FILL'] })).id,
    );
    const cells = await benchmarks.cells(over);
    const { database } = store;
    expect(await storeCells(database, over.id, { cells: [], unitCount: 11 })).toBe(false);
    expect(await benchmarks.cells(over)).toEqual(cells);
    // As a server leaves it that ends between an import and its figures.
    expect(await storeCells(database, over.id, { cells: [], unitCount: 12 })).toBe(true);
    expect(await benchmarks.cells(over)).toEqual(cells);
  });
});

describe('benchmarks that wait', () => {
  it('are done one at a time, also behind one that cannot go on', async () => {
    const served = serve();
    const dataset = await importLines(served);
    expect(dataset.itemCount).toBe(6);
    const { dispatcher } = served;
    let most = 0;
    const admit = dispatcher.admit.bind(dispatcher);
    const open = new Set<string>();
    dispatcher.admit = (packId, runId, request, priority) => {
      open.add(runId);
      most = Math.max(most, open.size);
      return admit(packId, runId, request, priority);
    };
    const tell = dispatcher.tell.bind(dispatcher);
    dispatcher.tell = (runId, ...entries) => {
      open.delete(runId);
      tell(runId, ...entries);
    };
    const { packs } = dispatcher;
    dispatcher.packs = packs.map((pack) => ({ ...pack, digest: 'd2' }));
    const lost = await started(served, { measures: ['FILL'] });
    dispatcher.packs = packs;
    const others = await Promise.all(
      [1, 2, 3].map(() => started(served, { items: 3, measures: ['FILL'] })),
    );
    for (const { id } of others) await untilOver(served, id);
    expect(most).toBe(1);
    expect((await served.service.benchmarks.require(lost.id, viewer)).error).not.toBeNull();
  });
});
