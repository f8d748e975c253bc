/**
 * Which infills a list has, and in which order.
 */
import type { RunFilter } from '../src/service/service.ts';
import type { Parts } from './parts.ts';

/** Adds `InfillFilter`. */
export function defineFilter({ builder, enums }: Parts) {
  return builder.inputType('InfillFilter', {
    description: 'Which infills; every field that is present must hold.',
    fields: (t) => ({
      statuses: t.field({ type: [enums.runStatus], description: 'It is in one of these states.' }),
      decoderNames: t.stringList({ description: 'It was filled by one of these decoders.' }),
      labels: t.stringList({ description: 'It has all of these labels.' }),
      createdAfter: t.field({
        type: 'DateTime',
        description: 'It was submitted at this time or later.',
      }),
      createdBefore: t.field({
        type: 'DateTime',
        description: 'It was submitted before this time.',
      }),
    }),
  });
}

/** Adds `InfillOrder`. */
export function defineOrder({ builder, enums }: Parts) {
  return builder.inputType('InfillOrder', {
    description: 'The order of a list of infills.',
    fields: (t) => ({
      field: t.field({ type: enums.infillOrderField, required: true, description: 'By what.' }),
      direction: t.field({
        type: enums.orderDirection,
        required: true,
        description: 'Which end first.',
      }),
    }),
  });
}

/** A filter as the service takes it; null means absent. */
export function filterOf(
  filter: { readonly [K in keyof RunFilter]?: RunFilter[K] | null },
): RunFilter {
  return {
    statuses: filter.statuses ?? undefined,
    decoderNames: filter.decoderNames ?? undefined,
    labels: filter.labels ?? undefined,
    createdAfter: filter.createdAfter ?? undefined,
    createdBefore: filter.createdBefore ?? undefined,
  };
}
