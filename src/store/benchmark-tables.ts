/**
 * The tables of benchmarks: what was asked, who takes part, each finished unit, and the figures of those that are over.
 *
 * Imports types of `benchmark` because json columns hold its values as they are.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  json,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { NamedValue } from '../benchmark/benchmark-results.ts';
import type { Cell } from '../benchmark/cells.ts';
import type { ItemResult } from '../benchmark/item-result.ts';
import type { Masking } from '../benchmark/masking.ts';
import type { LikelihoodKind } from '../decoding/decoder.ts';
import type { DecoderRequest, EffectiveSetting } from '../decoding/infill-request.ts';
import type { RunError } from '../decoding/run-event.ts';
import { datasets } from './dataset-tables.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Where a benchmark is in its life. The last three are terminal. */
export type BenchmarkStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** What of every unit is measured. */
export type Measure = 'FILL' | 'SCORE';

/** What a benchmark measures and how. */
export type BenchmarkSettings = {
  readonly measures: readonly Measure[];
  /** Random masks that an ELBO is the mean of. */
  readonly scoreDraws: number;
  /** The API key whose rate its work counts against; null where there is none. */
  readonly key: BenchmarkKey | null;
};

/** The key that a benchmark was started with. */
export type BenchmarkKey = {
  readonly id: string;
  readonly name: string;
  readonly costPerMinute: number | null;
};

/** What an entrant decodes with. */
export type EntrantRequest = {
  readonly decoder: DecoderRequest;
  readonly sampling: Readonly<Record<string, unknown>>;
  /** Of fills; NONE: they cannot be scored. */
  readonly likelihood: LikelihoodKind;
};

/** One row per benchmark. */
export const benchmarks = pgTable(
  'benchmarks',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    owner: text().notNull(),
    name: text(),
    status: text().$type<BenchmarkStatus>().notNull(),
    datasetId: uuid('dataset_id')
      .notNull()
      .references(() => datasets.id),
    /** Of the dataset, so many from its start. */
    itemCount: integer('item_count').notNull(),
    maskings: json().$type<readonly Masking[]>().notNull(),
    /** In [0, 2^63). */
    seed: bigint({ mode: 'bigint' }).notNull(),
    settings: json().$type<BenchmarkSettings>().notNull(),
    environment: json().$type<readonly NamedValue[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    /** Null exactly while the benchmark is not terminal. */
    finishedAt: instant('finished_at'),
    error: json().$type<RunError>(),
    /** The client's name for one attempt to start it; of an owner, each names one benchmark. */
    idempotencyKey: text('idempotency_key'),
    /** SHA-256, hex, of what was submitted under the idempotency key; null exactly without one. */
    inputDigest: text('input_digest'),
  },
  (benchmark) => [
    index('benchmarks_by_creation').on(benchmark.owner, benchmark.createdAt, benchmark.id),
    index('benchmarks_by_dataset').on(benchmark.datasetId),
    index('benchmarks_unfinished').on(benchmark.id).where(sql`${benchmark.finishedAt} is null`),
    uniqueIndex('benchmarks_by_idempotency_key')
      .on(benchmark.owner, benchmark.idempotencyKey)
      .where(sql`${benchmark.idempotencyKey} is not null`),
    check(
      'benchmarks_idempotent',
      sql`(${benchmark.idempotencyKey} is null) = (${benchmark.inputDigest} is null)`,
    ),
    check(
      'benchmarks_status',
      sql`${benchmark.status} in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')`,
    ),
    check(
      'benchmarks_finished',
      sql`(${benchmark.status} in ('QUEUED', 'RUNNING')) = (${benchmark.finishedAt} is null)`,
    ),
  ],
);

/** One row per entrant of a benchmark. */
export const benchmarkEntrants = pgTable(
  'benchmark_entrants',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    benchmarkId: uuid('benchmark_id')
      .notNull()
      .references(() => benchmarks.id, { onDelete: 'cascade' }),
    /** From 0, in the order given; imported ones after them. */
    ordinal: integer().notNull(),
    label: text().notNull(),
    /** Whether its fills were made elsewhere; then it has no pack and no decoder. */
    isImported: boolean('is_imported').notNull(),
    packId: text('pack_id'),
    modelDigest: text('model_digest'),
    vocabularyDigest: text('vocabulary_digest'),
    request: json().$type<EntrantRequest>(),
    settings: json().$type<readonly EffectiveSetting[]>().notNull(),
  },
  (entrant) => [
    uniqueIndex('benchmark_entrants_by_ordinal').on(entrant.benchmarkId, entrant.ordinal),
    uniqueIndex('benchmark_entrants_by_label').on(entrant.benchmarkId, entrant.label),
  ],
);

/** One row per finished unit: written once, and never changed. */
export const benchmarkItems = pgTable(
  'benchmark_items',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    benchmarkId: uuid('benchmark_id')
      .notNull()
      .references(() => benchmarks.id, { onDelete: 'cascade' }),
    entrantId: uuid('entrant_id')
      .notNull()
      .references(() => benchmarkEntrants.id, { onDelete: 'cascade' }),
    maskingName: text('masking_name').notNull(),
    itemId: text('item_id').notNull(),
    /** Its place among all units, by which lists are ordered. */
    ordinal: integer().notNull(),
    hasFailed: boolean('has_failed').notNull(),
    result: json().$type<ItemResult>().notNull(),
    /** The infill that filled it, which may have been deleted since; null where there was none. */
    runId: uuid('run_id'),
  },
  (item) => [
    uniqueIndex('benchmark_items_by_unit').on(
      item.benchmarkId,
      item.entrantId,
      item.maskingName,
      item.itemId,
    ),
    index('benchmark_items_by_ordinal').on(item.benchmarkId, item.ordinal),
  ],
);

/** The figures of a benchmark that is over, for leaderboards. */
export const benchmarkCells = pgTable(
  'benchmark_cells',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    benchmarkId: uuid('benchmark_id')
      .notNull()
      .references(() => benchmarks.id, { onDelete: 'cascade' }),
    entrantId: uuid('entrant_id')
      .notNull()
      .references(() => benchmarkEntrants.id, { onDelete: 'cascade' }),
    maskingName: text('masking_name').notNull(),
    metric: text().notNull(),
    /** Null of metrics that are not of likelihoods. */
    likelihoodKind: text('likelihood_kind'),
    /** Null where it has no finite value. */
    mean: doublePrecision(),
    /** From 0, in the order of tables. */
    ordinal: integer().notNull(),
    cell: json().$type<Cell>().notNull(),
  },
  (cell) => [
    uniqueIndex('benchmark_cells_by_ordinal').on(cell.benchmarkId, cell.ordinal),
    index('benchmark_cells_by_metric').on(cell.maskingName, cell.metric, cell.mean),
  ],
);
