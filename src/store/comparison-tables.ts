/**
 * The table of comparisons: one source that several entrants fill, each in a run of its own.
 *
 * Imports types of `decoding` because json columns hold its values as they are.
 */
import { index, json, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
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
  },
  (comparison) => [
    index('comparisons_by_creation').on(comparison.owner, comparison.createdAt, comparison.id),
  ],
);
