/**
 * What a client asks to have compared on a dataset, as an input, and how the service takes it.
 */
import type { Problem } from '../src/errors.ts';
import type { BenchmarkInput, Measure } from '../src/service/benchmarks.ts';
import type { Service } from '../src/service/service.ts';
import { type EntrantValue, entrantOf } from './entrant-input.ts';
import { decodeIdOf } from './global-id.ts';
import { type MaskingInput, type MaskingValue, readMasking } from './masking.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

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
  readonly idempotencyKey?: string | null | undefined;
};

/** Adds `StartBenchmarkInput`. */
export function defineBenchmarkInput(
  { builder, enums }: Pick<Parts, 'builder' | 'enums'>,
  { entrant }: Pick<OperationTypes, 'entrant'>,
  masking: MaskingInput,
) {
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
      idempotencyKey: t.string({
        description:
          'Your name for this submission, from 1 to 128 printable characters. Sent again with the same input it is the ' +
          'same benchmark; with another input, a `ConflictError`. It is known for as long as the benchmark is.',
      }),
    }),
  });
  return input;
}

/** A benchmark as the service takes it, with everything that could not be read. */
export function benchmarkInputOf(value: StartValue, service: Service): BenchmarkInput {
  const entrants = value.entrants.map((entrant) => entrantOf(entrant, service));
  const maskings = value.maskings.map(readMasking);
  const problems = [
    ...maskings.flatMap(({ problem }, index) =>
      problem === null ? [] : [at(['maskings', String(index)], problem)],
    ),
    ...seedProblems(value.seed ?? 0n),
    ...entrants.flatMap((entrant, index) =>
      (entrant.problems ?? []).map((problem) => at(['entrants', String(index)], problem)),
    ),
  ];
  return {
    name: value.name ?? undefined,
    dataset: decodeIdOf('Dataset', value.dataset) ?? value.dataset.slice(0, 100),
    maskings: maskings.map(({ masking }) => masking),
    entrants,
    seed: value.seed ?? undefined,
    measures: value.measures,
    items: value.items ?? undefined,
    scoreDraws: value.scoreDraws,
    idempotencyKey: value.idempotencyKey ?? undefined,
    problems,
  };
}

function at(place: readonly string[], problem: Problem): Problem {
  return { ...problem, path: [...place, ...problem.path] };
}

/** What is wrong with a seed. */
export function seedProblems(seed: bigint): readonly Problem[] {
  const most = 2n ** 63n - 1n;
  if (seed >= 0n && seed <= most) return [];
  const message = `The seed is ${seed}; it must be from 0 to ${most}.`;
  return [
    { path: ['seed'], code: 'INVALID_SEED', message, value: String(seed), limit: String(most) },
  ];
}
