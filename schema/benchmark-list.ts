/**
 * Finding benchmarks again, and the best figures of those of one dataset.
 */
import type {
  BenchmarkFilter,
  BenchmarkPage,
  BenchmarkStatus,
  RankedCell,
} from '../src/service/benchmarks.ts';
import { decodeIdOf, requireIdOf } from './global-id.ts';
import { type MaskingInput, maskingOf } from './masking.ts';
import { forwardArguments, ordinalPage, ordinalPageOf, pageArguments, pageOf } from './page.ts';
import type { Parts } from './parts.ts';

type ListedPage = BenchmarkPage & { readonly filter: BenchmarkFilter };

type FilterValue = {
  readonly statuses?: readonly BenchmarkStatus[] | null | undefined;
  readonly dataset?: string | null | undefined;
};

type Place = RankedCell & { readonly ordinal: number };
type LeaderboardPage = ReturnType<typeof ordinalPage<Place>> & { readonly total: number };

/** Adds the fields `benchmarks` and `leaderboard`. */
export function defineBenchmarkList(parts: Parts, masking: MaskingInput): void {
  defineList(parts);
  defineLeaderboard(parts, masking);
}

function defineList(parts: Parts): void {
  const { builder, enums, service } = parts;
  const filter = builder.inputRef<FilterValue>('BenchmarkFilter');
  filter.implement({
    description: 'Which benchmarks; every field that is present must hold.',
    fields: (t) => ({
      statuses: t.field({ type: [enums.runStatus], description: 'It is in one of these states.' }),
      dataset: t.id({ description: 'It is of this dataset; a global id.' }),
    }),
  });
  const connection = defineConnection(parts);
  builder.queryField('benchmarks', (t) =>
    t.field({
      type: connection,
      authScopes: { READ: true },
      description: 'A page of the benchmarks, the newest first.',
      args: {
        ...pageArguments(t.arg),
        filter: t.arg({ type: filter, description: 'Only benchmarks that pass.' }),
      },
      resolve: async (_, args, { viewer }) => {
        const asked = filterOf(args.filter ?? {});
        const page = await service.benchmarks.list(pageOf(args), asked, viewer);
        return { ...page, filter: asked };
      },
    }),
  );
}

function filterOf({ statuses, dataset }: FilterValue): BenchmarkFilter {
  return {
    statuses: statuses ?? undefined,
    datasetId: dataset == null ? undefined : requireIdOf('Dataset', dataset),
  };
}

function defineConnection({ builder, service }: Parts) {
  const edge = builder.objectRef<BenchmarkPage['edges'][number]>('BenchmarkEdge').implement({
    description: 'A benchmark with its place in a list.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Its place, for `after` and `before`.' }),
      node: t.expose('row', { type: 'Benchmark', description: 'The benchmark.' }),
    }),
  });
  return builder.objectRef<ListedPage>('BenchmarkConnection').implement({
    description: 'A page of benchmarks.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: 'The benchmarks with their cursors.' }),
      nodes: t.field({
        type: ['Benchmark'],
        description: 'The benchmarks.',
        resolve: ({ edges }) => edges.map(({ row }) => row),
      }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page is.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        description: 'How many benchmarks pass the filter, on all pages.',
        resolve: (page, _, { viewer }) => service.benchmarks.count(page.filter, viewer),
      }),
    }),
  });
}

function defineLeaderboard(parts: Parts, masking: MaskingInput): void {
  const { builder, enums, service } = parts;
  const connection = defineLeaderboardTypes(parts);
  builder.queryField('leaderboard', (t) =>
    t.field({
      type: connection,
      authScopes: { READ: true },
      description:
        'The best figures of your benchmarks of a dataset that are COMPLETED: of one masking, one metric and one kind of ' +
        'likelihood, so that they may be compared; of token figures, those of one vocabulary. They may be of other items ' +
        'and other masks of it: `n` says of how many items, and `benchmark` of which, with which seed.',
      args: {
        dataset: t.arg.id({ required: true, description: 'Global id of a dataset.' }),
        masking: t.arg({ type: masking, required: true, description: 'Under which masking.' }),
        metric: t.arg({ type: enums.metric, required: true, description: 'By what.' }),
        kind: t.arg({
          type: enums.likelihoodKind,
          description: 'Of metrics of scores, and of them only.',
        }),
        model: t.arg.id({
          description: 'Global id of a model pack: only figures of its vocabulary.',
        }),
        ...forwardArguments(t.arg),
      },
      resolve: async (_, args, { viewer }) => {
        const page = ordinalPageOf(args);
        const asked = {
          datasetId: requireIdOf('Dataset', args.dataset),
          masking: maskingOf(args.masking),
          metric: args.metric,
          likelihoodKind: args.kind ?? null,
          model: args.model == null ? null : (decodeIdOf('ModelPack', args.model) ?? ''),
        };
        const { rows, total } = await service.benchmarks.leaderboard(asked, page, viewer);
        const first = page.after === null ? 0 : page.after + 1;
        const places = rows.map((row, index) => ({ ...row, ordinal: first + index }));
        const hasNext = first + rows.length < total;
        return { ...ordinalPage(places, { hasNext, after: page.after }), total };
      },
    }),
  );
}

function defineLeaderboardTypes({ builder }: Parts) {
  const place = builder.objectRef<Place>('LeaderboardPlace').implement({
    description: 'An entrant of a benchmark with its figure.',
    fields: (t) => ({
      rank: t.int({ description: 'Counts from 1.', resolve: ({ ordinal }) => ordinal + 1 }),
      entrant: t.expose('entrant', { type: 'BenchmarkEntrant', description: 'Whose it is.' }),
      benchmark: t.expose('benchmark', { type: 'Benchmark', description: 'Where it is from.' }),
      mean: t.float({
        nullable: true,
        description: 'The figure.',
        resolve: ({ cell }) => cell.mean,
      }),
      low: t.float({
        nullable: true,
        description: 'Lower end of its 95 % interval.',
        resolve: ({ cell }) => cell.low,
      }),
      high: t.float({
        nullable: true,
        description: 'Upper end of the interval.',
        resolve: ({ cell }) => cell.high,
      }),
      n: t.int({ description: 'Items it is made of.', resolve: ({ cell }) => cell.n }),
    }),
  });
  const edge = builder
    .objectRef<{ readonly cursor: string; readonly row: Place }>('LeaderboardEdge')
    .implement({
      description: 'A place with its cursor.',
      fields: (t) => ({
        cursor: t.exposeString('cursor', { description: 'For `after`.' }),
        node: t.expose('row', { type: place, description: 'The place.' }),
      }),
    });
  return builder.objectRef<LeaderboardPage>('LeaderboardConnection').implement({
    description: 'A page of a leaderboard.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: 'The places with their cursors.' }),
      nodes: t.field({
        type: [place],
        description: 'The places.',
        resolve: ({ edges }) => edges.map(({ row }) => row),
      }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page is.',
        resolve: (page) => page,
      }),
      totalCount: t.exposeInt('total', { description: 'How many places there are.' }),
    }),
  });
}
