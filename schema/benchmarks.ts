/**
 * Starting, cancelling, following and finding benchmarks.
 */
import { InfillError, type Problem } from '../src/errors.ts';
import type {
  BenchmarkEvent,
  BenchmarkInput,
  EntrantInput,
  Masking,
  Measure,
} from '../src/service/benchmarks.ts';
import type { Service } from '../src/service/service.ts';
import { defineBenchmark } from './benchmark.ts';
import { defineBenchmarkList } from './benchmark-list.ts';
import { chosenDecoder, type DecoderChoice, presentOf } from './decoder-input.ts';
import { endingOnReturn } from './ending-on-return.ts';
import { asResult, endingWithExpected, isExpectedError } from './error.ts';
import { decodeIdOf, encodeId } from './global-id.ts';
import { readModel } from './infill-input.ts';
import { type MaskingInput, type MaskingValue, maskingOf } from './masking.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

type EntrantValue = {
  readonly label: string;
  readonly model?: string | null | undefined;
  readonly decoder?: DecoderChoice | null | undefined;
  readonly sampling?: Readonly<Record<string, unknown>> | null | undefined;
};

/** Value of `StartBenchmarkInput`. */
type StartValue = {
  readonly name?: string | null | undefined;
  readonly dataset: string;
  readonly maskings: readonly MaskingValue[];
  readonly entrants: readonly EntrantValue[];
  readonly seed?: bigint | null | undefined;
  readonly measures: readonly Measure[];
  readonly items?: number | null | undefined;
  readonly scoreDraws: number;
};

type Types = OperationTypes & { readonly masking: MaskingInput };

/** Adds `Benchmark` and its operations. */
export function defineBenchmarks(
  parts: Parts,
  operations: OperationTypes,
  masking: MaskingInput,
): void {
  const { builder, service } = parts;
  const types = { ...operations, masking };
  defineBenchmark(parts);
  defineBenchmarkList(parts, types.masking);
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
  const input = defineStartInput(parts, types);
  builder.mutationField('startBenchmark', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Fills and scores the masked items of a dataset by every entrant, in the time that others leave, and answers ' +
        'at once. It goes on where it was when the server starts again.',
      args: { input: t.arg({ type: input, required: true, description: 'What to compare.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(
          () => service.benchmarks.start(benchmarkInputOf(args.input, service), viewer),
          args.input,
        ),
    }),
  );
  defineEnding(parts, types, result);
  defineEvents(parts, types);
}

function defineResult({ builder }: Parts, { errors }: Types) {
  return builder.unionType('BenchmarkResult', {
    description: 'A benchmark, or what was wrong with the request.',
    types: ['Benchmark', ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'Benchmark'),
  });
}

/** The id of a benchmark. @throws UNKNOWN_BENCHMARK for anything else */
export function benchmarkIdOf(globalId: string): string {
  const id = decodeIdOf('Benchmark', globalId);
  if (id === null) {
    throw new InfillError('UNKNOWN_BENCHMARK', 'The id given is not the id of a benchmark.');
  }
  return id;
}

function defineStartInput({ builder, enums }: Parts, { shared, masking }: Types) {
  const entrant = builder.inputRef<EntrantValue>('BenchmarkEntrantInput');
  entrant.implement({
    description: 'Who takes part: a decoder with its settings on a model pack.',
    fields: (t) => ({
      label: t.string({ required: true, description: 'From 1 to 64 characters; unique.' }),
      model: t.id({ description: 'Global id of a model pack; the first of `models` when absent.' }),
      decoder: t.field({
        type: shared.decoder,
        description: 'The first of the `decoders` of the model pack when absent.',
      }),
      sampling: t.field({
        type: shared.sampling,
        description: 'How tokens are drawn; greedily when absent.',
      }),
    }),
  });
  const input = builder.inputRef<StartValue>('StartBenchmarkInput');
  input.implement({
    description: 'What to compare: at most 100000 units, which are items × maskings × entrants.',
    fields: (t) => ({
      name: t.string({ description: 'What you call it; at most 200 characters.' }),
      dataset: t.id({ required: true, description: 'Global id of a dataset.' }),
      maskings: t.field({
        type: [masking],
        required: true,
        description: 'From 1 to 32, each applied to every item.',
      }),
      entrants: t.field({
        type: [entrant],
        required: true,
        description: 'At most 16; none where all fills are to be imported.',
      }),
      seed: t.field({
        type: 'BigInt',
        description: 'From 0 to 2^63 − 1; of masks, samples and intervals. Chosen when absent.',
      }),
      measures: t.field({
        type: [enums.measure],
        required: true,
        defaultValue: ['FILL', 'SCORE'],
        description: 'What is done with every masked item.',
      }),
      items: t.int({ description: 'So many items from the first; all when absent.' }),
      scoreDraws: t.int({
        required: true,
        defaultValue: 16,
        description: 'Random masks that a score of kind ELBO is the mean of, from 1 to 1024.',
      }),
    }),
  });
  return input;
}

/** A benchmark as the service takes it. */
function benchmarkInputOf(value: StartValue, service: Service): BenchmarkInput {
  const problems: Problem[] = [];
  const entrants = value.entrants.map((entrant, index): EntrantInput => {
    const read = entrantOf(entrant, service);
    const at = ['entrants', String(index)];
    problems.push(...read.problems.map((p) => ({ ...p, path: [...at, ...p.path] })));
    return read.entrant;
  });
  const maskings = value.maskings.map((masking): Masking => maskingOf(masking));
  return {
    name: value.name ?? undefined,
    dataset: decodeIdOf('Dataset', value.dataset) ?? value.dataset.slice(0, 100),
    maskings,
    entrants,
    seed: value.seed ?? undefined,
    measures: value.measures,
    items: value.items ?? undefined,
    scoreDraws: value.scoreDraws,
    problems,
  };
}

function entrantOf({ label, model, decoder, sampling }: EntrantValue, service: Service) {
  const pack = model == null ? { id: undefined, problems: [] } : readModel(model);
  const chosen = decoder == null ? null : chosenDecoder(decoder, service.decoders);
  const entrant = {
    label,
    model: pack.id,
    decoder: chosen?.decoder,
    sampling: sampling == null ? undefined : presentOf(sampling),
  };
  return { entrant, problems: [...pack.problems, ...(chosen?.problems ?? [])] };
}

function defineEnding(
  { builder, service }: Parts,
  { errors }: Types,
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
        asResult(() => service.benchmarks.cancel(benchmarkIdOf(args.input.id), viewer)),
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
          await service.benchmarks.delete(benchmarkIdOf(args.input.id), viewer);
          return { id: args.input.id };
        }),
    }),
  );
}

function defineEvents({ builder, service }: Parts, { errors }: Types): void {
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
              service.benchmarks.events(benchmarkIdOf(id), after ?? null, viewer, own),
            ),
          signal,
        ),
      resolve: (event) => event,
    }),
  );
}
