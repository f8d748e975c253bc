/**
 * Lists of benchmarks, and of the best figures of one dataset.
 *
 * Knows rows and their order; knows no GraphQL.
 */
import {
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  inArray,
  isNotNull,
  isNull,
  notExists,
  type SQL,
} from 'drizzle-orm';
import type { Cell } from '../benchmark/cells.ts';
import {
  type BenchmarkStatus,
  benchmarkCells,
  benchmarkEntrants,
  benchmarkItems,
  benchmarks,
} from './benchmark-tables.ts';
import type { BenchmarkRow, EntrantRow } from './benchmarks.ts';
import type { Database } from './database.ts';
import { type Page, type PageRequest, pageOf } from './keyset-pages.ts';
import { guarded } from './store-failure.ts';

/** Which benchmarks; every part that is present must hold. */
export type BenchmarkFilter = {
  readonly statuses?: readonly BenchmarkStatus[] | undefined;
  readonly datasetId?: string | undefined;
};

/** Consecutive benchmarks of a list, the newest first. */
export type BenchmarkPage = Page<BenchmarkRow>;

/** A figure with whose it is. */
export type RankedCell = {
  readonly cell: Cell;
  readonly entrant: EntrantRow;
  readonly benchmark: BenchmarkRow;
};

/** Which figures are ranked: those of one metric and one likelihood kind, which may be compared. */
export type Ranking = {
  readonly datasetId: string;
  readonly maskingName: string;
  readonly metric: string;
  /** Null of metrics that have none. */
  readonly likelihoodKind: string | null;
  readonly better: 'LOWER' | 'HIGHER';
  /** Only figures of this vocabulary; of all when null. */
  readonly vocabularyDigest: string | null;
};

/** Returns one page of an owner's benchmarks. @throws INVALID_INPUT for a strange cursor */
export function listBenchmarks(
  database: Database,
  owner: string,
  filter: BenchmarkFilter,
  page: PageRequest,
): Promise<BenchmarkPage> {
  const own = matching(owner, filter);
  return guarded('list benchmarks', () =>
    pageOf(
      {
        columns: benchmarks,
        isAscending: false,
        select: ({ where, orderBy, limit }) =>
          database
            .select()
            .from(benchmarks)
            .where(and(own, ...where))
            .orderBy(...orderBy)
            .limit(limit),
        isThere: async (where) => {
          const found = await database
            .select({ id: benchmarks.id })
            .from(benchmarks)
            .where(and(own, where))
            .limit(1);
          return found.length > 0;
        },
      },
      page,
    ),
  );
}

/** Returns how many benchmarks of an owner there are. */
export function countBenchmarks(
  database: Database,
  owner: string,
  filter: BenchmarkFilter,
): Promise<number> {
  return guarded('count benchmarks', () => database.$count(benchmarks, matching(owner, filter)));
}

/** Returns figures of an owner's benchmarks that came to their end, the best first: those of others are of a part. */
export function rankCells(
  database: Database,
  owner: string,
  ranking: Ranking,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<{ readonly rows: readonly RankedCell[]; readonly total: number }> {
  const { datasetId, maskingName, metric, likelihoodKind, better } = ranking;
  const { vocabularyDigest } = ranking;
  const direction = better === 'LOWER' ? asc : desc;
  const which = and(
    eq(benchmarks.owner, owner),
    eq(benchmarks.datasetId, datasetId),
    eq(benchmarks.status, 'COMPLETED'),
    eq(benchmarkCells.maskingName, maskingName),
    eq(benchmarkCells.metric, metric),
    likelihoodKind === null
      ? isNull(benchmarkCells.likelihoodKind)
      : eq(benchmarkCells.likelihoodKind, likelihoodKind),
    isNotNull(benchmarkCells.mean),
    vocabularyDigest === null
      ? undefined
      : eq(benchmarkEntrants.vocabularyDigest, vocabularyDigest),
  );
  return guarded('rank figures', async () => {
    const rows = await database
      .select({ cell: benchmarkCells.cell, entrant: benchmarkEntrants, benchmark: benchmarks })
      .from(benchmarkCells)
      .innerJoin(benchmarks, eq(benchmarkCells.benchmarkId, benchmarks.id))
      .innerJoin(benchmarkEntrants, eq(benchmarkCells.entrantId, benchmarkEntrants.id))
      .where(which)
      .orderBy(direction(benchmarkCells.mean), asc(benchmarks.createdAt), asc(benchmarkCells.id))
      .offset(after === null ? 0 : after + 1)
      .limit(limit);
    const [counted] = await database
      .select({ total: count() })
      .from(benchmarkCells)
      .innerJoin(benchmarks, eq(benchmarkCells.benchmarkId, benchmarks.id))
      .innerJoin(benchmarkEntrants, eq(benchmarkCells.entrantId, benchmarkEntrants.id))
      .where(which);
    return { rows, total: counted?.total ?? 0 };
  });
}

/** Returns an owner's benchmarks of a dataset that came to their end and have something measured, but no figures. */
export function findWithoutFigures(
  database: Database,
  owner: string,
  datasetId: string,
): Promise<readonly BenchmarkRow[]> {
  const measured = database
    .select({ id: benchmarkItems.id })
    .from(benchmarkItems)
    .where(and(eq(benchmarkItems.benchmarkId, benchmarks.id), eq(benchmarkItems.hasFailed, false)));
  const figures = database
    .select({ id: benchmarkCells.id })
    .from(benchmarkCells)
    .where(eq(benchmarkCells.benchmarkId, benchmarks.id));
  const own = matching(owner, { statuses: ['COMPLETED'], datasetId });
  return guarded('find benchmarks without figures', () =>
    database
      .select()
      .from(benchmarks)
      .where(and(own, exists(measured), notExists(figures))),
  );
}

function matching(owner: string, { statuses, datasetId }: BenchmarkFilter): SQL | undefined {
  return and(
    eq(benchmarks.owner, owner),
    statuses && inArray(benchmarks.status, [...statuses]),
    datasetId === undefined ? undefined : eq(benchmarks.datasetId, datasetId),
  );
}
