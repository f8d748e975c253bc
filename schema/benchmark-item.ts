/**
 * The units of a benchmark, to look at: what stood at the masks, and what an entrant put there.
 */
import type { Benchmark, BenchmarkItemRow, ItemFill } from '../src/service/benchmarks.ts';
import { forwardArguments, ordinalPage, ordinalPageOf } from './page.ts';
import type { Parts } from './parts.ts';

type Edge = { readonly cursor: string; readonly row: BenchmarkItemRow };
type Page = ReturnType<typeof ordinalPage<BenchmarkItemRow>> & { readonly benchmark: Benchmark };

/** Adds `BenchmarkItem`, and the items of `Benchmark`. */
export function defineBenchmarkItems(parts: Parts): void {
  const { builder, service } = parts;
  const item = defineItem(parts);
  const edge = builder.objectRef<Edge>('BenchmarkItemEdge').implement({
    description: 'A unit with its place.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Its place, for `after`.' }),
      node: t.expose('row', { type: item, description: 'The unit.' }),
    }),
  });
  const connection = builder.objectRef<Page>('BenchmarkItemConnection').implement({
    description: 'A page of the units of a benchmark.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: 'The units with their cursors.' }),
      nodes: t.field({
        type: [item],
        description: 'The units.',
        resolve: ({ edges }) => edges.map(({ row }) => row),
      }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page is.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        description: 'How many units are done.',
        resolve: async ({ benchmark }) => (await service.benchmarks.progress(benchmark)).done,
      }),
    }),
  });
  builder.objectFields('Benchmark', (t) => ({
    items: t.field({
      type: connection,
      description: 'The units that are done: item by item, masking by masking, entrant by entrant.',
      args: forwardArguments(t.arg),
      resolve: async (benchmark, args) => {
        const page = ordinalPageOf(args);
        const { units, hasNext } = await service.benchmarks.units(benchmark, page);
        return { ...ordinalPage(units, { hasNext, after: page.after }), benchmark };
      },
    }),
  }));
}

function defineBenchmarkSlot({ builder }: Parts) {
  return builder.objectRef<ItemFill['slots'][number]>('BenchmarkSlot').implement({
    description: 'One slot of a masked item.',
    fields: (t) => ({
      gold: t.exposeString('gold', { description: 'What stood there.' }),
      text: t.exposeString('text', { description: 'What the entrant put there.' }),
    }),
  });
}

function defineItem(parts: Parts) {
  const { builder, enums } = parts;
  const slot = defineBenchmarkSlot(parts);
  return builder.objectRef<BenchmarkItemRow>('BenchmarkItem').implement({
    description: 'An item under a masking, as an entrant filled and scored it.',
    fields: (t) => ({
      itemId: t.exposeString('itemId', { description: 'What the dataset calls the item.' }),
      masking: t.exposeString('maskingName', { description: 'Name of the masking.' }),
      entrantId: t.exposeID('entrantId', { description: 'Id of the entrant.' }),
      slots: t.field({
        type: [slot],
        description: 'Its slots; none where it was not filled.',
        resolve: ({ result }) => [...(result.fill?.slots ?? [])],
      }),
      exact: t.boolean({
        nullable: true,
        description: 'Whether every slot has what stood there; null where it was not filled.',
        resolve: ({ result }) => result.fill?.exact ?? null,
      }),
      openTokens: t.int({
        nullable: true,
        description: 'Tokens of what stood there; null where they are not known.',
        resolve: ({ result: { fill, score } }) => fill?.tokens?.open ?? score?.openTokens ?? null,
      }),
      tokenMatches: t.int({
        nullable: true,
        description: 'Of those, how many the fill has; null where they are not known.',
        resolve: ({ result }) => result.fill?.tokens?.matches ?? null,
      }),
      causalPasses: t.int({
        nullable: true,
        description: 'Passes of the causal model.',
        resolve: ({ result }) => result.fill?.cost?.causalPasses ?? null,
      }),
      maskedPasses: t.int({
        nullable: true,
        description: 'Passes of the masked model.',
        resolve: ({ result }) => result.fill?.cost?.maskedPasses ?? null,
      }),
      totalMs: t.float({
        nullable: true,
        description: 'Milliseconds from the first step to the last.',
        resolve: ({ result }) => result.fill?.cost?.totalMs ?? null,
      }),
      likelihoodKind: t.field({
        type: enums.likelihoodKind,
        nullable: true,
        description: 'What the score is; null where there is none.',
        resolve: ({ result }) => result.score?.kind ?? null,
      }),
      negLogLikelihood: t.float({
        nullable: true,
        description: 'Of what stood there, in nats; null where it was not scored.',
        resolve: ({ result }) => result.score?.negLogLikelihood ?? null,
      }),
      infill: t.field({
        type: 'Infill',
        nullable: true,
        description: 'The infill that filled it; null without one, and once it is deleted.',
        resolve: ({ runId }, _, { infills }) => (runId === null ? null : infills.load(runId)),
      }),
      errorCode: t.string({
        nullable: true,
        description: 'What went wrong; null where nothing did.',
        resolve: ({ result }) => result.error?.code ?? null,
      }),
      errorMessage: t.string({
        nullable: true,
        description: 'What went wrong, in a sentence.',
        resolve: ({ result }) => result.error?.message ?? null,
      }),
    }),
  });
}
