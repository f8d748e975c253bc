/**
 * What is deleted without anybody asking: runs that ended too long ago, and client tokens that have expired.
 */
import { deleteExpiredTokens } from '../store/client-tokens.ts';
import type { Database } from '../store/database.ts';
import { deleteEndedBefore } from '../store/delete-runs.ts';

/** What retention works on. */
export type RetentionOptions = {
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Null keeps runs for ever. */
  readonly retentionDays: number | null;
  /** Told of what went, where something did. */
  readonly onDeleted: (deleted: Deleted) => void;
  /** The next hour is another try. */
  readonly onFailure: (cause: unknown) => void;
};

/** How much went at once. */
export type Deleted = { readonly runs: number; readonly tokens: number };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** So that whoever still holds a token is told that it has expired, and not that it is unknown. */
const tokenGraceMs = dayMs;

/** Deletes now and every hour. @returns a function that stops that, and waits for what is under way. */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  const work = () => applyRetention(options).then(report(options), options.onFailure);
  let working = work();
  const timer = setInterval(() => {
    working = working.then(work);
  }, hourMs).unref();
  return () => {
    clearInterval(timer);
    return working;
  };
}

/** Deletes what is due now. */
export async function applyRetention({
  database,
  now,
  retentionDays,
}: Pick<RetentionOptions, 'database' | 'now' | 'retentionDays'>): Promise<Deleted> {
  const tokens = await deleteExpiredTokens(database, new Date(now() - tokenGraceMs));
  if (retentionDays === null) return { runs: 0, tokens };
  const before = new Date(now() - retentionDays * dayMs);
  return { runs: await deleteEndedBefore(database, { before, owner: null }), tokens };
}

function report({ onDeleted }: RetentionOptions): (deleted: Deleted) => void {
  return (deleted) => {
    if (deleted.runs + deleted.tokens > 0) onDeleted(deleted);
  };
}
