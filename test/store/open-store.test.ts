import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLock } from '../../src/store/folder-lock.ts';
import { compareMigrations } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open-store.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { listRuns } from '../../src/store/run-pages.ts';
import { findRun, insertRun, readEvents } from '../../src/store/runs.ts';
import { interruptUnfinished } from '../../src/store/unfinished-runs.ts';
import { newFolder, startChild, temporaryFolder } from './support/folders.ts';
import { sampleRun } from './support/sample-runs.ts';

const open = (dataDir: string) => openStore({ dataDir, serverUrl: null, now: () => 0 });
const pending = 120_000;

/** A data folder with a migrated, empty database, closed. */
let template: string;

beforeAll(async () => {
  template = newFolder();
  // As a process leaves it that was killed while it made the database.
  mkdirSync(join(template, 'pglite.new'));
  writeFileSync(join(template, 'pglite.new', 'PG_VERSION'), '18\n');
  const store = await open(template);
  await store.close();
}, pending);

afterAll(() => rmSync(template, { recursive: true, force: true }));

function copyOfTemplate(): string {
  const folder = temporaryFolder();
  cpSync(template, folder, { recursive: true });
  return folder;
}

describe('openStore', () => {
  it('makes the database, after a try that was killed too, and leaves nothing else when closed', () => {
    expect(readdirSync(template)).toEqual(['pglite']);
  });

  it('copies the database that the build made, which has the tables of this version', async () => {
    const connection = await openPglite(join(temporaryFolder(), 'pglite'));
    expect(await compareMigrations(connection.database)).toEqual({ missing: [], unknown: [] });
    await connection.close();
  });

  it(
    'keeps its rows and migrates only once',
    async () => {
      const folder = copyOfTemplate();
      const first = await open(folder);
      const run = await insertRun(first.database, sampleRun());
      await first.close();
      const second = await open(folder);
      expect(await findRun(second.database, run.id)).toEqual(run);
      await second.close();
    },
    pending,
  );

  it(
    'refuses a folder that is open, and leaves it usable',
    async () => {
      const folder = copyOfTemplate();
      const store = await open(folder);
      await expect(open(folder)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
      await insertRun(store.database, sampleRun());
      await store.close();
    },
    pending,
  );

  it(
    'tells where the process serves, until it is closed',
    async () => {
      const folder = copyOfTemplate();
      const store = await openStore({
        dataDir: folder,
        serverUrl: 'http://127.0.0.1:1',
        now: () => 0,
      });
      expect(readLock(folder)).toMatchObject({
        url: 'http://127.0.0.1:1',
        startedAt: '1970-01-01T00:00:00.000Z',
      });
      store.setServerUrl('http://127.0.0.1:2');
      expect(readLock(folder)?.url).toBe('http://127.0.0.1:2');
      await Promise.all([store.close(), store.close()]);
      expect(readLock(folder)).toBeNull();
    },
    pending,
  );

  it(
    'refuses a database with a migration it does not know, and does not change it',
    async () => {
      const folder = copyOfTemplate();
      const store = await open(folder);
      const insert = sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 4102444800000)`;
      await store.database.execute(insert);
      await store.close();
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(open(folder)).rejects.toMatchObject({
          code: 'STORE_VERSION',
          message: expect.stringMatching(/migration of 2100-01-01T.*npm install lacuna@latest/),
        });
        expect(readLock(folder)).toBeNull();
      }
    },
    pending,
  );

  it(
    'refuses a folder of another PostgreSQL major before it is touched',
    async () => {
      const folder = copyOfTemplate();
      const version = join(folder, 'pglite', 'PG_VERSION');
      writeFileSync(version, '17\n');
      const files = () => readdirSync(join(folder, 'pglite'), { recursive: true }).length;
      const before = files();
      await expect(open(folder)).rejects.toMatchObject({
        code: 'STORE_VERSION',
        message: expect.stringMatching(
          /is of PostgreSQL 17; .* reads PostgreSQL 18\..*\(mv ".*-17"\)/,
        ),
      });
      expect([readFileSync(version, 'utf8'), files(), readLock(folder)]).toEqual([
        '17\n',
        before,
        null,
      ]);
    },
    pending,
  );

  it(
    'refuses a folder of other files',
    async () => {
      const folder = copyOfTemplate();
      rmSync(join(folder, 'pglite', 'PG_VERSION'));
      await expect(open(folder)).rejects.toMatchObject({
        code: 'STORE_VERSION',
        message: expect.stringContaining('no PG_VERSION file'),
      });
    },
    pending,
  );

  it(
    'rejects every query once the write-ahead log cannot be written, and can still be closed',
    async () => {
      const folder = copyOfTemplate();
      const { database, close } = await open(folder);
      await insertRun(database, sampleRun());
      rmSync(join(folder, 'pglite', 'pg_wal'), { recursive: true });
      await database.execute(sql`select pg_switch_wal()`).catch(() => null);
      const panic = { code: 'STORE_FAILED', cause: { message: expect.stringContaining('PANIC') } };
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(insertRun(database, sampleRun())).rejects.toMatchObject(panic);
        await expect(interruptUnfinished(database, new Date())).rejects.toMatchObject(panic);
      }
      await close();
      expect(readLock(folder)).toBeNull();
    },
    pending,
  );

  it(
    'has every acknowledged run and its events after its process was killed',
    async () => {
      const folder = copyOfTemplate();
      const child = startChild('insert-runs.ts', folder);
      const acknowledged: string[] = [];
      while (acknowledged.length < 25) acknowledged.push(await child.nextLine());
      await child.kill();

      const { database, close } = await open(folder);
      for (const line of acknowledged) {
        const [status, id = ''] = line.split(' ');
        expect(await findRun(database, id)).toMatchObject({ status });
        expect(await readEvents(database, id, null)).toHaveLength(status === 'COMPLETED' ? 23 : 0);
      }
      expect(await interruptUnfinished(database, new Date(0))).toBeGreaterThanOrEqual(12);
      const unfinished = await listRuns(database, {
        owner: 'local',
        filter: { statuses: ['QUEUED', 'RUNNING'] },
        orderBy: 'CREATED_AT_ASC',
        page: { first: 1 },
      });
      expect(unfinished.edges).toEqual([]);
      await close();
    },
    pending,
  );
});
