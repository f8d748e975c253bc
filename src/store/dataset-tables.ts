/**
 * The tables of datasets and their items.
 *
 * Texts are `json`, as in `tables.ts`: a text may hold U+0000.
 */
import {
  boolean,
  index,
  integer,
  json,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

/** What an item has besides its id and group: a text, or a template with what stood at its masks. */
export type ItemContent =
  | { readonly text: string }
  | { readonly template: string; readonly gold: readonly string[] };

/** One row per dataset of an owner. */
export const datasets = pgTable(
  'datasets',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    /** Of a bundled dataset, which is everyone's, empty. */
    owner: text().notNull(),
    name: text().notNull(),
    title: text().notNull(),
    description: text().notNull(),
    /** SHA-256, hex, of the items in their canonical form. */
    digest: text().notNull(),
    licence: text().notNull(),
    source: text().notNull(),
    /** BCP 47; null where it is not known. */
    language: text(),
    itemCount: integer('item_count').notNull(),
    isBundled: boolean('is_bundled').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (dataset) => [
    uniqueIndex('datasets_by_digest').on(dataset.owner, dataset.digest),
    index('datasets_by_creation').on(dataset.owner, dataset.createdAt, dataset.id),
  ],
);

/** One row per item. */
export const datasetItems = pgTable(
  'dataset_items',
  {
    id: uuid().primaryKey(),
    datasetId: uuid('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    /** From 0, in the order of the dataset. */
    ordinal: integer().notNull(),
    /** As the dataset calls it. */
    itemId: text('item_id').notNull(),
    /** What intervals resample by; null: the item is its own group. */
    group: text('group_name'),
    content: json().$type<ItemContent>().notNull(),
  },
  (item) => [
    uniqueIndex('dataset_items_by_ordinal').on(item.datasetId, item.ordinal),
    uniqueIndex('dataset_items_by_item_id').on(item.datasetId, item.itemId),
  ],
);
