/**
 * Finding infills again: one by id, and pages of a list.
 */
import { InfillError, problemsError } from '../src/errors.ts';
import type { PageRequest, RunOrder } from '../src/service/service.ts';
import { decodeIdOf } from './global-id.ts';
import { defineInfillConnection } from './infill-connection.ts';
import { defineFilter, defineOrder, filterOf } from './infill-filter.ts';
import type { Parts } from './parts.ts';

const defaultPageSize = 20;
const maxPageSize = 100;

type PageArguments = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

/** Adds the fields `infill` and `infills`. */
export function defineInfills(parts: Parts): void {
  const { builder, service } = parts;
  defineInfillConnection(parts);
  const filterInput = defineFilter(parts);
  const orderInput = defineOrder(parts);
  builder.queryField('infill', (t) =>
    t.field({
      type: 'Infill',
      nullable: true,
      description: 'The infill with a global id; null when there is none.',
      args: { id: t.arg.id({ required: true, description: 'Global id of an infill.' }) },
      resolve: (_, args, { infills }) => {
        const id = decodeIdOf('Infill', args.id);
        return id === null ? null : infills.load(id);
      },
    }),
  );
  builder.queryField('infills', (t) =>
    t.field({
      type: 'InfillConnection',
      authScopes: { READ: true },
      description: 'A page of the infills, the newest first unless `orderBy` says otherwise.',
      args: {
        first: t.arg.int({ description: `How many from the start; at most ${maxPageSize}.` }),
        after: t.arg.string({ description: 'A cursor: only what comes after it.' }),
        last: t.arg.int({ description: `How many from the end; at most ${maxPageSize}.` }),
        before: t.arg.string({ description: 'A cursor: only what comes before it.' }),
        filter: t.arg({ type: filterInput, description: 'Only infills that pass.' }),
        orderBy: t.arg({ type: orderInput, description: 'Newest first when absent.' }),
      },
      resolve: async (_, args, { viewer }) => {
        const filter = filterOf(args.filter ?? {});
        const order: RunOrder = `${args.orderBy?.field ?? 'CREATED_AT'}_${args.orderBy?.direction ?? 'DESC'}`;
        const page = await service.listInfills(pageOf(args), filter, order, viewer);
        return { ...page, filter };
      },
    }),
  );
}

function pageOf({ first, last, after, before }: PageArguments): PageRequest {
  if (first != null && last != null) {
    throw new InfillError(
      'INVALID_INPUT',
      '`first` and `last` exclude each other; give one of them.',
    );
  }
  const cursors = { after: after ?? undefined, before: before ?? undefined };
  if (last != null) return { last: pageSize('last', last), ...cursors };
  return { first: pageSize('first', first ?? defaultPageSize), ...cursors };
}

function pageSize(name: 'first' | 'last', size: number): number {
  if (size >= 0 && size <= maxPageSize) return size;
  const message = `\`${name}\` is ${size}; it is at least 0 and at most ${maxPageSize}.`;
  throw problemsError([
    {
      path: [name],
      code: 'INVALID_INPUT',
      message,
      value: String(size),
      limit: String(maxPageSize),
    },
  ]);
}
