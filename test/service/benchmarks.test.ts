import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InfillError } from '../../src/errors.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { AnsweringDispatcher } from '../support/answering-dispatcher.ts';
import { openTestStore } from '../support/test-store.ts';
import { type BenchmarkInput, namedFacts } from './support/benchmark-facts.ts';
import { codeOf, never, setUp, viewer } from './support/set-up.ts';

const lines = Array.from(
  { length: 6 },
  (_, index) => `The cat of house ${index} sat there. It slept. It woke. It ate. It left again.`,
);

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

/** A service over the store of this file. */
function serve() {
  const dispatcher = new AnsweringDispatcher();
  const { options, clock } = setUp(store);
  const limits = { ...options.limits, maxRequestCost: 10_000 };
  const service = new InfillService({ ...options, dispatcher, limits });
  return { dispatcher, clock, service };
}

type Served = ReturnType<typeof serve>;

function importLines({ service }: Served, content = lines.join('\n')) {
  const facts = { name: 'cats', licence: 'CC0-1.0', source: 'test', format: 'LINES' } as const;
  return service.datasets.import({ ...facts, content: { inline: content } }, viewer);
}

async function asked(served: Served, changes: Partial<BenchmarkInput> = {}) {
  const dataset = await importLines(served);
  return {
    dataset: dataset.id,
    maskings: [{ kind: 'RATE', rate: 0.3, unit: 'WORD' }, { kind: 'MIDDLE_SENTENCE' }],
    entrants: [
      { label: 'one', decoder: { name: 'maria', options: {} } },
      { label: 'two', decoder: { name: 'autoregressive', options: {} } },
    ],
    seed: 3n,
    measures: ['FILL', 'SCORE'],
    scoreDraws: 16,
    ...changes,
  } satisfies BenchmarkInput;
}

async function untilOver({ service, clock }: Served, id: string) {
  for (;;) {
    const benchmark = await service.benchmarks.require(id, viewer);
    if (benchmark.finishedAt !== null) return benchmark;
    clock.advance(1000);
    await setImmediate();
  }
}

async function untilDone({ service }: Served, id: string, units: number) {
  for (;;) {
    const benchmark = await service.benchmarks.require(id, viewer);
    const { done } = await service.benchmarks.progress(benchmark);
    if (done >= units) return;
    await setImmediate();
  }
}

async function finished(served: Served, changes?: Partial<BenchmarkInput>) {
  const { id } = await served.service.benchmarks.start(await asked(served, changes), viewer);
  return untilOver(served, id);
}

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
    const calm = serve();
    const whole = await finished(calm);
    const dying = serve();
    dying.dispatcher.answers = 7;
    const { id } = await dying.service.benchmarks.start(await asked(dying), viewer);
    await untilDone(dying, id, 7);
    // The eighth has begun, and will never end.
    while ((await dying.service.countInfills({ benchmarkId: id }, viewer)) < 8)
      await setImmediate();
    // What the next start of a server does.
    await interruptUnfinished(store.database, new Date());
    const next = serve();
    await next.service.benchmarks.resume();
    const resumed = await untilOver(next, id);
    expect(await next.service.benchmarks.progress(resumed)).toMatchObject({ done: 24, total: 24 });
    expect(next.dispatcher.admitted.length).toBe(17);
    expect(await namedFacts(next.service, resumed)).toEqual(await namedFacts(calm.service, whole));
  });

  it('keeps what is done when it is cancelled', async () => {
    const served = serve();
    served.dispatcher.answers = 5;
    const { benchmarks } = served.service;
    const { id } = await benchmarks.start(await asked(served), viewer);
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
      await asked(served, { items: 1, measures: ['FILL'] }),
      viewer,
    );
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    served.dispatcher.isFull = false;
    expect(await untilOver(served, id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('tells everything that is wrong with it at once', async () => {
    const served = serve();
    const wrong = await asked(served, {
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
        ...(await asked(served, { maskings: [{ kind: 'MIDDLE_SENTENCE' }] })),
        dataset: dataset.id,
      },
      viewer,
    );
    await expect(start).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('1 sentences'),
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

describe('fills made elsewhere', () => {
  it('are an entrant like any other', async () => {
    const served = serve();
    const { benchmarks } = served.service;
    const benchmark = await finished(served, { maskings: [{ kind: 'MIDDLE_SENTENCE' }] });
    const content = Array.from({ length: 6 }, (_, index) =>
      JSON.stringify({ id: String(index + 1), fills: ['It woke.'], logProb: -2, tokens: 4 }),
    ).join('\n');
    const imported = await benchmarks.importFills(fillsOf(benchmark.id, content), viewer);
    const cells = (await benchmarks.cells(benchmark)).filter((c) => c.entrantId === imported.id);
    expect(cells.find(({ metric }) => metric === 'EXACT_MATCH')).toMatchObject({ mean: 1, n: 6 });
    expect(cells.find(({ metric }) => metric === 'PERPLEXITY')?.mean).toBeCloseTo(Math.exp(0.5));
    const again = benchmarks.importFills(fillsOf(benchmark.id, content), viewer);
    expect(await codeOf(again)).toBe('CONFLICT');
  });

  it('are refused with the number of every line that is wrong', async () => {
    const served = serve();
    const benchmark = await finished(served, { maskings: [{ kind: 'MIDDLE_SENTENCE' }] });
    const content = [
      'no json',
      '{"id": "99", "fills": ["x"]}',
      '{"id": "1", "fills": ["x", "y"]}',
      '{"id": "2", "fills": ["x"], "logProb": 1}',
    ].join('\n');
    const error = await served.service.benchmarks
      .importFills(fillsOf(benchmark.id, content), viewer)
      .catch((e: InfillError) => e);
    const messages = 'problems' in error ? error.problems.map(({ message }) => message) : [];
    expect(messages.map((message) => message.slice(0, 6))).toEqual(
      [1, 2, 3, 4].map((n) => `Line ${n}`),
    );
  });
});

function fillsOf(benchmarkId: string, content: string) {
  return {
    benchmarkId,
    label: 'elsewhere',
    content: { inline: content },
    kind: 'CHAIN_RULE',
    vocabularyDigest: null,
  } as const;
}
