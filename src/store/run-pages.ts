/**
 * Lists of runs: filters, order, and keyset pages that stay in place while runs are added.
 *
 * Knows Relay's page arguments and their meaning; knows no GraphQL.
 */
import {
  and,
  arrayContains,
  asc,
  desc,
  eq,
  gte,
  inArray,
  isNull,
  lt,
  not,
  type SQL,
  sql,
} from 'drizzle-orm';
import { InfillError } from '../errors.ts';
import type { Database } from './database.ts';
import type { RunRow } from './runs.ts';
import { guarded } from './store-failure.ts';
import { type RunStatus, runs } from './tables.ts';
import { isUuid } from './uuid-v7.ts';

/** Which runs; every part that is present must hold. */
export type RunFilter = {
  readonly statuses?: readonly RunStatus[] | undefined;
  readonly decoderNames?: readonly string[] | undefined;
  /** The run has all of them. */
  readonly labels?: readonly string[] | undefined;
  /** Created at this time or later. */
  readonly createdAfter?: Date | undefined;
  /** Created earlier than this time. */
  readonly createdBefore?: Date | undefined;
  /** Made for this benchmark; made for none when absent. */
  readonly benchmarkId?: string | undefined;
};

/** By time of creation, then by id. */
export type RunOrder = 'CREATED_AT_ASC' | 'CREATED_AT_DESC';

/** The first or the last so many runs of those strictly between two cursors. */
export type PageRequest = ({ readonly first: number } | { readonly last: number }) & {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
};

/** Consecutive runs of a list. */
export type RunPage = {
  readonly edges: readonly { readonly cursor: string; readonly run: RunRow }[];
  /** Whether the list has runs after the last one here, whatever the cursors of the request were. */
  readonly hasNext: boolean;
  /** Whether the list has runs before the first one here. */
  readonly hasPrevious: boolean;
};

/** What to list. */
export type RunQuery = {
  readonly owner: string;
  readonly filter: RunFilter;
  readonly orderBy: RunOrder;
  readonly page: PageRequest;
};

/** A place in a list: at a run, whether or not it is still there. */
type Place = { readonly createdAt: Date; readonly id: string };

/** Relative to a place, in the order of the list. */
type Side = 'before' | 'after';

/**
 * Returns one page of an owner's runs.
 *
 * @throws INVALID_INPUT when a cursor is not one that a page carried.
 */
export function listRuns(database: Database, query: RunQuery): Promise<RunPage> {
  return guarded('list runs', async () => {
    const { page, orderBy } = query;
    const after = page.after === undefined ? null : placeOf(page.after);
    const before = page.before === undefined ? null : placeOf(page.before);
    const rows = await selectRuns(database, query, [
      after && beside(after, 'after', orderBy),
      before && beside(before, 'before', orderBy),
    ]);
    const [head, tail] = [rows.at(0), rows.at(-1)];
    // An empty page lies between its cursors, whose own runs are outside it.
    const next = tail
      ? beside(tail, 'after', orderBy)
      : before && not(beside(before, 'before', orderBy));
    const previous = head
      ? beside(head, 'before', orderBy)
      : after && not(beside(after, 'after', orderBy));
    return {
      edges: rows.map((run) => ({ cursor: cursorOf(run), run })),
      hasNext: await hasRuns(database, query, next),
      hasPrevious: await hasRuns(database, query, previous),
    };
  });
}

/** The runs of the page in the order of the list. */
async function selectRuns(
  database: Database,
  { owner, filter, orderBy, page }: RunQuery,
  bounds: readonly (SQL | null)[],
): Promise<RunRow[]> {
  const isForward = 'first' in page;
  const direction = isForward === (orderBy === 'CREATED_AT_ASC') ? asc : desc;
  const rows = await database
    .select()
    .from(runs)
    .where(and(matching(owner, filter), ...bounds.map((bound) => bound ?? undefined)))
    .orderBy(direction(runs.createdAt), direction(runs.id))
    .limit(isForward ? page.first : page.last);
  return isForward ? rows : rows.reverse();
}

/** Returns how many runs of an owner there are. */
export function countRuns(database: Database, owner: string, filter: RunFilter): Promise<number> {
  return guarded('count runs', () => database.$count(runs, matching(owner, filter)));
}

/** Whether the list has runs where `condition` holds; null holds nowhere. */
async function hasRuns(
  database: Database,
  { owner, filter }: RunQuery,
  condition: SQL | null,
): Promise<boolean> {
  if (condition === null) return false;
  const found = await database
    .select({ id: runs.id })
    .from(runs)
    .where(and(matching(owner, filter), condition))
    .limit(1);
  return found.length > 0;
}

function matching(owner: string, filter: RunFilter): SQL | undefined {
  const { statuses, decoderNames, labels, createdAfter, createdBefore, benchmarkId } = filter;
  return and(
    eq(runs.owner, owner),
    benchmarkId === undefined ? isNull(runs.benchmarkId) : eq(runs.benchmarkId, benchmarkId),
    statuses && inArray(runs.status, [...statuses]),
    decoderNames && inArray(runs.decoderName, [...decoderNames]),
    labels && labels.length > 0 ? arrayContains(runs.labels, [...labels]) : undefined,
    createdAfter && gte(runs.createdAt, createdAfter),
    createdBefore && lt(runs.createdAt, createdBefore),
  );
}

/** Row comparison, so that one index serves it. */
function beside({ createdAt, id }: Place, side: Side, orderBy: RunOrder): SQL {
  const isLater = (side === 'after') === (orderBy === 'CREATED_AT_ASC');
  const comparison = isLater ? sql.raw('>') : sql.raw('<');
  return sql`(${runs.createdAt}, ${runs.id}) ${comparison} (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`;
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
