/**
 * Datasets and their items in the database.
 *
 * Knows rows; knows no file and no masking.
 */
import { and, asc, count, eq, gt, inArray, or } from 'drizzle-orm';
import { counted } from '../counted.ts';
import { InfillError } from '../errors.ts';
import { benchmarks } from './benchmark-tables.ts';
import type { Database } from './database.ts';
import { datasetItems, datasets, type ItemContent } from './dataset-tables.ts';
import { guarded } from './store-failure.ts';
import { isUuid, uuidV7 } from './uuid-v7.ts';

/** A dataset as stored. */
export type DatasetRow = Readonly<typeof datasets.$inferSelect>;

/** An item when it is inserted. */
export type NewDatasetItem = {
  readonly itemId: string;
  readonly group: string | null;
  readonly content: ItemContent;
};

/** An item as stored. */
export type DatasetItemRow = NewDatasetItem & { readonly ordinal: number };

/** Items with where they go on. */
export type DatasetItemPage = {
  readonly items: readonly DatasetItemRow[];
  readonly hasNext: boolean;
};

/** Owner of bundled datasets; no key has an empty one. */
const everyone = '';
const rowsPerInsert = 500;

/**
 * Inserts a dataset with all its items, or nothing.
 *
 * @param onRows - told of the items inserted so far.
 * @returns the dataset; the one that was there where its owner has the same items already.
 */
export function insertDataset(
  database: Database,
  dataset: DatasetRow,
  items: readonly NewDatasetItem[],
  onRows: (done: number) => void = () => undefined,
): Promise<DatasetRow> {
  return guarded(`insert dataset ${dataset.id}`, () =>
    database.transaction(async (transaction) => {
      const inserted = await transaction
        .insert(datasets)
        .values(dataset)
        .onConflictDoNothing({ target: [datasets.owner, datasets.digest] })
        .returning({ id: datasets.id });
      if (inserted.length === 0) return requireByDigest(transaction, dataset);
      const now = dataset.createdAt.getTime();
      for (let start = 0; start < items.length; start += rowsPerInsert) {
        const batch = items.slice(start, start + rowsPerInsert);
        await transaction.insert(datasetItems).values(
          batch.map((item, index) => ({
            ...item,
            id: uuidV7(now),
            datasetId: dataset.id,
            ordinal: start + index,
          })),
        );
        onRows(start + batch.length);
      }
      return dataset;
    }),
  );
}

async function requireByDigest(
  database: Database,
  { owner, digest }: DatasetRow,
): Promise<DatasetRow> {
  const [found] = await database
    .select()
    .from(datasets)
    .where(and(eq(datasets.owner, owner), eq(datasets.digest, digest)));
  if (found === undefined) throw new InfillError('STORE_FAILED', 'A dataset is there and is not.');
  return found;
}

/** Datasets of an owner and of everyone, the bundled ones first, then the oldest. */
export function listDatasets(database: Database, owner: string): Promise<readonly DatasetRow[]> {
  return guarded('list datasets', () =>
    database
      .select()
      .from(datasets)
      .where(seenBy(owner))
      .orderBy(asc(datasets.owner), asc(datasets.createdAt), asc(datasets.name), asc(datasets.id)),
  );
}

/** The dataset of each id, in the order of `ids`; null where the owner sees none. */
export function findDatasets(
  database: Database,
  owner: string,
  ids: readonly string[],
): Promise<readonly (DatasetRow | null)[]> {
  return guarded(`find ${ids.length} datasets`, async () => {
    const rows = await database
      .select()
      .from(datasets)
      .where(and(seenBy(owner), inArray(datasets.id, ids.filter(isUuid))));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  });
}

/** Whether there is a bundled dataset with these items. */
export function hasBundled(database: Database, digest: string): Promise<boolean> {
  return guarded('find a bundled dataset', async () => {
    const found = await database
      .select({ id: datasets.id })
      .from(datasets)
      .where(and(eq(datasets.owner, everyone), eq(datasets.digest, digest)));
    return found.length > 0;
  });
}

/** Items after an ordinal, in their order. @param after - null: from the start */
export function readItems(
  database: Database,
  datasetId: string,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<DatasetItemPage> {
  return guarded(`read items of dataset ${datasetId}`, async () => {
    const rows = await database
      .select({
        itemId: datasetItems.itemId,
        group: datasetItems.group,
        content: datasetItems.content,
        ordinal: datasetItems.ordinal,
      })
      .from(datasetItems)
      .where(and(eq(datasetItems.datasetId, datasetId), gt(datasetItems.ordinal, after ?? -1)))
      .orderBy(asc(datasetItems.ordinal))
      .limit(limit + 1);
    return { items: rows.slice(0, limit), hasNext: rows.length > limit };
  });
}

/** The items with these ids, as their dataset calls them; in no order. */
export function readNamedItems(
  database: Database,
  datasetId: string,
  itemIds: readonly string[],
): Promise<readonly DatasetItemRow[]> {
  return guarded(`read ${itemIds.length} items of dataset ${datasetId}`, () =>
    database
      .select({
        itemId: datasetItems.itemId,
        group: datasetItems.group,
        content: datasetItems.content,
        ordinal: datasetItems.ordinal,
      })
      .from(datasetItems)
      .where(
        and(eq(datasetItems.datasetId, datasetId), inArray(datasetItems.itemId, [...itemIds])),
      ),
  );
}

/**
 * Deletes a dataset of an owner.
 *
 * @throws UNKNOWN_DATASET when the owner has none with this id, or it is bundled; CONFLICT while a benchmark is of it
 */
export function deleteDataset(database: Database, owner: string, id: string): Promise<void> {
  return guarded(`delete dataset ${id}`, () =>
    database.transaction(async (transaction) => {
      const own = and(
        eq(datasets.id, id),
        eq(datasets.owner, owner),
        eq(datasets.isBundled, false),
      );
      const found = await transaction
        .select({ id: datasets.id })
        .from(datasets)
        .where(own)
        .for('update');
      if (found.length === 0) throw unknownDataset(id);
      const [used] = await transaction
        .select({ benchmarks: count() })
        .from(benchmarks)
        .where(eq(benchmarks.datasetId, id));
      if (used !== undefined && used.benchmarks > 0) {
        const of = counted(used.benchmarks, 'benchmark');
        const message = `Dataset ${id} is that of ${of}, which must be deleted first.`;
        throw new InfillError('CONFLICT', message);
      }
      await transaction.delete(datasets).where(own);
    }),
  );
}

/** That nobody sees a dataset with this id. */
export function unknownDataset(id: string): InfillError {
  return new InfillError('UNKNOWN_DATASET', `There is no dataset ${id}.`);
}

function seenBy(owner: string) {
  return or(eq(datasets.owner, owner), eq(datasets.isBundled, true));
}
