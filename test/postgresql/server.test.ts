/**
 * The built server and command line on PostgreSQL, as their users meet them.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { FindInfillDocument, InfillDocument } from '../../src/client/generated/graphql.ts';
import { runCli } from '../cli/run-cli.ts';
import { makeDataDir, startServerProcess } from '../support/server-process.ts';
import { makeDatabase } from '../support/test-store.ts';

const input = { source: { text: 'The [MASK] sat on the [MASK:2].' }, seed: '7' };

let folder: ReturnType<typeof makeDataDir>;
let database: Awaited<ReturnType<typeof makeDatabase>>;
beforeAll(async () => {
  folder = makeDataDir();
  database = await makeDatabase();
});
afterAll(async () => {
  await database.remove();
  folder.remove();
});

const clientOf = (url: string) => createClient({ url: `${url}/graphql` });

async function fill(url: string): Promise<{ readonly id: string; readonly text: unknown }> {
  const { infill } = await clientOf(url).request(InfillDocument, { input });
  if (infill.__typename !== 'Infill') throw new Error('It was refused.');
  return { id: infill.id, text: infill.text };
}

const find = async (url: string, id: string) =>
  (await clientOf(url).request(FindInfillDocument, { id })).infill;

describe('a server with DATABASE_URL', () => {
  it('fills a text, keeps it in PostgreSQL, and leaves no database in its folder', async () => {
    const settings = { DATABASE_URL: database.url };
    const data = makeDataDir();
    const first = await startServerProcess(data.path, settings);
    const { id, text } = await fill(first.url);
    expect(text).toMatch(/^The \w+ sat on the .+\.$/);
    const rival = await runCli(['serve'], { ...settings, PORT: '0', DATA_DIR: folder.path });
    expect(rival).toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_IN_USE') });
    first.child.kill('SIGKILL');
    await first.exited();

    const second = await startServerProcess(folder.path, settings);
    expect(await find(second.url, id)).toMatchObject({ status: 'COMPLETED', text });
    const backup = join(folder.path, 'server.gz');
    const { code, stdout } = await runCli(['db', 'backup', '--out', backup, '--json'], {
      ...settings,
      DATA_DIR: data.path,
    });
    expect([code, JSON.parse(stdout).rows.runs]).toEqual([0, 1]);
    expect(await second.stop()).toBe(0);
    data.remove();
  }, 120_000);
});

describe('lacuna db', () => {
  it('moves what an embedded database has, which stays as it is', async () => {
    const data = makeDataDir();
    const target = await makeDatabase();
    const embedded = await startServerProcess(data.path);
    const { id, text } = await fill(embedded.url);
    const env = { DATA_DIR: data.path };

    const backup = join(folder.path, 'embedded.gz');
    const saved = await runCli(['db', 'backup', '--out', backup], env);
    expect(saved).toMatchObject({ code: 0, stdout: expect.stringContaining(': 1 infills, ') });
    const refused = await runCli(['db', 'move', '--to', target.url], env);
    expect(refused.stderr).toMatch(/is in use by process \d+.*Stop that process/);
    expect(await embedded.stop()).toBe(0);

    const moved = await runCli(['db', 'move', '--to', target.url], env);
    expect(moved).toMatchObject({ code: 0, stderr: '' });
    expect(moved.stdout).toBe('Moved 1 infills, 0 keys and 0 client tokens.\n');
    const twice = await runCli(['db', 'move'], { ...env, DATABASE_URL: target.url });
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') });

    const server = await startServerProcess(folder.path, { DATABASE_URL: target.url });
    expect(await find(server.url, id)).toMatchObject({ status: 'COMPLETED', text });
    await server.stop();

    const other = makeDataDir();
    const restored = await runCli(['db', 'restore', backup, '--json'], { DATA_DIR: other.path });
    expect(JSON.parse(restored.stdout)).toMatchObject({ rows: { runs: 1, runEvents: 1 } });
    await target.remove();
    other.remove();
    data.remove();
  }, 180_000);
});
