import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { eq, getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadBundledDatasets } from '../../src/bundled-datasets.ts';
import { insertApiKey } from '../../src/store/api-keys.ts';
import { backupStream, restoreBackup } from '../../src/store/backup.ts';
import { compressed, readBackupFile, writeBackupFile } from '../../src/store/backup-file.ts';
import * as benchmarkTables from '../../src/store/benchmark-tables.ts';
import { insertClientToken } from '../../src/store/client-tokens.ts';
import * as comparisonTables from '../../src/store/comparison-tables.ts';
import type { Database } from '../../src/store/database.ts';
import * as datasetTables from '../../src/store/dataset-tables.ts';
import type { Store } from '../../src/store/open-store.ts';
import { findRun, finishRun, insertRun, markStarted, readEvents } from '../../src/store/runs.ts';
import { countRows, noRows, storedTables } from '../../src/store/stored-tables.ts';
import * as tables from '../../src/store/tables.ts';
import { openTestStore } from '../support/test-store.ts';
import { smallDisk, temporaryFolder } from './support/folders.ts';
import { sampleEnd, sampleRun } from './support/sample-runs.ts';

const runCount = 120;
const ids: string[] = [];
let source: Store;
/** Empty at the beginning of each test. */
let target: Store;
/** Of `source`. */
let whole: Buffer;

beforeAll(async () => {
  source = await openTestStore();
  target = await openTestStore();
  await fill(source.database);
  whole = await buffer(backupStream(source.database));
}, 120_000);
afterAll(() => Promise.all([source.close(), target.close()]));

const createdAt = new Date('2026-01-02T03:04:05.678Z');
/** What tells a lossy way from one that is not. */
const odd = 'NUL \0, lone \ud800, 🦊, "quotes" \\ and\nlines';

async function fill(database: Database): Promise<void> {
  for (let count = 0; count < runCount; count++) {
    const source = { text: `${odd} [MASK] ${count}` };
    const run = sampleRun({ createdAt, source, labels: ['{,}', '"'], seed: 2n ** 63n - 1n });
    await insertRun(database, run);
    if (count % 3 === 1) await markStarted(database, run.id, createdAt);
    if (count % 3 === 2) await finishRun(database, run.id, sampleEnd(odd, 3));
    ids.push(run.id);
  }
  const keyId = randomUUID();
  const common = { createdAt, secretHash: 'aa' };
  await insertApiKey(database, {
    ...common,
    id: keyId,
    name: 'k',
    owner: 'o',
    scopes: ['READ', 'INFILL'],
    costPerMinute: 7,
    expiresAt: null,
    revokedAt: createdAt,
  });
  await insertClientToken(database, {
    ...common,
    id: randomUUID(),
    keyId,
    origins: ['https://a.example'],
    costBudget: 9,
    costSpent: 3,
    expiresAt: createdAt,
  });
}

/** Emptied when the test ends. */
function emptyDatabase(): Database {
  const { database } = target;
  onTestFinished(async () => {
    await database.execute(sql`truncate runs, run_events, api_keys, client_tokens`);
  });
  return database;
}

const restored = (database: Database, bytes: Buffer) =>
  restoreBackup(database, Readable.from([bytes]));

const none = noRows();
const counts = { ...none, apiKeys: 1, clientTokens: 1, runs: runCount, runEvents: runCount / 3 };

describe('a backup', () => {
  it('knows every table', () => {
    const all = [tables, datasetTables, benchmarkTables, comparisonTables]
      .flatMap((module) => Object.values<unknown>(module))
      .filter((value) => is(value, PgTable));
    expect(
      Object.values(storedTables)
        .map(({ table }) => getTableName(table))
        .sort(),
    ).toEqual(all.map((table) => getTableName(table)).sort());
  });

  it('brings everything back into another database, bit for bit', async () => {
    const database = emptyDatabase();
    expect(await restored(database, whole)).toEqual(counts);
    for (const id of ids) {
      expect(await findRun(database, id)).toEqual(await findRun(source.database, id));
      const events = await readEvents(database, id, null);
      expect(events).toEqual(await readEvents(source.database, id, null));
    }
    const again = await buffer(backupStream(database));
    expect(again.equals(whole)).toBe(true);
  }, 60_000);

  it('says how far it is', async () => {
    const told: string[] = [];
    await buffer(backupStream(source.database, (done, total) => told.push(`${done}/${total}`)));
    const total = runCount + runCount / 3 + 2;
    expect([told.length, told.at(-1)]).toEqual([total, `${total}/${total}`]);
  });

  it('takes the place of the datasets that a server brought along', async () => {
    const database = emptyDatabase();
    await loadBundledDatasets(database, Date.now());
    expect(await restored(database, whole)).toEqual(counts);
  });

  it('is of one moment, though rows come while it is read', async () => {
    const stream = backupStream(source.database);
    // On one connection the row waits for the backup; beside it the snapshot does not have it.
    const [bytes] = await Promise.all([
      buffer(stream),
      insertRun(source.database, sampleRun()).then(({ id }) =>
        source.database.delete(tables.runs).where(eq(tables.runs.id, id)),
      ),
    ]);
    expect(bytes.equals(whole)).toBe(true);
  });

  it('ends its transaction when its reader leaves', async () => {
    const stream = backupStream(source.database);
    for await (const _ of stream) break;
    expect(stream.destroyed).toBe(true);
    expect(await countRows(source.database)).toEqual(counts);
  });

  it('is given up where the database keeps something else', async () => {
    const database = emptyDatabase();
    await database.execute(sql`create function lose() returns trigger language plpgsql
      as 'begin new.labels = array[''other'']; return new; end'`);
    await database.execute(
      sql`create trigger lossy before insert on runs for each row execute function lose()`,
    );
    onTestFinished(async () => {
      await database.execute(sql`drop function lose cascade`);
    });
    await expect(restored(database, whole)).rejects.toMatchObject({
      code: 'INVALID_BACKUP',
      message: expect.stringContaining('What was stored of it differs'),
    });
    expect(await countRows(database)).toEqual(none);
  }, 30_000);

  it('goes into an empty database only, and changes no other', async () => {
    const database = emptyDatabase();
    const { id } = await insertRun(database, sampleRun());
    await expect(restored(database, whole)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/not empty \(0 apiKeys, .*, 1 runs, /),
    });
    expect(await countRows(database)).toEqual({ ...none, runs: 1 });
    expect(await findRun(database, id)).not.toBeNull();
  });
});

describe('a backup that is not whole', () => {
  const lines = () => whole.toString('utf8').split('\n').slice(0, -1);
  const joined = (some: readonly string[]) => Buffer.from(`${some.join('\n')}\n`);
  const cases: [string, () => Buffer, string, RegExp][] = [
    [
      'without its last line',
      () => joined(lines().slice(0, -1)),
      'INVALID_BACKUP',
      /cut off after/,
    ],
    ['cut within a line', () => whole.subarray(0, -10), 'INVALID_BACKUP', /cut off within/],
    ['empty', () => Buffer.alloc(0), 'INVALID_BACKUP', /cut off after 0 lines/],
    ['without a row', () => joined(lines().toSpliced(5, 1)), 'INVALID_BACKUP', /digest/],
    [
      'with a changed row',
      () => Buffer.from(whole.toString('utf8').replace('"tiny"', '"tine"')),
      'INVALID_BACKUP',
      /digest/,
    ],
    ['with more', () => Buffer.concat([whole, Buffer.from('{}\n')]), 'INVALID_BACKUP', /after its/],
    ['of something else', () => Buffer.from('{"a":1}\n'), 'INVALID_BACKUP', /first line/],
    ['no JSON', () => Buffer.from('hello\n'), 'INVALID_BACKUP', /Line 1 is not JSON/],
    [
      'of a later version',
      () =>
        Buffer.from(whole.toString('utf8').replace(/"migration":\d+/, '"migration":4102444800000')),
      'STORE_VERSION',
      /migration of 2100-01-01/,
    ],
    [
      'of a later format',
      () => Buffer.from(whole.toString('utf8').replace('"version":1', '"version":2')),
      'STORE_VERSION',
      /version 2; .* reads 1/,
    ],
  ];

  it.each(cases)(
    'is refused %s, and leaves nothing',
    async (_, bytes, code, message) => {
      const database = emptyDatabase();
      await expect(restored(database, bytes())).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      expect(await countRows(database)).toEqual(none);
    },
    30_000,
  );
});

describe('a backup file', () => {
  it('is compressed, for its owner only, and comes with its counts', async () => {
    const path = join(temporaryFolder(), 'b.gz');
    const file = await writeBackupFile(path, compressed(backupStream(source.database)));
    expect(file).toEqual({ path, bytes: statSync(path).size, rows: counts });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(gunzipSync(readFileSync(path)).equals(whole)).toBe(true);
    const database = emptyDatabase();
    expect(await restoreBackup(database, readBackupFile(path))).toEqual(counts);
  }, 30_000);

  it('does not replace a file', async () => {
    const path = join(temporaryFolder(), 'b.gz');
    writeFileSync(path, 'mine');
    const backup = compressed(Readable.from([whole]));
    await expect(writeBackupFile(path, backup)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('is not there when what came was cut', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'b.gz');
    const cut = Readable.from([gzipSync(whole).subarray(0, -40)]);
    await expect(writeBackupFile(path, cut)).rejects.toMatchObject({
      code: 'INVALID_BACKUP',
      message: expect.stringContaining('cannot be decompressed'),
    });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['that is not there', (folder: string) => join(folder, 'none.gz'), /none\.gz.*: ENOENT/],
    ['that is a folder', (folder: string) => folder, /It is not a file/],
  ])('%s is named, with the reason', async (_, pathIn, reason) => {
    const path = pathIn(temporaryFolder());
    await expect(restoreBackup(emptyDatabase(), readBackupFile(path))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(reason),
    });
  });

  it('that the disk has no room for is refused, and leaves nothing', async ({ skip }) => {
    const folder = smallDisk(1);
    if (folder === null) return skip('no file system may be made here');
    const content = Readable.from([randomBytes(2 ** 21)]);
    await expect(writeBackupFile(join(folder, 'backup.gz'), content)).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('in a folder that is not there is refused, with the reason', async () => {
    const path = join(temporaryFolder(), 'none', 'backup.gz');
    await expect(writeBackupFile(path, Readable.from([]))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/backup\.gz cannot be written: ENOENT/),
    });
  });
});
