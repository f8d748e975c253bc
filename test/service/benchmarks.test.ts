import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { InfillError } from '../../src/errors.ts';
import { type Figures, figuresHere } from '../../src/service/benchmark-figures.ts';
import type { Store } from '../../src/store/open-store.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { namedFacts } from './support/benchmark-facts.ts';
import {
  askedBenchmark,
  finished,
  importLines,
  serveBenchmarks,
  untilDone,
  untilInNext,
  untilOver,
} from './support/benchmarks.ts';
import { codeOf, never, viewer } from './support/set-up.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

// Up to fifty units each, in a database that others use too.
vi.setConfig({ testTimeout: 20_000 });

const serve = (figures?: Figures) => serveBenchmarks(store, figures);

describe('a benchmark', () => {
  it('does every unit once and has figures of every entrant', async () => {
    const served = serve();
    const benchmark = await finished(served);
    const { benchmarks } = served.service;
    expect(benchmark).toMatchObject({ status: 'COMPLETED', error: null });
    expect(await benchmarks.progress(benchmark)).toMatchObject({ done: 24, failed: 0, total: 24 });
    expect(served.dispatcher.admitted.length).toBe(24);
    const cells = await benchmarks.cells(benchmark);
    expect(new Set(cells.map(({ entrantId }) => entrantId)).size).toBe(2);
    expect(cells.find(({ metric }) => metric === 'PERPLEXITY')).toMatchObject({ n: 6 });
  });

  it('fills and scores at the priority of benchmarks, and is not among the infills', async () => {
    const served = serve();
    const benchmark = await finished(served, { items: 1 });
    expect(new Set(served.dispatcher.priorities)).toEqual(new Set(['BATCH']));
    const { service } = served;
    const ids = served.dispatcher.admitted;
    const listed = await service.listInfills({ first: 100 }, {}, 'CREATED_AT_DESC', viewer);
    expect(listed.edges.filter(({ run }) => ids.includes(run.id))).toEqual([]);
    expect(await service.countInfills({ benchmarkId: benchmark.id }, viewer)).toBe(ids.length);
  });

  it('goes on where a dead server left it, and ends with the same figures', async () => {
    const calm = serve(figuresHere);
    const whole = await finished(calm);
    const dying = serve();
    dying.dispatcher.answers = 7;
    const { id } = await dying.service.benchmarks.start(await askedBenchmark(dying), viewer);
    // The eighth will never end.
    await untilInNext(dying, id, 7);
    // What the next start of a server does.
    await interruptUnfinished(store.database, new Date());
    const next = serve(figuresHere);
    await next.service.benchmarks.resume();
    const resumed = await untilOver(next, id);
    expect(await next.service.benchmarks.progress(resumed)).toMatchObject({ done: 24, total: 24 });
    expect(next.dispatcher.admitted.length).toBe(17);
    expect(await namedFacts(next.service, resumed)).toEqual(await namedFacts(calm.service, whole));
  }, 60_000);

  it('keeps what is done when it is cancelled', async () => {
    const served = serve();
    served.dispatcher.answers = 5;
    const { benchmarks } = served.service;
    const { id } = await benchmarks.start(await askedBenchmark(served), viewer);
    await untilDone(served, id, 5);
    expect(await benchmarks.cancel(id, viewer)).toMatchObject({ status: 'CANCELLED' });
    const over = await benchmarks.require(id, viewer);
    expect(await benchmarks.progress(over)).toMatchObject({ done: 5 });
    expect((await benchmarks.cells(over)).length).toBeGreaterThan(0);
    expect(await benchmarks.cancel(id, viewer)).toMatchObject({ status: 'CANCELLED' });
  });

  it('does again what a worker that died had begun, and tells what stays wrong', async () => {
    const served = serve();
    const died = { code: 'WORKER_FAILED', message: 'The worker died.' } as const;
    const wrong = { code: 'DECODE_FAILED', message: 'A step failed.' } as const;
    served.dispatcher.failures.push(died, died, null, wrong);
    const benchmark = await finished(served, { items: 1, measures: ['FILL'] });
    const { units } = await served.service.benchmarks.units(benchmark, { after: null, limit: 10 });
    expect(units.map(({ result }) => result.error?.code ?? null)).toEqual([
      null,
      'DECODE_FAILED',
      null,
      null,
    ]);
    expect(served.dispatcher.admitted.length).toBe(6);
    expect(await served.service.benchmarks.progress(benchmark)).toMatchObject({ failed: 1 });
  });

  it('waits while the queue is full', async () => {
    const served = serve();
    served.dispatcher.isFull = true;
    const { id } = await served.service.benchmarks.start(
      await askedBenchmark(served, { items: 1, measures: ['FILL'] }),
      viewer,
    );
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    served.dispatcher.isFull = false;
    expect(await untilOver(served, id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('tells everything that is wrong with it at once', async () => {
    const served = serve();
    const wrong = await askedBenchmark(served, {
      maskings: [{ kind: 'RATE', rate: 2, unit: 'WORD' }],
      entrants: [{ label: 'a', model: 'nobody' }, { label: 'a' }],
      items: 7,
      scoreDraws: 0,
    });
    const error = await served.service.benchmarks.start(wrong, viewer).catch((e: InfillError) => e);
    const places = 'problems' in error ? error.problems.map(({ path }) => path.join('.')) : [];
    expect(places).toEqual(
      expect.arrayContaining([
        'scoreDraws',
        'items',
        'maskings.0.rate',
        'entrants.1',
        'entrants.0.model',
      ]),
    );
  });

  it('names the items that a masking does not fit', async () => {
    const served = serve();
    const dataset = await importLines(served, 'Only one sentence here.');
    const start = served.service.benchmarks.start(
      {
        ...(await askedBenchmark(served, { maskings: [{ kind: 'MIDDLE_SENTENCE' }] })),
        dataset: dataset.id,
      },
      viewer,
    );
    await expect(start).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('Item "1" has 1 sentence; '),
    });
  });

  it('tells how far it is up to its end, also to who comes later', async () => {
    const served = serve();
    const benchmark = await finished(served, { items: 1 });
    const events = served.service.benchmarks.events(benchmark.id, 99, viewer, never);
    const told = [];
    for await (const { type, seq } of events) told.push({ type, seq });
    expect(told).toEqual([{ type: 'ended', seq: 5 }]);
  });

  it('is for its owner alone', async () => {
    const served = serve();
    const benchmark = await finished(served, { items: 1 });
    const stranger = { ...viewer, owner: 'stranger' };
    const { benchmarks } = served.service;
    expect(await benchmarks.find([benchmark.id], stranger)).toEqual([null]);
    expect(await codeOf(benchmarks.cancel(benchmark.id, stranger))).toBe('UNKNOWN_BENCHMARK');
    expect(await codeOf(benchmarks.exported(benchmark.id, 'CSV', stranger))).toBe(
      'UNKNOWN_BENCHMARK',
    );
  });
});
