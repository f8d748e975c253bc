/**
 * All tables, in an order in which a row comes after those it refers to, and their rows as JSON.
 *
 * Knows what a backup has to hold; knows no file.
 */
import { asc, getTableColumns, gt } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import {
  benchmarkCells,
  benchmarkEntrants,
  benchmarkItems,
  benchmarks,
} from './benchmark-tables.ts';
import { comparisons } from './comparison-tables.ts';
import type { Database } from './database.ts';
import { datasetItems, datasets } from './dataset-tables.ts';
import { apiKeys, clientTokens, runEvents, runs } from './tables.ts';

/** A table with the column that rows are read by. */
type StoredTable = { readonly table: PgTable; readonly key: PgColumn };

/** By name. */
export const storedTables = {
  apiKeys: { table: apiKeys, key: apiKeys.id },
  clientTokens: { table: clientTokens, key: clientTokens.id },
  datasets: { table: datasets, key: datasets.id },
  datasetItems: { table: datasetItems, key: datasetItems.id },
  benchmarks: { table: benchmarks, key: benchmarks.id },
  benchmarkEntrants: { table: benchmarkEntrants, key: benchmarkEntrants.id },
  benchmarkItems: { table: benchmarkItems, key: benchmarkItems.id },
  benchmarkCells: { table: benchmarkCells, key: benchmarkCells.id },
  comparisons: { table: comparisons, key: comparisons.id },
  runs: { table: runs, key: runs.id },
  runEvents: { table: runEvents, key: runEvents.runId },
} as const satisfies Record<string, StoredTable>;

/** The name of a table. */
export type TableName = keyof typeof storedTables;

/** Names in their order. */
export const tableNames = Object.keys(storedTables) as readonly TableName[];

/** Number of rows by table. */
export type RowCounts = Readonly<Record<TableName, number>>;

/** A row as JSON has it: 64-bit integers and times as texts. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** Rows that are read or written at once: few, because each may hold a long text. */
const batchSize = 50;

/** Whether a text names a table. */
export function isTableName(name: unknown): name is TableName {
  return typeof name === 'string' && Object.hasOwn(storedTables, name);
}

/** Zero for each table. */
export function noRows(): Record<TableName, number> {
  return Object.fromEntries(tableNames.map((name) => [name, 0])) as Record<TableName, number>;
}

/** Counts the rows of each table. */
export async function countRows(database: Database): Promise<RowCounts> {
  const counts = noRows();
  for (const name of tableNames) counts[name] = await database.$count(storedTables[name].table);
  return counts;
}

/** Reads the rows of a table in the order of their keys, a batch at a time. */
export async function* readRows(database: Database, name: TableName): AsyncGenerator<JsonRow> {
  const { table, key }: StoredTable = storedTables[name];
  const keyName = keyNameOf(name);
  let last: unknown = null;
  for (;;) {
    const rows = await database
      .select()
      .from(table)
      .where(last === null ? undefined : gt(key, last))
      .orderBy(asc(key))
      .limit(batchSize);
    for (const row of rows) {
      last = row[keyName];
      yield jsonRow(row);
    }
    if (rows.length < batchSize) return;
  }
}

/** Writes rows of one table, a batch at a time. @throws what the database or a value that is none of its column throws. */
export async function insertRows(
  database: Database,
  name: TableName,
  rows: readonly JsonRow[],
): Promise<void> {
  const { table }: StoredTable = storedTables[name];
  for (let start = 0; start < rows.length; start += batchSize) {
    const batch = rows.slice(start, start + batchSize).map((row) => databaseRow(name, row));
    await database.insert(table).values(batch);
  }
}

/** Names of a row's fields that its table does not have. */
export function unknownFields(name: TableName, row: JsonRow): readonly string[] {
  const columns = getTableColumns(storedTables[name].table);
  return Object.keys(row).filter((field) => !Object.hasOwn(columns, field));
}

function keyNameOf(name: TableName): string {
  return name === 'runEvents' ? 'runId' : 'id';
}

function jsonRow(row: Readonly<Record<string, unknown>>): JsonRow {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [
      field,
      typeof value === 'bigint' ? String(value) : value,
    ]),
  );
}

/** A field that is missing is null: a backup of an earlier version does not have it. */
function databaseRow(name: TableName, row: JsonRow): Record<string, unknown> {
  const columns = getTableColumns(storedTables[name].table);
  return Object.fromEntries(
    Object.entries<PgColumn>(columns).map(([field, column]) => [
      field,
      columnValue(column, row[field] ?? null),
    ]),
  );
}

function columnValue({ dataType }: PgColumn, value: unknown): unknown {
  if (value === null) return null;
  if (dataType === 'date') return new Date(String(value));
  if (dataType === 'bigint') return BigInt(String(value));
  return value;
}
