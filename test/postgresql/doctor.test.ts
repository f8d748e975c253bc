/**
 * What `lacuna doctor` finds of a database of PostgreSQL.
 */
import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import { expect, it, onTestFinished } from 'vitest';
import { checkDatabase } from '../../src/cli/doctor/data-checks.ts';
import { readConfig } from '../../src/config.ts';
import { readLock } from '../../src/store/folder-lock.ts';
import { openHeldDatabase, openSharedDatabase } from '../../src/store/open-postgres.ts';
import { openStore } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../store/support/folders.ts';
import { makeDatabase } from '../support/test-store.ts';

it('tells whether another server has it, and changes nothing in it', async () => {
  const database = await makeDatabase();
  onTestFinished(database.remove);
  const other = await makeDatabase();
  const held = await openHeldDatabase(other.url, { now: Date.now });
  onTestFinished(() => held.connection.close().then(other.remove));
  const dataDir = temporaryFolder();
  const config = readConfig({ DATABASE_URL: database.url, DATA_DIR: dataDir });
  const find = (holder = readLock(dataDir)) => checkDatabase(config, holder);

  expect((await find())[0]).toMatchObject({
    state: 'ok',
    message: expect.stringMatching(/a start brings its tables up to date \([1-9]\d* to apply\)$/),
  });
  const options = { dataDir, databaseUrl: database.url, serverUrl: null, now: Date.now };
  const store = await openStore(options);
  expect((await find())[0]).toMatchObject({
    state: 'ok',
    message: expect.stringContaining('; the process that has the folder uses it'),
  });
  expect((await find(null))[0]).toMatchObject({
    state: 'failed',
    message: expect.stringContaining(`another server (lacuna ${process.pid}@${hostname()})`),
    advice: expect.stringContaining('DATABASE_URL'),
  });
  await store.close();
  expect(await find()).toMatchObject([
    { state: 'ok', message: expect.stringContaining('its tables are those of this version') },
    { state: 'ok', subject: 'HOST' },
  ]);
  const shared = await openSharedDatabase(database.url);
  const insert = sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 4102444800000)`;
  await shared.database.execute(insert);
  await shared.close();
  expect((await find())[0]).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('a newer version made its tables'),
  });
}, 30_000);
