/**
 * The tables, as drizzle-kit reads them to make migrations.
 *
 * Imports types of `decoding` because json columns hold its values as they are: a second set of types for the
 * same outcome and events would only be mapped back and forth. Knows no driver.
 *
 * Columns that carry text are `json`, not `jsonb`: jsonb refuses U+0000, which a byte-level vocabulary can produce.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  json,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EffectiveSetting, SourceRequest } from '../decoding/infill-request.ts';
import type { Outcome, RunError, RunEvent } from '../decoding/run-event.ts';
import { benchmarks } from './benchmark-tables.ts';
import { comparisons } from './comparison-tables.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What is kept of a run: everything, everything but texts, or nothing. */
export type StorePolicy = 'FULL' | 'METADATA' | 'NONE';

/** Where a run is in its life. The last three are terminal: a run never leaves them. */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Why a run was cancelled. */
export type CancelReason = 'REQUESTED' | 'DISCONNECTED' | 'SUPERSEDED' | 'DEADLINE' | 'SHUTDOWN';

/** What a credential allows. */
export type Scope = 'READ' | 'INFILL' | 'ADMIN';

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
    /** As the client sent it; null where texts are not kept. */
    source: json().$type<SourceRequest>(),
    decoderName: text('decoder_name').notNull(),
    packId: text('pack_id').notNull(),
    modelDigest: text('model_digest').notNull(),
    settings: json().$type<readonly EffectiveSetting[]>().notNull(),
    /** In [0, 2^63). */
    seed: bigint({ mode: 'bigint' }).notNull(),
    /** (T); null at open positions. Null where texts are not kept: token ids are text. */
    promptTokens: json('prompt_tokens').$type<readonly (number | null)[]>(),
    labels: text().array().$type<readonly string[]>().notNull(),
    /** The client's name for one attempt to submit; of an owner, each names one run. */
    idempotencyKey: text('idempotency_key'),
    /** SHA-256, hex, of what was submitted under the idempotency key; null exactly without one. */
    inputDigest: text('input_digest'),
    outcome: json().$type<Outcome>(),
    /** Null of a run that was not cancelled. */
    cancelReason: text('cancel_reason').$type<CancelReason>(),
    /** Null unless the run failed. */
    error: json().$type<RunError>(),
    /** The benchmark it was made for; null of every other run. */
    benchmarkId: uuid('benchmark_id').references(() => benchmarks.id, { onDelete: 'cascade' }),
    /** The comparison it takes part in; null of every other run. */
    comparisonId: uuid('comparison_id').references(() => comparisons.id, { onDelete: 'set null' }),
  },
  (run) => [
    index('runs_by_benchmark')
      .on(run.benchmarkId, run.createdAt, run.id)
      .where(sql`${run.benchmarkId} is not null`),
    index('runs_by_comparison').on(run.comparisonId).where(sql`${run.comparisonId} is not null`),
    index('runs_by_creation').on(run.owner, run.createdAt, run.id),
    index('runs_by_status').on(run.owner, run.status, run.createdAt, run.id),
    index('runs_by_end').on(run.finishedAt, run.id),
    uniqueIndex('runs_by_idempotency_key')
      .on(run.owner, run.idempotencyKey)
      .where(sql`${run.idempotencyKey} is not null`),
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
    check(
      'runs_cancelled',
      sql`${run.cancelReason} is null or (${run.status} = 'CANCELLED' and ${run.cancelReason} in ('REQUESTED', 'DISCONNECTED', 'SUPERSEDED', 'DEADLINE', 'SHUTDOWN'))`,
    ),
    check('runs_idempotent', sql`(${run.idempotencyKey} is null) = (${run.inputDigest} is null)`),
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

/** Keys that clients authenticate with; the secret itself is not kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    /** What people call it. */
    name: text().notNull(),
    /** Whose runs it makes and sees. */
    owner: text().notNull(),
    scopes: text().array().$type<readonly Scope[]>().notNull(),
    /** SHA-256 of the secret, hex. The secret has 256 random bits, so a slow hash would add nothing. */
    secretHash: text('secret_hash').notNull(),
    /** Most cost per minute; null: no limit. */
    costPerMinute: integer('cost_per_minute'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
  },
  (key) => [
    uniqueIndex('api_keys_by_secret').on(key.secretHash),
    check('api_keys_cost', sql`${key.costPerMinute} > 0`),
  ],
);

/** Short-lived tokens for browsers, each minted with a key and void with it. */
export const clientTokens = pgTable(
  'client_tokens',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    keyId: uuid('key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    /** SHA-256 of the secret, hex. */
    secretHash: text('secret_hash').notNull(),
    /** Origins of the pages that may use it. */
    origins: text().array().$type<readonly string[]>().notNull(),
    costBudget: integer('cost_budget').notNull(),
    costSpent: integer('cost_spent').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (token) => [
    uniqueIndex('client_tokens_by_secret').on(token.secretHash),
    index('client_tokens_by_end').on(token.expiresAt),
    check('client_tokens_cost', sql`${token.costSpent} between 0 and ${token.costBudget}`),
  ],
);
