/**
 * Locks in a PostgreSQL database: one process at a time migrates it, and one server uses it.
 *
 * Both are advisory locks of a session, so the server frees them when their process is gone. Knows no driver.
 */
import { setTimeout } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import { InfillError } from '../errors.ts';
import type { Connection, Database } from './database.ts';
import { connectPostgres, describeDatabase } from './postgres.ts';

/** The claim of one server on its database. */
export type ServerLock = {
  /** Whether it is held, as far as one can know now. False after the connection was lost, until it is had again. */
  isHeld(): boolean;
  /** Its own connection; migrations may use it before anything else does. */
  readonly connection: Connection;
  /** Frees the database and closes the connection. */
  release(): Promise<void>;
};

/** First key of the project's advisory locks, the letters `Lacu`. */
const lockSpace = 0x4c_61_63_75;
const lockKeys = { migrating: 1, serving: 2 } as const;

/** A server that has just been killed holds its lock until PostgreSQL has noticed. */
const takeoverMs = 5000;
const takeoverPollMs = 200;
/** How often the lock's connection is looked after. */
const watchMs = 1000;
/** Without an answer for so long, the connection counts as lost. */
const silenceMs = 10_000;
/** Migrations of another process are waited for. */
const lockStatementTimeoutMs = 120_000;

/** What holding the lock takes besides the database. */
export type LockOptions = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told whenever the lock is lost, and when it is had again; not of its release. */
  readonly onHeld?: ((isHeld: boolean) => void) | undefined;
};

/**
 * Takes the claim to be the only server of a database, and keeps it: a lost connection is made anew.
 *
 * @throws DATABASE_IN_USE when another server has it.
 */
export async function holdServerLock(
  url: string,
  { now, onHeld }: LockOptions,
): Promise<ServerLock> {
  let confirmedAt: number | null = null;
  const connection = openLockConnection(url, () => {
    confirmedAt = null;
  });
  const isHeld = () => confirmedAt !== null && now() - confirmedAt < silenceMs;
  const { database } = connection;
  const renew = async () => {
    const isMine = confirmedAt === null ? await tryLock(database) : await holdsLock(database);
    confirmedAt = isMine ? now() : null;
    return isMine;
  };
  let isOpen = false;
  try {
    if (!(await takeWithin(takeoverMs, renew))) throw await inUse(url, database);
    isOpen = true;
  } finally {
    if (!isOpen) await connection.close();
  }
  const stopWatching = watch(renew, whenChanged(isHeld, onHeld));
  return {
    connection,
    isHeld,
    async release() {
      await stopWatching();
      await connection.close();
    },
  };
}

/** A connection that can hold locks: its session lives until it is closed, or lost. */
export function openLockConnection(url: string, onClosed: () => void = () => undefined) {
  return connectPostgres(url, {
    connections: 1,
    statementTimeoutMs: lockStatementTimeoutMs,
    onClosed,
  });
}

/** Runs `work` while no other process migrates the database. @param connection - of one session. */
export async function whileMigrating<T>(
  { database }: Connection,
  work: () => Promise<T>,
): Promise<T> {
  await ask(database, sql`pg_advisory_lock(${lockSpace}, ${lockKeys.migrating})`);
  try {
    return await work();
  } finally {
    await ask(database, sql`pg_advisory_unlock(${lockSpace}, ${lockKeys.migrating})`);
  }
}

/** The value of an expression. */
async function ask(database: Database, expression: SQL): Promise<unknown> {
  const rows = await database.select({ value: expression }).from(sql`(select 1) as one`);
  return rows[0]?.value;
}

async function tryLock(database: Database): Promise<boolean> {
  return (
    (await ask(database, sql`pg_try_advisory_lock(${lockSpace}, ${lockKeys.serving})`)) === true
  );
}

/** Asked of the server, since a question may have reached it over a new connection. */
async function holdsLock(database: Database): Promise<boolean> {
  const held = sql`exists (select from pg_locks where locktype = 'advisory' and granted
    and pid = pg_backend_pid() and classid = ${lockSpace} and objid = ${lockKeys.serving})`;
  return (await ask(database, held)) === true;
}

async function takeWithin(ms: number, take: () => Promise<boolean>): Promise<boolean> {
  for (let attempts = Math.ceil(ms / takeoverPollMs); attempts > 0; attempts--) {
    if (await take()) return true;
    await setTimeout(takeoverPollMs);
  }
  return false;
}

/** A function that tells of a state, true at first, whenever it finds it changed. */
function whenChanged(state: () => boolean, tell: LockOptions['onHeld']): () => void {
  let last = true;
  return () => {
    if (state() === last) return;
    last = !last;
    tell?.(last);
  };
}

/** Looks after the lock, one look at a time; the function it returns ends that. @param look - before and after each. */
function watch(renew: () => Promise<unknown>, look: () => void): () => Promise<void> {
  let looking: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    look();
    // A database that does not answer is asked again; until then the lock counts as lost.
    looking ??= renew()
      .catch(() => false)
      .finally(() => {
        looking = null;
        look();
      });
  }, watchMs).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

async function inUse(url: string, database: Database): Promise<InfillError> {
  const holder = await serverOf(database);
  const who = holder === null ? 'another server' : `another server (${holder})`;
  return new InfillError(
    'DATABASE_IN_USE',
    `The database ${describeDatabase(url)} is in use by ${who}. ` +
      'Stop that server, or set DATABASE_URL to another database.',
  );
}

/** What the server that uses a database calls itself; null when none does. Changes nothing. */
export async function serverOf(database: Database): Promise<string | null> {
  const name = await ask(
    database,
    sql`(select coalesce(nullif(activity.application_name, ''), 'without a name')
      from pg_locks held left join pg_stat_activity activity using (pid)
      where held.locktype = 'advisory' and held.granted and held.classid = ${lockSpace}
        and held.objid = ${lockKeys.serving}
        and held.database = (select oid from pg_database where datname = current_database()) limit 1)`,
  );
  return typeof name === 'string' ? name : null;
}
