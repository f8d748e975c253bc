/**
 * Which infills a list has, and in which order.
 */
import { type InfillError, problemsError } from '../src/errors.ts';
import type { RunFilter } from '../src/service/service.ts';
import { decodeIdOf } from './global-id.ts';
import type { Parts } from './parts.ts';

/** Most entries of one list: each is a parameter of the query, which holds the thread of the API. */
const maxEntries = 100;

/** Adds `InfillFilter`. */
export function defineFilter({ builder, enums }: Parts) {
  return builder.inputType('InfillFilter', {
    description: `Which infills; every field that is present must hold. A list has at most ${maxEntries} entries.`,
    fields: (t) => ({
      statuses: t.field({ type: [enums.runStatus], description: 'It is in one of these states.' }),
      decoderNames: t.stringList({ description: 'It was filled by one of these decoders.' }),
      labels: t.stringList({ description: 'It has all of these labels.' }),
      benchmark: t.id({
        description: 'It was made for this benchmark, a global id; made for none when absent.',
      }),
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

/**
 * A filter as the service takes it; null means absent.
 *
 * @throws INVALID_INPUT for a list that is too long, or a text that the database cannot hold.
 */
export function filterOf(
  filter: { readonly [K in keyof Omit<RunFilter, 'benchmarkId'>]?: RunFilter[K] | null } & {
    readonly benchmark?: string | null | undefined;
  },
): RunFilter {
  return {
    // An id of something else is that of no benchmark.
    benchmarkId:
      filter.benchmark == null ? undefined : (decodeIdOf('Benchmark', filter.benchmark) ?? noId),
    statuses: checked('statuses', filter.statuses),
    decoderNames: checked('decoderNames', filter.decoderNames),
    labels: checked('labels', filter.labels),
    createdAfter: filter.createdAfter ?? undefined,
    createdBefore: filter.createdBefore ?? undefined,
  };
}

const noId = '00000000-0000-0000-0000-000000000000';

function checked<T extends string>(
  name: keyof RunFilter,
  entries: readonly T[] | null | undefined,
): readonly T[] | undefined {
  if (entries == null) return undefined;
  if (entries.length > maxEntries) {
    const message = `\`${name}\` has ${entries.length} entries; the limit is ${maxEntries}.`;
    throw wrong(name, message, String(entries.length), String(maxEntries));
  }
  if (entries.some((entry) => entry.includes('\0'))) {
    throw wrong(name, `An entry of \`${name}\` has U+0000, which no infill has.`, 'U+0000', null);
  }
  return entries;
}

function wrong(name: string, message: string, value: string, limit: string | null): InfillError {
  return problemsError([{ path: ['filter', name], code: 'INVALID_INPUT', message, value, limit }]);
}
