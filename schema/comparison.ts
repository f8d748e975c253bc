/**
 * A comparison: one text that several entrants fill, and the pages of a list of them.
 */
import type { Comparison, ComparisonEntrant, Page } from '../src/service/comparisons.ts';
import { decodeIdOf, encodeId } from './global-id.ts';
import { pageArguments, pageOf } from './page.ts';
import type { Parts } from './parts.ts';
import { templateOf } from './source-template.ts';

type EntrantOfComparison = ComparisonEntrant & { readonly index: number };

/** Adds `Comparison`, `Infill.comparison`, and the fields `comparison` and `comparisons`. */
export function defineComparison(parts: Parts): void {
  const { builder } = parts;
  defineType(parts);
  defineList(parts);
  builder.objectField('Infill', 'comparison', (t) =>
    t.field({
      type: 'Comparison',
      nullable: true,
      description: 'The comparison it takes part in; null where it takes part in none.',
      resolve: ({ comparisonId }, _, { comparisons }) =>
        comparisonId === null ? null : comparisons.load(comparisonId),
    }),
  );
  builder.queryField('comparison', (t) =>
    t.field({
      type: 'Comparison',
      nullable: true,
      description: 'The comparison with a global id; null when there is none.',
      args: { id: t.arg.id({ required: true, description: 'Global id of a comparison.' }) },
      resolve: async (_, args, { comparisons }) => {
        const id = decodeIdOf('Comparison', args.id);
        return id === null ? null : comparisons.load(id);
      },
    }),
  );
}

function defineType(parts: Parts): void {
  const { builder } = parts;
  const entrant = defineEntrant(parts);
  builder.objectType('Comparison', {
    description:
      'One text that several entrants fill, with one seed and on the same terms; each in an infill of its own. It ' +
      'goes with the last of its infills that is deleted.',
    interfaces: ['Node'],
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'entrants' in value,
    fields: (t) => ({
      id: t.id({ description: 'Global id.', resolve: ({ id }) => encodeId('Comparison', id) }),
      source: t.string({
        nullable: true,
        description: 'The template; segments are shown as one; null for token ids.',
        resolve: ({ source }) => templateOf(source),
      }),
      entrants: t.field({
        type: [entrant],
        description: 'Who takes part, in the order given.',
        resolve: ({ entrants }) => entrants.map((each, index) => ({ ...each, index })),
      }),
      infills: t.field({
        type: ['Infill'],
        description:
          'The infills of the entrants, in their order, without those that were deleted.',
        resolve: async ({ entrants }, _, { infills }) => {
          const found = await Promise.all(entrants.map(({ runId }) => infills.load(runId)));
          return found.filter((infill) => infill !== null);
        },
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
    }),
  });
}

function defineEntrant({ builder }: Parts) {
  return builder.objectRef<EntrantOfComparison>('ComparisonEntrant').implement({
    description: 'Who takes part in a comparison.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Its place, from 0.' }),
      label: t.exposeString('label', { description: "The client's name for it." }),
      infill: t.field({
        type: 'Infill',
        nullable: true,
        description: 'What it fills; null once that was deleted.',
        resolve: ({ runId }, _, { infills }) => infills.load(runId),
      }),
    }),
  });
}

function defineList({ builder, service }: Parts): void {
  const edge = builder.objectRef<Page<Comparison>['edges'][number]>('ComparisonEdge').implement({
    description: 'A comparison with its place in a list.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Its place, for `after` and `before`.' }),
      node: t.expose('row', { type: 'Comparison', description: 'The comparison.' }),
    }),
  });
  const connection = builder.objectRef<Page<Comparison>>('ComparisonConnection').implement({
    description: 'A page of comparisons.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: 'Comparisons with their cursors.' }),
      nodes: t.field({
        type: ['Comparison'],
        description: 'The comparisons.',
        resolve: ({ edges }) => edges.map(({ row }) => row),
      }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page is.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        description: 'How many comparisons there are, on all pages.',
        resolve: (_, __, { viewer }) => service.comparisons.count(viewer),
      }),
    }),
  });
  builder.queryField('comparisons', (t) =>
    t.field({
      type: connection,
      authScopes: { READ: true },
      description: 'A page of the comparisons, the newest first.',
      args: pageArguments(t.arg),
      resolve: (_, args, { viewer }) => service.comparisons.list(pageOf(args), viewer),
    }),
  );
}
