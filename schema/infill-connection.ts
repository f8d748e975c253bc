/**
 * A page of infills in Relay's form.
 */
import type { RunFilter, RunPage } from '../src/service/service.ts';
import type { Parts } from './parts.ts';

/** A page with the filter it was made with, for the count. */
export type InfillPage = RunPage & { readonly filter: RunFilter };

/** Adds `InfillConnection` and `InfillEdge`. */
export function defineInfillConnection({ builder, service }: Parts): void {
  const edge = builder.objectRef<RunPage['edges'][number]>('InfillEdge').implement({
    description: 'An infill with its place in a list.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Its place, for `after` and `before`.' }),
      node: t.expose('run', { type: 'Infill', description: 'The infill.' }),
    }),
  });
  builder.objectType('InfillConnection', {
    description: 'A page of infills.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: 'The infills with their cursors.' }),
      nodes: t.field({
        type: ['Infill'],
        description: 'The infills.',
        resolve: ({ edges }) => edges.map(({ run }) => run),
      }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page is.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        description: 'How many infills pass the filter, on all pages.',
        resolve: ({ filter }, _, { viewer }) => service.countInfills(filter, viewer),
      }),
    }),
  });
}
