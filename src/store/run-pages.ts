/**
 * Lists of runs: filters, order and pages.
 *
 * Knows which runs are in a list; knows no GraphQL.
 */
import { and, arrayContains, eq, gte, inArray, isNull, lt, type SQL } from 'drizzle-orm';
import type { Database } from './database.ts';
import { type PageRequest, pageOf, type Selection } from './keyset-pages.ts';
import type { RunRow } from './runs.ts';
import { guarded } from './store-failure.ts';
import { type RunStatus, runs } from './tables.ts';

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

/**
 * Returns one page of an owner's runs.
 *
 * @throws INVALID_INPUT when a cursor is not one that a page carried.
 */
export function listRuns(database: Database, query: RunQuery): Promise<RunPage> {
  return guarded('list runs', async () => {
    const { owner, filter, orderBy } = query;
    const list = {
      columns: runs,
      isAscending: orderBy === 'CREATED_AT_ASC',
      select: ({ where, orderBy: order, limit }: Selection) =>
        database
          .select()
          .from(runs)
          .where(and(matching(owner, filter), ...where))
          .orderBy(...order)
          .limit(limit),
      isThere: async (where: SQL) => {
        const rows = database.select({ id: runs.id }).from(runs);
        return (await rows.where(and(matching(owner, filter), where)).limit(1)).length > 0;
      },
    };
    const { edges, ...page } = await pageOf(list, query.page);
    return { ...page, edges: edges.map(({ cursor, row }) => ({ cursor, run: row })) };
  });
}

/** Returns how many runs of an owner there are. */
export function countRuns(database: Database, owner: string, filter: RunFilter): Promise<number> {
  return guarded('count runs', () => database.$count(runs, matching(owner, filter)));
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
