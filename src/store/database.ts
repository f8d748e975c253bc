/**
 * The database as the store's queries see it: PostgreSQL through drizzle, whichever driver is behind it.
 */
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** Where queries go: a database, or a transaction on it. */
export type Database = PgDatabase<PgQueryResultHKT>;

/** An open database. */
export type Connection = {
  readonly database: Database;
  /** Applies drizzle-kit migrations of `folder` that are newer than the last applied one, in one transaction. */
  migrate(folder: string): Promise<void>;
  close(): Promise<void>;
};
