/**
 * The table of comparisons: one source that several entrants fill, each in a run of its own.
 *
 * Imports types of `decoding` because json columns hold its values as they are.
 */
import { sql } from 'drizzle-orm';
import {
  check,
  index,
  json,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { SourceRequest } from '../decoding/infill-request.ts';

/** Who takes part in a comparison. */
export type ComparisonEntrant = {
  readonly label: string;
  /** Of its run, which may have been deleted since. */
  readonly runId: string;
};

/** One row per comparison. */
export const comparisons = pgTable(
  'comparisons',
  {
    /** UUIDv7. */
    id: uuid().primaryKey(),
    owner: text().notNull(),
    /** As the client sent it. */
    source: json().$type<SourceRequest>().notNull(),
    /** In the order given. */
    entrants: json().$type<readonly ComparisonEntrant[]>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
    /** The client's name for one attempt to compare; of an owner, each names one comparison. */
    idempotencyKey: text('idempotency_key'),
    /** SHA-256, hex, of what was submitted under the idempotency key; null exactly without one. */
    inputDigest: text('input_digest'),
  },
  (comparison) => [
    index('comparisons_by_creation').on(comparison.owner, comparison.createdAt, comparison.id),
    uniqueIndex('comparisons_by_idempotency_key')
      .on(comparison.owner, comparison.idempotencyKey)
      .where(sql`${comparison.idempotencyKey} is not null`),
    check(
      'comparisons_idempotent',
      sql`(${comparison.idempotencyKey} is null) = (${comparison.inputDigest} is null)`,
    ),
  ],
);
