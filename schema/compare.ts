/**
 * Starting a comparison, and following all its infills at once.
 */
import type { CompareInput, ComparisonEvent } from '../src/service/comparisons.ts';
import type { LengthSearch, Service } from '../src/service/service.ts';
import { endingOnReturn } from './ending-on-return.ts';
import { type EntrantValue, entrantOf } from './entrant-input.ts';
import { asResult, endingWithExpected, isExpectedError } from './error.ts';
import { encodeId, requireIdOf } from './global-id.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';
import { type SourceValue, sourceOf } from './source-input.ts';

/** Value of `CompareInput`. */
type CompareValue = {
  readonly source: SourceValue;
  readonly entrants: readonly EntrantValue[];
  readonly seed?: bigint | null | undefined;
  readonly alternatives: number;
  readonly lengthSearch: LengthSearch;
  readonly deadlineMs?: number | null | undefined;
  readonly labels?: readonly string[] | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/** Adds the fields `compare` and `comparisonEvents`. */
export function defineCompare(parts: Parts, types: OperationTypes): void {
  const { builder, service } = parts;
  const input = defineInput(parts, types);
  const result = builder.unionType('CompareResult', {
    description: 'A comparison, or what was wrong with the request.',
    types: ['Comparison', ...types.errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'Comparison'),
  });
  builder.mutationField('compare', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Takes one text in for several entrants, all or none, and answers at once; follow it with ' +
        '`comparisonEvents`. Its infills go on without their client; `cancelInfill` cancels each.',
      args: { input: t.arg({ type: input, required: true, description: 'What to compare.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(
          () => service.comparisons.compare(compareInputOf(args.input, service), viewer),
          args.input,
        ),
    }),
  );
  defineEvents(parts, types);
}

function defineInput({ builder, enums }: Parts, { shared, entrant }: OperationTypes) {
  const input = builder.inputRef<CompareValue>('CompareInput');
  input.implement({
    description: 'One text for several entrants, with one seed and on the same terms.',
    fields: (t) => ({
      source: t.field({ type: shared.source, required: true, description: 'The text to fill.' }),
      entrants: t.field({ type: [entrant], required: true, description: 'From 2 to 8.' }),
      seed: t.field({
        type: 'BigInt',
        description:
          'From 0 to 2^63 − 1; fixes all randomness of all entrants. Chosen and reported when absent.',
      }),
      alternatives: t.int({
        required: true,
        defaultValue: 0,
        description: 'How many probable tokens to report beside each committed one, from 0 to 20.',
      }),
      lengthSearch: t.field({
        type: enums.lengthSearch,
        required: true,
        defaultValue: 'CAL',
        description: 'How unknown lengths are decided; of no effect where all are known.',
      }),
      deadlineMs: t.int({
        description:
          'Milliseconds from submission, from 1 to 86400000; then what has not ended is cancelled, and what is filled ' +
          'so far is kept.',
      }),
      labels: t.stringList({ description: 'Your own words for finding the infills again.' }),
      idempotencyKey: t.string({
        description:
          'Your name for this submission, from 1 to 128 printable characters. Sent again with the same input it is the ' +
          'same comparison, and nothing is charged; with another input, a `ConflictError`. It is known for as long as ' +
          'the comparison is.',
      }),
    }),
  });
  return input;
}

function compareInputOf(value: CompareValue, service: Service): CompareInput {
  return {
    source: sourceOf(value.source),
    entrants: value.entrants.map((entrant) => entrantOf(entrant, service)),
    seed: value.seed ?? undefined,
    alternatives: value.alternatives,
    lengthSearch: value.lengthSearch,
    deadlineMs: value.deadlineMs ?? undefined,
    labels: value.labels ?? undefined,
    idempotencyKey: value.idempotencyKey ?? undefined,
  };
}

function defineEvents({ builder, service }: Parts, { errors }: OperationTypes): void {
  const event = builder.objectRef<ComparisonEvent>('ComparisonEvent').implement({
    description: 'Something that happened to one of the infills of a comparison.',
    fields: (t) => ({
      comparisonId: t.id({
        description: 'Global id of the comparison.',
        resolve: ({ comparison }) => encodeId('Comparison', comparison.id),
      }),
      seq: t.exposeInt('seq', {
        description:
          'Counts the events of all its infills from 0, in the order of their times; the last one seen is the ' +
          '`after` to go on from.',
      }),
      entrant: t.exposeInt('entrant', { description: 'Index of the entrant.' }),
      label: t.string({
        description: 'Its label.',
        resolve: ({ comparison, entrant }) => comparison.entrants[entrant]?.label ?? '',
      }),
      event: t.expose('event', {
        type: 'InfillEvent',
        description: 'What happened; its `seq` is its place in its own infill.',
      }),
    }),
  });
  const item = builder.unionType('ComparisonStreamItem', {
    description:
      'An event of a comparison, or what was wrong with the request, which is the last item.',
    types: [event, ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'ComparisonEvent'),
  });
  builder.subscriptionField('comparisonEvents', (t) =>
    t.field({
      type: item,
      description:
        'The events of all infills of a comparison in one stream: those that happened, then live ones, until all have ' +
        'ended. Those of a time in the order of the entrants, so that every reader is told the same order.',
      args: {
        id: t.arg.id({ required: true, description: 'Global id of a comparison.' }),
        after: t.arg.int({
          description:
            'Only events with a larger `seq`, and the last one of each infill; all when absent.',
        }),
      },
      subscribe: (_, { id, after }, { viewer, signal }) =>
        endingOnReturn(
          (own) =>
            endingWithExpected(() =>
              service.comparisons.events(requireIdOf('Comparison', id), after ?? null, viewer, own),
            ),
          signal,
        ),
      resolve: (value) => value,
    }),
  );
}
