/**
 * A store for tests, on the database that this run of them is for: the embedded one, or PostgreSQL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { inject } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.ts';

/** Makes a data folder, and where PostgreSQL is tested an empty database; the store of both, which it removes when it is closed. */
export async function openTestStore(): Promise<Store> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lacuna-store-'));
  const database = isOnPostgres() ? await makeDatabase() : null;
  const databaseUrl = database?.url ?? null;
  const store = await openStore({ dataDir, databaseUrl, serverUrl: null, now: Date.now });
  return {
    ...store,
    async close() {
      await store.close();
      await database?.remove();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Whether this run of the tests is on PostgreSQL. */
export function isOnPostgres(): boolean {
  return inject('postgresUrl') !== undefined;
}

/** An empty database of the test server. */
export async function makeDatabase(): Promise<{ readonly url: string; remove(): Promise<void> }> {
  const server = inject('postgresUrl');
  const name = `test_${process.pid}_${process.hrtime.bigint()}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    remove: () => onServer(server, `drop database if exists ${name} with (force)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  await client.unsafe(statement);
  await client.end();
}
