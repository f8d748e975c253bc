/**
 * Pages of lists that are ordered by time of creation and id, which stay in place while rows are added.
 *
 * Knows Relay's page arguments and their meaning, and two columns; knows no table and no GraphQL.
 */
import { asc, desc, not, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { InfillError } from '../errors.ts';
import { isUuid } from './uuid-v7.ts';

/** The first or the last so many rows of those strictly between two cursors. */
export type PageRequest = ({ readonly first: number } | { readonly last: number }) & {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
};

/** Consecutive rows of a list. */
export type Page<R> = {
  readonly edges: readonly { readonly cursor: string; readonly row: R }[];
  /** Whether the list has rows after the last one here, whatever the cursors of the request were. */
  readonly hasNext: boolean;
  /** Whether the list has rows before the first one here. */
  readonly hasPrevious: boolean;
};

/** A place in a list: at a row, whether or not it is still there. */
export type Place = { readonly createdAt: Date; readonly id: string };

/** What a query of a list is made of; `where` is beside the list's own condition. */
export type Selection = {
  readonly where: readonly SQL[];
  readonly orderBy: readonly SQL[];
  readonly limit: number;
};

/** A list. */
export type KeysetList<R extends Place> = {
  readonly columns: { readonly createdAt: PgColumn; readonly id: PgColumn };
  readonly isAscending: boolean;
  readonly select: (selection: Selection) => Promise<R[]>;
  /** Whether the list has rows where this holds. */
  readonly isThere: (where: SQL) => Promise<boolean>;
};

/** Relative to a place, in the order of the list. */
type Side = 'before' | 'after';

/** @throws INVALID_INPUT when a cursor is not one that a page carried. */
export async function pageOf<R extends Place>(
  list: KeysetList<R>,
  page: PageRequest,
): Promise<Page<R>> {
  const after = page.after === undefined ? null : placeOf(page.after);
  const before = page.before === undefined ? null : placeOf(page.before);
  const rows = await rowsOf(list, page, [
    ...(after ? [beside(list, after, 'after')] : []),
    ...(before ? [beside(list, before, 'before')] : []),
  ]);
  const [head, tail] = [rows.at(0), rows.at(-1)];
  // An empty page lies between its cursors, whose own rows are outside it.
  const next = tail ? beside(list, tail, 'after') : before && not(beside(list, before, 'before'));
  const previous = head ? beside(list, head, 'before') : after && not(beside(list, after, 'after'));
  return {
    edges: rows.map((row) => ({ cursor: cursorOf(row), row })),
    hasNext: next !== null && (await list.isThere(next)),
    hasPrevious: previous !== null && (await list.isThere(previous)),
  };
}

/** The rows of the page in the order of the list. */
async function rowsOf<R extends Place>(
  list: KeysetList<R>,
  page: PageRequest,
  where: readonly SQL[],
): Promise<R[]> {
  const isForward = 'first' in page;
  const direction = isForward === list.isAscending ? asc : desc;
  const orderBy = [direction(list.columns.createdAt), direction(list.columns.id)];
  const rows = await list.select({ where, orderBy, limit: isForward ? page.first : page.last });
  return isForward ? rows : rows.reverse();
}

/** Row comparison, so that one index serves it. */
function beside(
  { columns, isAscending }: Pick<KeysetList<Place>, 'columns' | 'isAscending'>,
  { createdAt, id }: Place,
  side: Side,
): SQL {
  const isLater = (side === 'after') === isAscending;
  const comparison = isLater ? sql.raw('>') : sql.raw('<');
  return sql`(${columns.createdAt}, ${columns.id}) ${comparison} (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`;
}

function cursorOf({ createdAt, id }: Place): string {
  return Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');
}

function placeOf(cursor: string): Place {
  const [time = '', id = '', ...rest] = Buffer.from(cursor, 'base64url')
    .toString('utf8')
    .split(' ');
  // Up to the year 2286; the database does not read the ISO form of years beyond 9999.
  const createdAt = new Date(/^\d{1,13}$/.test(time) ? Number(time) : Number.NaN);
  if (rest.length > 0 || Number.isNaN(createdAt.getTime()) || !isUuid(id)) {
    throw new InfillError(
      'INVALID_INPUT',
      `The cursor "${cursor}" is not one that a page of this list carried.`,
    );
  }
  return { createdAt, id };
}
