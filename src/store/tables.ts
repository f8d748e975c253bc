/**
 * The tables, as drizzle-kit reads them to make migrations.
 *
 * Imports types of `decoding` because json columns hold its values as they are: a second set of types for the
 * same outcome and events would only be mapped back and forth. Knows no driver.
 *
 * Columns that carry text are `json`, not `jsonb`: jsonb refuses U+0000, which a byte-level vocabulary can produce.
 */
import { sql } from 'drizzle-orm';
import { bigint, check, index, json, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { EffectiveSetting, SourceRequest } from '../decoding/infill-request.ts';
import type { Outcome, RunError, RunEvent } from '../decoding/run-event.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What is kept of a run: everything, everything but texts, or nothing. */
export type StorePolicy = 'FULL' | 'METADATA' | 'NONE';

/** Where a run is in its life. The last three are terminal: a run never leaves them. */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** One row per infill. */
export const runs = pgTable(
  'runs',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    owner: text().notNull(),
    storePolicy: text('store_policy').$type<StorePolicy>().notNull(),
    status: text().$type<RunStatus>().notNull(),
    createdAt: instant('created_at').notNull(),
    /** Null of a run that ended while queued. */
    startedAt: instant('started_at'),
    /** Null exactly while the run is not terminal. */
    finishedAt: instant('finished_at'),
    /** As the client sent it. */
    source: json().$type<SourceRequest>().notNull(),
    decoderName: text('decoder_name').notNull(),
    packId: text('pack_id').notNull(),
    modelDigest: text('model_digest').notNull(),
    settings: json().$type<readonly EffectiveSetting[]>().notNull(),
    /** In [0, 2^63). */
    seed: bigint({ mode: 'bigint' }).notNull(),
    /** (T); null at open positions. */
    promptTokens: json('prompt_tokens').$type<readonly (number | null)[]>().notNull(),
    labels: text().array().$type<readonly string[]>().notNull(),
    outcome: json().$type<Outcome>(),
    /** Null unless the run failed. */
    error: json().$type<RunError>(),
  },
  (run) => [
    index('runs_by_creation').on(run.owner, run.createdAt, run.id),
    index('runs_by_status').on(run.owner, run.status, run.createdAt, run.id),
    index('runs_unfinished').on(run.id).where(sql`${run.finishedAt} is null`),
    check('runs_store_policy', sql`${run.storePolicy} in ('FULL', 'METADATA', 'NONE')`),
    check(
      'runs_status',
      sql`${run.status} in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')`,
    ),
    check('runs_seed', sql`${run.seed} >= 0`),
    check(
      'runs_finished',
      sql`(${run.status} in ('QUEUED', 'RUNNING')) = (${run.finishedAt} is null)`,
    ),
    check('runs_failed', sql`(${run.status} = 'FAILED') = (${run.error} is not null)`),
    check('runs_completed', sql`${run.status} <> 'COMPLETED' or ${run.outcome} is not null`),
  ],
);

/**
 * The log of a finished run, one row per run: inserting 500 events as one value blocks the event loop for a tenth
 * of the time that one row per event takes.
 */
export const runEvents = pgTable('run_events', {
  runId: uuid('run_id')
    .primaryKey()
    .references(() => runs.id, { onDelete: 'cascade' }),
  events: json().$type<readonly RunEvent[]>().notNull(),
});
