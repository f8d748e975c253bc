/**
 * Services that run benchmarks over a dispatcher that answers at once.
 */
import { setImmediate } from 'node:timers/promises';
import { type Figures, figuresHere } from '../../../src/service/benchmark-figures.ts';
import type { BenchmarkInput } from '../../../src/service/benchmarks.ts';
import { InfillService } from '../../../src/service/infill-service.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { AnsweringDispatcher } from '../../support/answering-dispatcher.ts';
import { setUp, viewer } from './set-up.ts';

const lines = Array.from(
  { length: 6 },
  (_, index) => `The cat of house ${index} sat there. It slept. It woke. It ate. It left again.`,
);

/** A service, and what it is made of. */
export type Served = ReturnType<typeof serveBenchmarks>;

/** Two metrics of all, which take a tenth of the time. */
const quickFigures: Figures = {
  ...figuresHere,
  cells: (results) =>
    figuresHere.cells({ ...results, metrics: ['PERPLEXITY', 'EXACT_MATCH', 'TOKEN_ACCURACY'] }),
};

/** Makes a service over a store, as the next start of a server does. */
export function serveBenchmarks(store: Store, figures = quickFigures) {
  const dispatcher = new AnsweringDispatcher();
  const { options, clock, gate, benchmarkFailures } = setUp(store);
  const limits = { ...options.limits, maxRequestCost: 10_000 };
  const service = new InfillService({ ...options, dispatcher, limits, figures });
  return { dispatcher, clock, service, gate, benchmarkFailures };
}

/** Takes a dataset of six stories in, or one of other lines. */
export function importLines({ service }: Served, content = lines.join('\n')) {
  const facts = { name: 'cats', licence: 'CC0-1.0', source: 'test', format: 'LINES' } as const;
  return service.datasets.import({ ...facts, content: { inline: content } }, viewer);
}

/** Two entrants, two maskings, six items: 24 units. */
export async function askedBenchmark(served: Served, changes: Partial<BenchmarkInput> = {}) {
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

/** Starts one and answers at once. */
export async function started(served: Served, changes?: Partial<BenchmarkInput>) {
  return served.service.benchmarks.start(await askedBenchmark(served, changes), viewer);
}

/** Lets time pass until a benchmark is as a test wants it. */
export async function untilBenchmark(
  { service, clock }: Served,
  id: string,
  isIt: (benchmark: Awaited<ReturnType<typeof service.benchmarks.require>>) => boolean,
) {
  for (;;) {
    const benchmark = await service.benchmarks.require(id, viewer);
    if (isIt(benchmark)) return benchmark;
    clock.advance(1000);
    await setImmediate();
  }
}

/** Waits for the end of a benchmark. */
export function untilOver(served: Served, id: string) {
  return untilBenchmark(served, id, ({ finishedAt }) => finishedAt !== null);
}

/** Waits until so many units are done. */
export async function untilDone({ service }: Served, id: string, units: number) {
  for (;;) {
    const benchmark = await service.benchmarks.require(id, viewer);
    const { done } = await service.benchmarks.progress(benchmark);
    if (done >= units) return;
    await setImmediate();
  }
}

/** Waits until so many units are done, and the infill of the next is stored; that one ends when the dispatcher answers it. */
export async function untilInNext(served: Served, id: string, done: number) {
  await untilDone(served, id, done);
  while ((await served.service.countInfills({ benchmarkId: id }, viewer)) <= done) {
    await setImmediate();
  }
}

/** Starts one and waits for its end. */
export async function finished(served: Served, changes?: Partial<BenchmarkInput>) {
  const { id } = await started(served, changes);
  return untilOver(served, id);
}
