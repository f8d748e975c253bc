/**
 * Taking datasets in, at once or with news of how far it is.
 */
import type { Dataset, DatasetFormat, DatasetImport, ImportStep } from '../src/service/datasets.ts';
import { endingOnReturn } from './ending-on-return.ts';
import { asResult, endingWithExpected, isExpectedError } from './error.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Value of `DatasetContentInput`: exactly one of its fields. */
export type ContentValue = {
  readonly inline?: string | null | undefined;
  readonly path?: string | null | undefined;
};

/** Value of `ImportDatasetInput`. */
type ImportValue = {
  readonly name: string;
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly licence: string;
  readonly source: string;
  readonly language?: string | null | undefined;
  readonly format: DatasetFormat;
  readonly content: ContentValue;
};

/** The input type of contents. */
export type ContentInput = ReturnType<typeof defineContentInput>;

/** Adds `DatasetContentInput`. */
export function defineContentInput({ builder }: Pick<Parts, 'builder'>) {
  const content = builder.inputRef<ContentValue>('DatasetContentInput');
  content.implement({
    isOneOf: true,
    description: 'Where the texts are. Exactly one field.',
    fields: (t) => ({
      inline: t.string({ description: 'The texts themselves.' }),
      path: t.string({
        description:
          "A file's name below the folder that the setting DATASETS_DIR names; refused without it.",
      }),
    }),
  });
  return content;
}

/** A content as the service takes it. */
export function contentOf({ path, inline }: ContentValue): DatasetImport['content'] {
  return path == null ? { inline: inline ?? '' } : { path };
}

/** Adds `importDataset`, the mutation and the subscription. */
export function defineDatasetImport(
  { builder, enums, service }: Parts,
  { errors }: OperationTypes,
  content: ContentInput,
): void {
  const input = builder.inputRef<ImportValue>('ImportDatasetInput');
  input.implement({
    description:
      'A dataset to take in: at most 20000 items of 20000 UTF-16 units each, and 64 MiB in all.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'From 1 to 128 characters.' }),
      title: t.string({ description: 'The name when absent.' }),
      description: t.string({ description: 'What its texts are; at most 2000 characters.' }),
      licence: t.string({
        required: true,
        description: 'Under which terms its texts are used, such as an SPDX identifier.',
      }),
      source: t.string({ required: true, description: 'Where its texts are from.' }),
      language: t.string({ description: 'BCP 47 tag.' }),
      format: t.field({
        type: enums.datasetFormat,
        required: true,
        description: 'How the items are written.',
      }),
      content: t.field({ type: content, required: true, description: 'Where the texts are.' }),
    }),
  });
  const inputArg = { type: input, required: true, description: 'What to take in.' } as const;
  const result = builder.unionType('ImportDatasetResult', {
    description: 'The dataset, or what was wrong; then nothing was taken in.',
    types: ['Dataset', ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'Dataset'),
  });
  builder.mutationField('importDataset', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'Takes a dataset in, all or nothing. What you have already, by its items, is answered as it is.',
      args: { input: t.arg(inputArg) },
      resolve: (_, args, { viewer }) =>
        asResult(async () => service.datasets.import(importOf(args.input), viewer)),
    }),
  );
  const item = defineImportStream({ builder }, errors);
  builder.subscriptionField('importDataset', (t) =>
    t.field({
      type: item,
      authScopes: { INFILL: true },
      description: 'Takes a dataset in as the mutation does, and tells how far it is.',
      args: { input: t.arg(inputArg) },
      subscribe: (_, args, { viewer, signal }) =>
        endingOnReturn(
          () => endingWithExpected(() => service.datasets.importing(importOf(args.input), viewer)),
          signal,
        ),
      resolve: (step) => step,
    }),
  );
}

type Imported = Extract<ImportStep, { readonly type: 'imported' }>;
type Importing = Exclude<ImportStep, Imported>;

function defineImportStream({ builder }: Pick<Parts, 'builder'>, errors: OperationTypes['errors']) {
  const progressed = builder.objectRef<Importing>('DatasetImportProgressed').implement({
    description: 'How far an import is.',
    fields: (t) => ({
      lines: t.exposeInt('lines', { description: 'Lines that were read.' }),
      items: t.exposeInt('items', { description: 'Items among them.' }),
    }),
  });
  const imported = builder.objectRef<Imported>('DatasetImported').implement({
    description: 'A dataset was taken in. The last event.',
    fields: (t) => ({
      dataset: t.field({
        type: 'Dataset',
        description: 'The dataset.',
        resolve: ({ dataset }): Dataset => dataset,
      }),
      wasThere: t.exposeBoolean('wasThere', {
        description: 'Whether it had been taken in before.',
      }),
    }),
  });
  return builder.unionType('DatasetImportItem', {
    description: 'How far an import is, the dataset, or what was wrong; the last two are last.',
    types: [progressed, imported, ...errors],
    resolveType: (value) => {
      if (isExpectedError(value)) return value.typeName;
      return value.type === 'imported' ? 'DatasetImported' : 'DatasetImportProgressed';
    },
  });
}

function importOf(value: ImportValue): DatasetImport {
  const { title, description, language, content, ...rest } = value;
  return {
    ...rest,
    title: title ?? undefined,
    description: description ?? undefined,
    language: language ?? undefined,
    content: contentOf(content),
  };
}
