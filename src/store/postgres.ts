/**
 * A PostgreSQL server by its URL. The only file that knows its driver.
 *
 * Values come and go as with the embedded database: the driver hands dates, json and 64-bit integers to drizzle as texts.
 */
import { hostname } from 'node:os';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Sql } from 'postgres';
import type { Connection } from './database.ts';

/** How a server is connected to. */
export type PostgresOptions = {
  /** Most connections at once. With 1, what a session holds stays until `onClosed`. */
  readonly connections: number;
  /** Milliseconds; 0 is no limit. */
  readonly statementTimeoutMs: number;
  /** Called whenever one of the connections is lost or given up. */
  readonly onClosed?: () => void;
};

const connectTimeoutSeconds = 10;
/** A connection that nobody uses for so long is given up. */
const idleSeconds = 300;
/** A transaction that its client has forgotten would keep others waiting. */
const idleInTransactionMs = 60_000;
/** Within half a minute the server notices that this machine is gone, and frees its locks. */
const keepalives = {
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 4,
} as const;

/** json, which drizzle parses itself; the driver would parse it a second time. */
const jsonOid = 114;

/**
 * Connects as queries come; connections that break are made anew for later queries.
 *
 * @param url - `postgres://` or `postgresql://`, checked.
 */
export function connectPostgres(url: string, options: PostgresOptions): Connection {
  const client = postgres(url, {
    max: options.connections,
    connect_timeout: connectTimeoutSeconds,
    ...(options.connections === 1 ? {} : { idle_timeout: idleSeconds }),
    // The driver gives connections up after a while otherwise, and with them what their sessions hold.
    max_lifetime: null,
    ...(options.onClosed === undefined ? {} : { onclose: options.onClosed }),
    onnotice: ignoreNotice,
    connection: {
      application_name: sessionName(process.pid, hostname()),
      TimeZone: 'UTC',
      DateStyle: 'ISO',
      // What is acknowledged is on the disk.
      synchronous_commit: 'on',
      statement_timeout: options.statementTimeoutMs,
      idle_in_transaction_session_timeout: idleInTransactionMs,
      ...keepalives,
    },
  });
  leaveJsonAsText(client);
  const database = drizzle(client);
  return {
    database,
    migrate: (migrationsFolder) => migrate(database, { migrationsFolder }),
    close: () => client.end({ timeout: 5 }),
  };
}

/** Host, port and database of a URL, for messages: without user and password. */
export function describeDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `"${pathname.slice(1)}" at ${host}`;
}

/** What PostgreSQL shows of a process to its operator and to a second process; it keeps 63 bytes. */
export function sessionName(pid: number, host: string): string {
  return `lacuna ${pid}@${host}`.slice(0, 63);
}

function leaveJsonAsText({ options }: Sql): void {
  options.parsers[jsonOid] = (text: string) => text;
}

/** Such as that a table of migrations exists already; the driver prints them otherwise. */
function ignoreNotice(): void {
  // Nothing.
}
