/**
 * Finding, starting, cancelling and deleting benchmarks.
 */
import { defineBenchmark } from './benchmark.ts';
import { defineBenchmarkEvents } from './benchmark-events.ts';
import { benchmarkInputOf, defineBenchmarkInput } from './benchmark-input.ts';
import { defineBenchmarkList } from './benchmark-list.ts';
import { asResult, isExpectedError } from './error.ts';
import { decodeIdOf, requireIdOf } from './global-id.ts';
import type { MaskingInput } from './masking.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Adds `Benchmark` and its operations. */
export function defineBenchmarks(parts: Parts, types: OperationTypes, masking: MaskingInput): void {
  const { builder, service } = parts;
  defineBenchmark(parts);
  defineBenchmarkList(parts, masking);
  builder.queryField('benchmark', (t) =>
    t.field({
      type: 'Benchmark',
      nullable: true,
      description: 'The benchmark with a global id; null when there is none.',
      args: { id: t.arg.id({ required: true, description: 'Global id of a benchmark.' }) },
      resolve: async (_, args, { viewer }) => {
        const id = decodeIdOf('Benchmark', args.id);
        return id === null ? null : ((await service.benchmarks.find([id], viewer))[0] ?? null);
      },
    }),
  );
  const result = defineResult(parts, types);
  const input = defineBenchmarkInput(parts, types, masking);
  builder.mutationField('startBenchmark', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Fills and scores the masked items of a dataset by every entrant, in the time that others leave, and answers ' +
        'once all is checked. It goes on where it was when the server starts again.',
      args: { input: t.arg({ type: input, required: true, description: 'What to compare.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(
          () => service.benchmarks.start(benchmarkInputOf(args.input, service), viewer),
          args.input,
        ),
    }),
  );
  defineEnding(parts, types, result);
  defineBenchmarkEvents(parts, types);
}

function defineResult({ builder }: Parts, { errors }: OperationTypes) {
  return builder.unionType('BenchmarkResult', {
    description: 'A benchmark, or what was wrong with the request.',
    types: ['Benchmark', ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'Benchmark'),
  });
}

function defineEnding(
  { builder, service }: Parts,
  { errors }: OperationTypes,
  result: ReturnType<typeof defineResult>,
): void {
  const idInput = (name: string, description: string) =>
    builder.inputType(name, {
      description,
      fields: (t) => ({ id: t.id({ required: true, description: 'Global id of a benchmark.' }) }),
    });
  const cancelInput = idInput('CancelBenchmarkInput', 'Which benchmark to cancel.');
  builder.mutationField('cancelBenchmark', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description: 'Ends a benchmark; what is done is kept, with its figures. Idempotent.',
      args: { input: t.arg({ type: cancelInput, required: true, description: 'Which one.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(() => service.benchmarks.cancel(requireIdOf('Benchmark', args.input.id), viewer)),
    }),
  );
  const deleteInput = idInput('DeleteBenchmarkInput', 'Which benchmark to delete.');
  const deleted = builder.objectRef<{ readonly id: string }>('DeletedBenchmark').implement({
    description: 'A benchmark that is gone.',
    fields: (t) => ({ id: t.exposeID('id', { description: 'Its global id.' }) }),
  });
  const deleteResult = builder.unionType('DeleteBenchmarkResult', {
    description: 'What was deleted, or why it was not.',
    types: [deleted, ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'DeletedBenchmark'),
  });
  builder.mutationField('deleteBenchmark', (t) =>
    t.field({
      type: deleteResult,
      authScopes: { ADMIN: true },
      description: 'Deletes a benchmark of yours that is over, with its infills, for good.',
      args: { input: t.arg({ type: deleteInput, required: true, description: 'Which one.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(async () => {
          await service.benchmarks.delete(requireIdOf('Benchmark', args.input.id), viewer);
          return { id: args.input.id };
        }),
    }),
  );
}
