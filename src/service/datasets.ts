/**
 * The use cases of datasets: taking them in, finding them again, and masking them as benchmarks do.
 *
 * Knows owners and rows; knows no file system, whose lines are handed to it.
 */
import type { DatasetItem } from '../benchmark/dataset-item.ts';
import { type DatasetFormat, DatasetReader } from '../benchmark/dataset-reader.ts';
import { InfillError, type Problem } from '../errors.ts';
import type { Database } from '../store/database.ts';
import {
  type DatasetItemPage,
  type DatasetItemRow,
  type DatasetRow,
  deleteDataset,
  findDatasets,
  insertDataset,
  listDatasets,
  readItems,
  unknownDataset,
} from '../store/datasets.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import type { Viewer } from './service.ts';
import type { AdmissionGate } from './submissions.ts';

/** A dataset as the API shows it. */
export type Dataset = DatasetRow;

export type { DatasetFormat } from '../benchmark/dataset-reader.ts';
export type { DatasetItemPage, DatasetItemRow } from '../store/datasets.ts';

/** A dataset to take in. */
export type DatasetImport = {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** SPDX identifier, or what its owner calls its terms. */
  readonly licence: string;
  /** Where it is from. */
  readonly source: string;
  /** BCP 47. */
  readonly language?: string | undefined;
  readonly format: DatasetFormat;
  readonly content: DatasetContent;
};

/** The texts themselves, or a file of the import folder. */
export type DatasetContent = { readonly inline: string } | { readonly path: string };

/** How far an import is, then what it made. */
export type ImportStep =
  | { readonly type: 'reading' | 'storing'; readonly lines: number; readonly items: number }
  | { readonly type: 'imported'; readonly dataset: Dataset; readonly wasThere: boolean };

/** Lines of a file of the import folder. @throws INVALID_INPUT for what is no such file; UNSUPPORTED without a folder */
export type ReadImport = (path: string) => AsyncIterable<string>;

/** What datasets are kept with. */
export type DatasetsOptions = {
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly readImport: ReadImport;
  readonly gate: AdmissionGate;
};

const linesPerStep = 2000;
const maxTextLength = 2000;

/** The use cases. */
export class Datasets {
  readonly #options: DatasetsOptions;

  constructor(options: DatasetsOptions) {
    this.#options = options;
  }

  list({ owner }: Viewer): Promise<readonly Dataset[]> {
    return listDatasets(this.#options.database, owner);
  }

  /** In the order of `ids`; null where the viewer sees none. */
  find(ids: readonly string[], { owner }: Viewer): Promise<readonly (Dataset | null)[]> {
    return findDatasets(this.#options.database, owner, ids);
  }

  /** @throws UNKNOWN_DATASET */
  async require(id: string, viewer: Viewer): Promise<Dataset> {
    const [found] = await this.find([id], viewer);
    if (!found) throw unknownDataset(id);
    return found;
  }

  /** Items of a dataset that was found before. */
  items(
    { id }: Dataset,
    page: { readonly after: number | null; readonly limit: number },
  ): Promise<DatasetItemPage> {
    return readItems(this.#options.database, id, page);
  }

  /** So many items from the start of a dataset, as masking takes them. */
  async firstItems(dataset: Dataset, count: number): Promise<DatasetItem[]> {
    const { items } = await this.items(dataset, { after: null, limit: count });
    return items.map(datasetItemOf);
  }

  /** @throws UNKNOWN_DATASET; CONFLICT while a benchmark is of it */
  delete(id: string, { owner }: Viewer): Promise<void> {
    return deleteDataset(this.#options.database, owner, id);
  }

  /** Takes a dataset in and answers with it, or with the one of the same items. @throws as `importing` */
  async import(input: DatasetImport, viewer: Viewer): Promise<Dataset> {
    for await (const step of this.importing(input, viewer)) {
      if (step.type === 'imported') return step.dataset;
    }
    throw new InfillError('STORE_FAILED', 'The import ended without a dataset.');
  }

  /**
   * Takes a dataset in, all or nothing, and tells how far it is.
   *
   * @throws INVALID_INPUT with the first problems, lines numbered from 1; UNSUPPORTED without an import folder, and for
   *   client tokens; STORAGE_FULL
   */
  async *importing(
    input: DatasetImport,
    { owner, credential }: Viewer,
  ): AsyncGenerator<ImportStep> {
    if (credential.kind === 'CLIENT_TOKEN') {
      throw new InfillError('UNSUPPORTED', 'A client token takes no dataset in; an API key does.');
    }
    this.#options.gate.check();
    const reader = new DatasetReader(input.format);
    let lines = 0;
    for await (const line of this.lines(input.content)) {
      reader.add(line);
      lines += 1;
      if (lines % linesPerStep === 0) yield { type: 'reading', lines, items: reader.itemCount };
    }
    const { items, digest } = reader.finish(importProblems(input));
    yield { type: 'storing', lines, items: items.length };
    const now = this.#options.now();
    const row = {
      ...datasetRow(input, { id: uuidV7(now), owner, createdAt: new Date(now) }),
      digest,
    };
    const stored = await insertDataset(
      this.#options.database,
      { ...row, itemCount: items.length },
      items.map(newItem),
    );
    yield { type: 'imported', dataset: stored, wasThere: stored.id !== row.id };
  }

  /** Lines of a content. @throws as `importing` */
  async *lines(content: DatasetContent): AsyncGenerator<string> {
    if ('path' in content) yield* this.#options.readImport(content.path);
    else yield* content.inline.split(/\r?\n/);
  }
}

/** Of a server without an import folder. @throws UNSUPPORTED */
export function noImports(): never {
  const message = 'Files are not taken in: DATASETS_DIR, the folder they would be in, is not set.';
  throw new InfillError('UNSUPPORTED', message);
}

/** An item as masking takes it. */
export function datasetItemOf({ itemId, group, content }: DatasetItemRow): DatasetItem {
  return { id: itemId, group, ...content };
}

function newItem(item: DatasetItem) {
  const { id: itemId, group } = item;
  const content =
    'text' in item ? { text: item.text } : { template: item.template, gold: item.gold };
  return { itemId, group, content };
}

function datasetRow(
  { name, title, description, licence, source, language }: DatasetImport,
  place: Pick<DatasetRow, 'id' | 'owner' | 'createdAt'>,
) {
  const words = { name, title: title ?? name, description: description ?? '', licence, source };
  return { ...words, language: language ?? null, isBundled: false, ...place };
}

function importProblems(input: DatasetImport): Problem[] {
  const { name, title, description, licence, source, language } = input;
  return [
    ...wordProblems('name', name, { least: 1, most: 128 }),
    ...wordProblems('title', title, { least: 0, most: 256 }),
    ...wordProblems('description', description, { least: 0, most: maxTextLength }),
    ...wordProblems('licence', licence, { least: 1, most: 256 }),
    ...wordProblems('source', source, { least: 1, most: maxTextLength }),
    ...wordProblems('language', language, { least: 2, most: 35 }),
  ];
}

function wordProblems(
  field: string,
  text: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): Problem[] {
  if (text === undefined) return [];
  const at = { path: [field], code: 'INVALID_INPUT' } as const;
  if (/[\p{Cc}\p{Surrogate}]/u.test(text)) {
    const message = `${field} has control characters or lone surrogates.`;
    return [{ ...at, message, value: null, limit: null }];
  }
  if (text.length >= least && text.length <= most) return [];
  const limit = `${least} to ${most}`;
  const message = `${field} has ${text.length} UTF-16 units; it must have from ${limit}.`;
  return [{ ...at, message, value: String(text.length), limit }];
}
