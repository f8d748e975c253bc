import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import type { Connection } from '../../src/store/database.ts';
import { openHeldDatabase, openSharedDatabase } from '../../src/store/open-postgres.ts';
import { findRun, insertRun } from '../../src/store/runs.ts';
import { sampleRun } from '../store/support/sample-runs.ts';
import { makeDatabase } from '../support/test-store.ts';

async function emptyDatabase(): Promise<string> {
  const { url, remove } = await makeDatabase();
  onTestFinished(remove);
  return url;
}

async function hold(url: string, onHeld?: (isHeld: boolean) => void) {
  const held = await openHeldDatabase(url, { now: Date.now, onHeld });
  onTestFinished(() => held.connection.close());
  return held;
}

/** Ends sessions of a database as its operator would. */
async function endSessions(url: string, condition: string): Promise<number> {
  const client = postgres(inject('postgresUrl'), { max: 1 });
  const ended = await client.unsafe(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and ${condition}`,
    [new URL(url).pathname.slice(1)],
  );
  await client.end();
  return ended.length;
}

const holdsALock = `pid in (select pid from pg_locks where locktype = 'advisory')`;

/** Runs `count` processes that open the database for a server at the same time. */
function startOpeners(url: string, count: number) {
  return Array.from({ length: count }, () => {
    const path = join(packageRoot(), 'test/postgresql/children/open-database.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', path, url], {
      cwd: packageRoot(),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, nextLine: async () => (await lines.next()).value as string };
  });
}

const setting = async ({ database }: Connection, name: string) =>
  (
    await database
      .select({ value: sql<string>`current_setting(${name})` })
      .from(sql`(select 1) as one`)
  )[0]?.value;

describe('a database of PostgreSQL', () => {
  it('has one server at a time, which the refusal names', async () => {
    const url = await emptyDatabase();
    const first = await openHeldDatabase(url, { now: Date.now });
    await expect(openHeldDatabase(url, { now: Date.now })).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      message: expect.stringMatching(
        new RegExp(`is in use by another server \\(lacuna ${process.pid}@.*DATABASE_URL`),
      ),
    });
    await first.connection.close();
    await hold(url);
  }, 30_000);

  it('is open to work on single rows beside its server', async () => {
    const url = await emptyDatabase();
    const { connection } = await hold(url);
    const shared = await openSharedDatabase(url);
    const run = await insertRun(connection.database, sampleRun());
    expect(await findRun(shared.database, run.id)).toEqual(run);
    await shared.close();
  });

  it('is migrated once by processes that begin at the same time, and held by one of them', async () => {
    const url = await emptyDatabase();
    const openers = startOpeners(url, 3);
    for (const { nextLine } of openers) expect(await nextLine()).toBe('ready');
    for (const { child } of openers) child.stdin.write('go\n');
    const answers = await Promise.all(openers.map(({ nextLine }) => nextLine()));
    expect(answers.toSorted()).toEqual(['DATABASE_IN_USE', 'DATABASE_IN_USE', 'held']);
  }, 60_000);

  it('is migrated once by openers that do not hold it', async () => {
    const url = await emptyDatabase();
    const opened = await Promise.all(Array.from({ length: 4 }, () => openSharedDatabase(url)));
    for (const { close } of opened) await close();
  }, 30_000);

  it('is taken over from a server that was killed', async () => {
    const url = await emptyDatabase();
    const [opener] = startOpeners(url, 1);
    await opener?.nextLine();
    opener?.child.stdin.write('go\n');
    expect(await opener?.nextLine()).toBe('held');
    opener?.child.kill('SIGKILL');
    await hold(url);
  }, 60_000);

  it('with a migration of a later version is refused, and not changed', async () => {
    const url = await emptyDatabase();
    const first = await openSharedDatabase(url);
    const insert = sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 4102444800000)`;
    await first.database.execute(insert);
    await first.close();
    for (const open of [
      () => openSharedDatabase(url),
      () => openHeldDatabase(url, { now: Date.now }),
    ]) {
      await expect(open()).rejects.toMatchObject({
        code: 'STORE_VERSION',
        message: expect.stringContaining('DATABASE_URL to another database'),
      });
    }
  });

  it('acknowledges what is on the disk, and gives no query more than half a minute', async () => {
    const { connection } = await hold(await emptyDatabase());
    expect(await setting(connection, 'synchronous_commit')).toBe('on');
    expect(await setting(connection, 'statement_timeout')).toBe('30s');
    expect(await setting(connection, 'TimeZone')).toBe('UTC');
  });

  it.each([
    ['that is not there', '/no_such_database', /"no_such_database" at 127.*does not exist/],
    ['on a port where nobody listens', null, /cannot be used: .*ECONNREFUSED/],
  ])('%s is named, without a password', async (_, pathname, message) => {
    const url = new URL(inject('postgresUrl'));
    url.password = 'hunter2';
    if (pathname === null) url.port = '1';
    else url.pathname = pathname;
    const failure = await openHeldDatabase(url.href, { now: Date.now }).catch(
      (error: Error) => error,
    );
    expect(failure).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(message),
    });
    expect(String(failure)).not.toContain('hunter2');
  });
});

describe('a server that loses its database', () => {
  it('knows at once that it does not hold it, and holds it again', async () => {
    const url = await emptyDatabase();
    const { isHeld } = await hold(url);
    expect(isHeld()).toBe(true);
    expect(await endSessions(url, holdsALock)).toBe(1);
    await vi.waitFor(() => expect(isHeld()).toBe(false), { timeout: 900, interval: 5 });
    await vi.waitFor(() => expect(isHeld()).toBe(true), { timeout: 10_000 });
  }, 20_000);

  it('is told of the loss and of the return, and of nothing when it closes', async () => {
    const url = await emptyDatabase();
    const told: boolean[] = [];
    const { connection } = await hold(url, (isHeld) => void told.push(isHeld));
    await endSessions(url, holdsALock);
    await vi.waitFor(() => expect(told).toEqual([false, true]), { timeout: 10_000 });
    await connection.close();
    expect(told).toEqual([false, true]);
  }, 20_000);

  it('counts it as lost when it has not heard of it for ten seconds', async () => {
    let now = 0;
    const { connection, isHeld } = await openHeldDatabase(await emptyDatabase(), {
      now: () => now,
    });
    onTestFinished(() => connection.close());
    now = 9999;
    expect(isHeld()).toBe(true);
    now = 10_000;
    expect(isHeld()).toBe(false);
    await vi.waitFor(() => expect(isHeld()).toBe(true), { timeout: 10_000 });
  }, 20_000);

  it('does not hold it while another does', async () => {
    const url = await emptyDatabase();
    const { isHeld } = await hold(url);
    const rival = postgres(url, { max: 1 });
    onTestFinished(() => rival.end());
    // Queued behind the holder, so it has the lock the moment that is gone.
    const taken = rival`select pg_advisory_lock(${0x4c616375}::int, 2)`.execute();
    await vi.waitFor(async () => expect(await waiting(url)).toBe(1));
    await endSessions(
      url,
      `${holdsALock} and pid in (select pid from pg_locks where granted and objid = 2)`,
    );
    await taken;
    await vi.waitFor(() => expect(isHeld()).toBe(false), { timeout: 900, interval: 5 });
    // Several looks of its own happen while a third one tries to get it.
    await expect(openHeldDatabase(url, { now: Date.now })).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
    });
    expect(isHeld()).toBe(false);
    await rival`select pg_advisory_unlock_all()`;
    await vi.waitFor(() => expect(isHeld()).toBe(true), { timeout: 10_000 });
  }, 30_000);

  it('has its queries answered again once the server is back', async () => {
    const url = await emptyDatabase();
    const { connection } = await hold(url);
    const run = await insertRun(connection.database, sampleRun());
    await endSessions(url, 'true');
    await vi.waitFor(async () => expect(await findRun(connection.database, run.id)).toEqual(run), {
      timeout: 10_000,
    });
  }, 20_000);
});

async function waiting(url: string): Promise<number> {
  const client = postgres(url, { max: 1 });
  const rows = await client`select 1 from pg_locks where locktype = 'advisory' and not granted`;
  await client.end();
  return rows.length;
}
