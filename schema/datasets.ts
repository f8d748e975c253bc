/**
 * Datasets: finding, reading, taking in and deleting them.
 */

import { namedMasking } from '../src/service/benchmark-names.ts';
import type { DatasetItemRow } from '../src/service/datasets.ts';
import { seedProblems } from './benchmark-input.ts';
import { type ContentInput, defineDatasetImport } from './dataset-import.ts';
import { asResult, isExpectedError } from './error.ts';
import { decodeIdOf, encodeId, requireIdOf } from './global-id.ts';
import { readModel } from './infill-input.ts';
import { type MaskingInput, type MaskingValue, maskingOf } from './masking.ts';
import type { OperationTypes } from './operations.ts';
import { forwardArguments, ordinalPage, ordinalPageOf } from './page.ts';
import type { Parts } from './parts.ts';

type ItemEdge = { readonly cursor: string; readonly row: DatasetItemRow };
type ItemPage = ReturnType<typeof ordinalPage<DatasetItemRow>> & { readonly total: number };

/** Adds `Dataset` and its operations. */
export function defineDatasets(
  parts: Parts,
  types: OperationTypes,
  { masking, content }: { readonly masking: MaskingInput; readonly content: ContentInput },
): void {
  const { builder, service } = parts;
  defineDataset(parts, masking);
  builder.queryField('datasets', (t) =>
    t.field({
      type: ['Dataset'],
      authScopes: { READ: true },
      description: 'The datasets that come with the server, then your own, the oldest first.',
      resolve: (_, __, { viewer }) => service.datasets.list(viewer).then((all) => [...all]),
    }),
  );
  builder.queryField('dataset', (t) =>
    t.field({
      type: 'Dataset',
      nullable: true,
      description: 'The dataset with a global id; null when there is none.',
      args: { id: t.arg.id({ required: true, description: 'Global id of a dataset.' }) },
      resolve: async (_, args, { viewer }) => {
        const id = decodeIdOf('Dataset', args.id);
        return id === null ? null : ((await service.datasets.find([id], viewer))[0] ?? null);
      },
    }),
  );
  defineDatasetImport(parts, types, content);
  defineDelete(parts, types);
}

type MaskedArguments = {
  readonly masking: MaskingValue;
  readonly seed: bigint;
  readonly model?: string | null | undefined;
};

/** @throws INVALID_INPUT, UNKNOWN_MODEL with everything that the path would be refused for */
function maskedUrl(id: string, { masking, seed, model }: MaskedArguments): string {
  const pack = model == null ? null : readModel(model);
  const others = [...seedProblems(seed), ...(pack?.problems ?? [])];
  const { name } = namedMasking(maskingOf(masking, others));
  const query = new URLSearchParams({
    seed: String(seed),
    ...(pack?.id === undefined ? {} : { model: pack.id }),
  });
  return `/exports/maskings/${id}/${name}.jsonl?${query}`;
}

function defineDataset(parts: Parts, masking: MaskingInput): void {
  const { builder, service } = parts;
  const connection = defineItems(parts);
  builder.objectType('Dataset', {
    description: 'Texts that are masked and filled to compare entrants.',
    interfaces: ['Node'],
    isTypeOf: (value) => typeof value === 'object' && value !== null && 'isBundled' in value,
    fields: (t) => ({
      id: t.id({ description: 'Global id.', resolve: ({ id }) => encodeId('Dataset', id) }),
      name: t.exposeString('name', { description: 'What it is called in files and tables.' }),
      title: t.exposeString('title', { description: 'What people call it.' }),
      description: t.exposeString('description', { description: 'What its texts are.' }),
      digest: t.exposeString('digest', {
        description: 'SHA-256, in hexadecimal, of its items; masks are drawn from it.',
      }),
      licence: t.exposeString('licence', { description: 'Under which terms its texts are used.' }),
      source: t.exposeString('source', { description: 'Where its texts are from.' }),
      language: t.exposeString('language', {
        nullable: true,
        description: 'BCP 47 tag; null where it is not known.',
      }),
      itemCount: t.exposeInt('itemCount', { description: 'Number of its items.' }),
      isBundled: t.exposeBoolean('isBundled', {
        description: 'Whether it came with the server and is for everyone.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was taken in.' }),
      maskedUrl: t.string({
        description:
          'Where its items can be read under a masking, a line of JSON each, from the root of this server; with the ' +
          'same credential. Models elsewhere fill the same masks so.',
        args: {
          masking: t.arg({ type: masking, required: true, description: 'Under which masking.' }),
          seed: t.arg({ type: 'BigInt', required: true, description: 'As of the benchmark.' }),
          model: t.arg.id({
            description:
              'Whose tokens a masking of tokens counts; the first of `models` when absent.',
          }),
        },
        resolve: ({ id }, args) => maskedUrl(id, args),
      }),
      items: t.field({
        type: connection,
        description: 'Its items, in their order.',
        args: forwardArguments(t.arg),
        resolve: async (dataset, args) => {
          const page = ordinalPageOf(args);
          const { items, hasNext } = await service.datasets.items(dataset, page);
          const total = dataset.itemCount;
          return { ...ordinalPage(items, { hasNext, after: page.after }), total };
        },
      }),
    }),
  });
}

function defineItems({ builder }: Parts) {
  const item = builder.objectRef<DatasetItemRow>('DatasetItem').implement({
    description: 'One text of a dataset, or one template with what stood at its masks.',
    fields: (t) => ({
      itemId: t.exposeString('itemId', { description: 'What the dataset calls it.' }),
      group: t.exposeString('group', {
        nullable: true,
        description: 'Items of one group are drawn together for intervals; null: it is its own.',
      }),
      text: t.string({
        nullable: true,
        description: 'The text; null of a template.',
        resolve: ({ content }) => ('text' in content ? content.text : null),
      }),
      template: t.string({
        nullable: true,
        description: 'The template; null of a text.',
        resolve: ({ content }) => ('template' in content ? content.template : null),
      }),
      gold: t.stringList({
        nullable: true,
        description: 'What stood at the masks of the template, in order; null of a text.',
        resolve: ({ content }) => ('gold' in content ? [...content.gold] : null),
      }),
    }),
  });
  const edge = builder.objectRef<ItemEdge>('DatasetItemEdge').implement({
    description: 'An item with its place in its dataset.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Its place, for `after`.' }),
      node: t.expose('row', { type: item, description: 'The item.' }),
    }),
  });
  return builder.objectRef<ItemPage>('DatasetItemConnection').implement({
    description: 'A page of the items of a dataset.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: 'The items with their cursors.' }),
      nodes: t.field({
        type: [item],
        description: 'The items.',
        resolve: ({ edges }) => edges.map(({ row }) => row),
      }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page is.',
        resolve: (page) => page,
      }),
      totalCount: t.exposeInt('total', { description: 'How many items there are.' }),
    }),
  });
}

function defineDelete({ builder, service }: Parts, { errors }: OperationTypes): void {
  const input = builder.inputType('DeleteDatasetInput', {
    description: 'Which dataset to delete.',
    fields: (t) => ({ id: t.id({ required: true, description: 'Global id of a dataset.' }) }),
  });
  const deleted = builder.objectRef<{ readonly id: string }>('DeletedDataset').implement({
    description: 'A dataset that is gone.',
    fields: (t) => ({ id: t.exposeID('id', { description: 'Its global id.' }) }),
  });
  const result = builder.unionType('DeleteDatasetResult', {
    description: 'What was deleted, or why it was not.',
    types: [deleted, ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'DeletedDataset'),
  });
  builder.mutationField('deleteDataset', (t) =>
    t.field({
      type: result,
      authScopes: { ADMIN: true },
      description: 'Deletes a dataset of yours that no benchmark is of, for good.',
      args: { input: t.arg({ type: input, required: true, description: 'Which dataset.' }) },
      resolve: (_, args, { viewer }) =>
        asResult(async () => {
          await service.datasets.delete(requireIdOf('Dataset', args.input.id), viewer);
          return { id: args.input.id };
        }),
    }),
  );
}
