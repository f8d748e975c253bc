/**
 * Following a benchmark.
 */
import type { BenchmarkEvent } from '../src/service/benchmarks.ts';
import { endingOnReturn } from './ending-on-return.ts';
import { endingWithExpected, isExpectedError } from './error.ts';
import { encodeId, requireIdOf } from './global-id.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Adds `benchmarkEvents`. */
export function defineBenchmarkEvents(
  { builder, service }: Parts,
  { errors }: Pick<OperationTypes, 'errors'>,
): void {
  const types = (
    [
      ['BenchmarkProgressed', 'A benchmark has gone on.'],
      ['BenchmarkEnded', 'A benchmark is over. The last event.'],
    ] as const
  ).map(([name, description]) =>
    builder.objectRef<BenchmarkEvent>(name).implement({
      description,
      fields: (t) => ({
        benchmarkId: t.id({
          description: 'Global id of the benchmark.',
          resolve: ({ benchmarkId }) => encodeId('Benchmark', benchmarkId),
        }),
        seq: t.exposeInt('seq', {
          description: 'Grows with every unit; the last one seen is the `after` to go on from.',
        }),
        at: t.expose('at', { type: 'DateTime', description: 'When it was told.' }),
        progress: t.expose('progress', {
          type: 'BenchmarkProgress',
          description: 'How far it is.',
        }),
        benchmark: t.field({
          type: 'Benchmark',
          description: 'The benchmark, with its figures so far.',
          resolve: ({ benchmarkId }, _, { viewer }) =>
            service.benchmarks.require(benchmarkId, viewer),
        }),
      }),
    }),
  );
  const item = builder.unionType('BenchmarkStreamItem', {
    description: 'How far a benchmark is, or what was wrong with the request.',
    types: [...types, ...errors],
    resolveType: (value) => {
      if (isExpectedError(value)) return value.typeName;
      return value.type === 'ended' ? 'BenchmarkEnded' : 'BenchmarkProgressed';
    },
  });
  builder.subscriptionField('benchmarkEvents', (t) =>
    t.field({
      type: item,
      description: 'How far a benchmark is, at once, then at most twice a second, up to its end.',
      args: {
        id: t.arg.id({ required: true, description: 'Global id of a benchmark.' }),
        after: t.arg.int({ description: 'Only events with a larger `seq`; all when absent.' }),
      },
      subscribe: (_, { id, after }, { viewer, signal }) =>
        endingOnReturn(
          (own) =>
            endingWithExpected(() =>
              service.benchmarks.events(requireIdOf('Benchmark', id), after ?? null, viewer, own),
            ),
          signal,
        ),
      resolve: (event) => event,
    }),
  );
}
