/**
 * Finding infills again: one by id, and pages of a list.
 */
import type { RunOrder } from '../src/service/service.ts';
import { decodeIdOf } from './global-id.ts';
import { defineInfillConnection } from './infill-connection.ts';
import { defineFilter, defineOrder, filterOf } from './infill-filter.ts';
import { pageArguments, pageOf } from './page.ts';
import type { Parts } from './parts.ts';

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
        ...pageArguments(t.arg),
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
