/**
 * A backup as lines of JSON: a header, the rows table by table, and a digest of all that came before.
 *
 * Knows lines; knows neither a database nor a file.
 */
import { createHash, type Hash } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { InfillError } from '../errors.ts';
import {
  isTableName,
  type JsonRow,
  noRows,
  type RowCounts,
  type TableName,
  tableNames,
  unknownFields,
} from './stored-tables.ts';

/** The first line. */
export type BackupHeader = {
  /** When the newest migration of the database was made, in milliseconds since the epoch. */
  readonly migration: number;
  readonly rows: RowCounts;
};

/** A line between the first and the last. */
export type BackupRow = { readonly table: TableName; readonly row: JsonRow };

const format = 'lacuna-backup';
const version = 1;
/** UTF-16 units; a longer line is of no backup, and would fill the memory. */
const maxLineLength = 2 ** 28;

/** Makes the lines of one backup, each with its end. */
export class BackupWriter {
  readonly #digest = createHash('sha256');

  header({ migration, rows }: BackupHeader): string {
    return this.#line({ format, version, migration, rows });
  }

  row(row: BackupRow): string {
    return this.#line(row);
  }

  /** The last line. */
  end(): string {
    return `${JSON.stringify({ sha256: this.#digest.digest('hex') })}\n`;
  }

  #line(value: unknown): string {
    const line = `${JSON.stringify(value)}\n`;
    this.#digest.update(line);
    return line;
  }
}

/**
 * Reads a backup from its bytes: the header, and then its rows; ends after the last line.
 *
 * @throws INVALID_BACKUP for what is none, or is cut or changed, while it is read: nothing is to be kept of it then.
 */
export async function* readBackup(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<BackupHeader | BackupRow> {
  const digest = createHash('sha256');
  let number = 0;
  let isWhole = false;
  for await (const line of linesOf(chunks)) {
    number += 1;
    if (isWhole) throw invalid('There is something after its last line.');
    const value = parseLine(line, number);
    if ('sha256' in value && number > 1) {
      checkDigest(value['sha256'], digest);
      isWhole = true;
      continue;
    }
    digest.update(`${line}\n`);
    yield number === 1 ? headerOf(value) : rowOf(value, number);
  }
  if (!isWhole) throw invalid(`It is cut off after ${number} lines.`);
}

/** Whether an entry of a backup is its header. */
export function isHeader(entry: BackupHeader | BackupRow): entry is BackupHeader {
  return 'migration' in entry;
}

/** An error that says what is wrong with a backup. */
export function invalid(what: string, cause?: unknown): InfillError {
  return new InfillError('INVALID_BACKUP', `This is no whole backup. ${what}`, { cause });
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const [first = '', ...lines] = decoder.write(chunk).split('\n');
      // Only the new text is searched: a line may be long, and come in many chunks.
      rest += first;
      if (rest.length > maxLineLength) throw invalid('It has a line that is too long.');
      for (const line of lines) {
        yield rest;
        rest = line;
      }
    }
  } catch (error) {
    throw isCompressionError(error) ? invalid('It cannot be decompressed.', error) : error;
  }
  if (rest !== '') throw invalid('It is cut off within a line.');
}

function isCompressionError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function parseLine(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw invalid(`Line ${number} is not JSON.`, cause);
  }
  throw invalid(`Line ${number} is not an object.`);
}

function checkDigest(stated: unknown, digest: Hash): void {
  if (digest.digest('hex') !== stated) throw invalid('Its digest does not match: it was changed.');
}

function headerOf(value: Record<string, unknown>): BackupHeader {
  const { migration } = value;
  if (value['format'] !== format) throw invalid('Its first line is not the header of one.');
  if (value['version'] !== version) {
    const message = `The backup has version ${String(value['version'])}; this version of Lacuna reads ${version}.`;
    throw new InfillError('STORE_VERSION', message);
  }
  if (typeof migration !== 'number') throw invalid('Its header names no migration.');
  return { migration, rows: countsOf(value['rows']) };
}

function countsOf(value: unknown): RowCounts {
  const given = new Map(Object.entries(value ?? {}));
  const counts = noRows();
  // A table that is not named is of a later version than the backup.
  for (const name of tableNames) {
    const count = given.get(name) ?? 0;
    if (!Number.isSafeInteger(count) || count < 0) throw invalid(`Its count of ${name} is wrong.`);
    counts[name] = count;
  }
  return counts;
}

function rowOf({ table, row }: Record<string, unknown>, number: number): BackupRow {
  if (!isTableName(table)) throw invalid(`Line ${number} is a row of no table.`);
  if (typeof row !== 'object' || row === null) throw invalid(`Line ${number} has no row.`);
  const [field] = unknownFields(table, row as JsonRow);
  if (field !== undefined) throw invalid(`Line ${number} has the unknown field "${field}".`);
  return { table, row: row as JsonRow };
}
