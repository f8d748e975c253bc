/**
 * The whole content of a database, out of it and into another one.
 *
 * Both are one transaction: what comes out is of one moment, and what goes in is all there or not at all.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { InfillError } from '../errors.ts';
import {
  type BackupHeader,
  type BackupRow,
  BackupWriter,
  invalid,
  isHeader,
  readBackup,
} from './backup-format.ts';
import { benchmarks } from './benchmark-tables.ts';
import type { Database } from './database.ts';
import { datasets } from './dataset-tables.ts';
import { knownMigrations, newestMigration } from './migrations.ts';
import { guarded } from './store-failure.ts';
import {
  countRows,
  insertRows,
  type JsonRow,
  type RowCounts,
  readRows,
  type TableName,
  tableNames,
} from './stored-tables.ts';

/** Told of the rows so far and of all. */
export type OnRows = (done: number, total: number) => void;

/** How long a reader may let the database wait: an embedded one serves nobody else meanwhile. */
const stallMs = 30_000;
/** Rows between two looks at what else there is to do. */
const rowsPerTurn = 20;
/** Rows that are held before they are written. */
const rowsHeld = 50;

/** Reads a database as a backup's bytes; the stream fails when the database does, or its reader stalls. */
export function backupStream(database: Database, onRows: OnRows = () => undefined): Readable {
  const stream = new PassThrough();
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  const write = async (text: string) => {
    if (stream.write(text)) return;
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(stallMs)]);
    await once(stream, 'drain', { signal });
  };
  writeBackup(database, write, onRows).then(
    () => stream.end(),
    (error: Error) => stream.destroy(error),
  );
  return stream;
}

function writeBackup(
  database: Database,
  write: (text: string) => Promise<void>,
  onRows: OnRows,
): Promise<void> {
  return guarded('read all rows', () =>
    database.transaction(
      async (snapshot) => {
        await waitAsLongAsItTakes(snapshot);
        const rows = await countRows(snapshot);
        const writer = new BackupWriter();
        await write(writer.header({ migration: newestMigration(), rows }));
        const total = totalOf(rows);
        let done = 0;
        for await (const row of allRows(snapshot)) {
          await write(writer.row(row));
          done += 1;
          onRows(done, total);
          // The embedded database computes on this thread.
          if (done % rowsPerTurn === 0) await setImmediate();
        }
        await write(writer.end());
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    ),
  );
}

async function* allRows(database: Database): AsyncGenerator<BackupRow> {
  for (const table of tableNames) {
    for await (const row of readRows(database, table)) yield { table, row };
  }
}

/** Between two batches the other end may be slow, which is no forgotten transaction. */
async function waitAsLongAsItTakes(transaction: Database): Promise<void> {
  await transaction.execute(sql`set local idle_in_transaction_session_timeout = 0`);
}

/**
 * Puts a backup into an empty database, all or nothing, and reads it again to compare.
 *
 * @returns how many rows there are.
 * @throws INVALID_BACKUP; STORE_VERSION for one of a later version; CONFLICT when the database is not empty.
 */
export function restoreBackup(
  database: Database,
  chunks: AsyncIterable<Uint8Array>,
  onRows: OnRows = () => undefined,
): Promise<RowCounts> {
  return guarded('restore the backup', () =>
    database.transaction(async (transaction) => {
      await waitAsLongAsItTakes(transaction);
      await requireEmpty(transaction);
      const given = new RowDigest();
      const header = await insertAll(transaction, chunks, (entry, total) => {
        given.add(entry);
        onRows(given.count, total);
      });
      const stored = new RowDigest();
      for await (const entry of allRows(transaction)) stored.add(entry);
      const counts = await countRows(transaction);
      if (!given.equals(stored) || !sameCounts(counts, header.rows)) {
        throw invalid('What was stored of it differs from it.');
      }
      return counts;
    }),
  );
}

/**
 * Reads a backup to its end without keeping it. @returns how many rows it has.
 *
 * @throws INVALID_BACKUP; STORE_VERSION
 */
export async function checkBackup(chunks: AsyncIterable<Uint8Array>): Promise<RowCounts> {
  let header: BackupHeader | null = null;
  let count = 0;
  for await (const entry of readBackup(chunks)) {
    if (isHeader(entry)) header = entry;
    else count += 1;
  }
  if (header === null || count !== totalOf(header.rows)) throw wrongCount();
  return header.rows;
}

async function insertAll(
  transaction: Database,
  chunks: AsyncIterable<Uint8Array>,
  onRow: (entry: BackupRow, total: number) => void,
): Promise<BackupHeader> {
  let header: BackupHeader | null = null;
  let table: TableName | null = null;
  let held: JsonRow[] = [];
  const flush = async () => {
    if (table !== null) await insertRows(transaction, table, held);
    held = [];
  };
  for await (const entry of readBackup(chunks)) {
    if (isHeader(entry)) {
      requireKnown(entry);
      header = entry;
      continue;
    }
    if (entry.table !== table || held.length === rowsHeld) await flush();
    table = entry.table;
    held.push(entry.row);
    onRow(entry, header === null ? 0 : totalOf(header.rows));
  }
  await flush();
  if (header === null) throw wrongCount();
  return header;
}

/** Bundled datasets do not count: every server brings them along, and the backup has its own. */
async function requireEmpty(database: Database): Promise<void> {
  if ((await database.$count(benchmarks)) === 0) {
    await database.delete(datasets).where(eq(datasets.isBundled, true));
  }
  const rows = await countRows(database);
  if (totalOf(rows) === 0) return;
  const found = tableNames.map((name) => `${rows[name]} ${name}`).join(', ');
  throw new InfillError(
    'CONFLICT',
    `The database is not empty (${found}); a backup is restored into an empty one only.`,
  );
}

function requireKnown({ migration }: BackupHeader): void {
  if (knownMigrations().includes(migration)) return;
  const message =
    `The backup has a migration of ${new Date(migration).toISOString()} that this version of Lacuna does not know: ` +
    'a newer version made it. Update Lacuna (npm install lacuna@latest).';
  throw new InfillError('STORE_VERSION', message);
}

function wrongCount(): InfillError {
  return invalid('It has not as many rows as its header says.');
}

/** All rows of all tables. */
export function totalOf(rows: RowCounts): number {
  return tableNames.reduce((sum, name) => sum + rows[name], 0);
}

function sameCounts(one: RowCounts, other: RowCounts): boolean {
  return tableNames.every((name) => one[name] === other[name]);
}

/** Of rows with a value in them, in their order, whatever database they are read from. */
class RowDigest {
  readonly #hash = createHash('sha256');
  count = 0;

  add({ table, row }: BackupRow): void {
    // What is null and what an earlier version did not have are the same.
    const fields = Object.entries(row).filter(([, value]) => value !== null);
    fields.sort(([one], [other]) => (one < other ? -1 : 1));
    this.#hash.update(JSON.stringify([table, fields]));
    this.count += 1;
  }

  equals(other: RowDigest): boolean {
    return this.#hash.digest('hex') === other.#hash.digest('hex');
  }
}
