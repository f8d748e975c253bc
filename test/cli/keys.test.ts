/**
 * `lacuna keys` as built, beside a server and without one.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { type CliResult, runCli } from './run-cli.ts';

const secretPattern = /lk_[A-Za-z0-9_-]{43}/;
const secretAlone = new RegExp(`^${secretPattern.source}\n$`);

let folder: ReturnType<typeof makeDataDir>;
beforeAll(() => {
  folder = makeDataDir();
});
afterAll(() => folder.remove());

const keys = (...args: string[]): Promise<CliResult> =>
  runCli(['keys', ...args], { DATA_DIR: folder.path });

/** The HTTP status of a request with a secret. */
async function statusOf({ url }: ServerProcess, secret: string): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: '{"query":"{ viewer { owner scopes } }"}',
  });
  return response.status;
}

describe('lacuna keys without a server', { timeout: 60_000 }, () => {
  it('writes the secret alone to standard output, and says what it is beside it', async () => {
    const { code, stdout, stderr } = await keys('create', '--name', 'one', '--scopes', 'infill');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(secretAlone) });
    expect(stderr).toContain('(one)');
    expect(stderr).not.toMatch(secretPattern);
  });

  it('lists keys without secrets, as a table and as JSON', async () => {
    const table = await keys('list');
    expect(table.stdout).toMatch(
      /^ID +NAME +OWNER .*\n\S+ +one +one +infill +- .* never +active\n$/,
    );
    const [key] = JSON.parse((await keys('list', '--json')).stdout);
    expect(key).toMatchObject({ name: 'one', owner: 'one', scopes: ['INFILL'], state: 'ACTIVE' });
    expect(JSON.stringify(key)).not.toContain('ecret');
  });

  it('tells a key as JSON with its secret, when it is asked to', async () => {
    const terms = ['--owner', 'ada', '--cost-per-minute', '500', '--expires', '90d'];
    const before = Date.now();
    const { stdout } = await keys(
      'create',
      '--name',
      'two',
      '--scopes',
      'read,admin',
      ...terms,
      '--json',
    );
    const key = JSON.parse(stdout);
    expect(key).toMatchObject({
      owner: 'ada',
      scopes: ['READ', 'ADMIN'],
      costPerMinute: 500,
      secret: expect.stringMatching(secretPattern),
    });
    const days = (Date.parse(key.expiresAt) - before) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(90);
    expect(days).toBeLessThan(90.01);
  });

  it('refuses the name of an active key', async () => {
    const { code, stdout, stderr } = await keys('create', '--name', 'one', '--scopes', 'infill');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('called "one"');
  });

  it('names all wrong flags at once', async () => {
    const wrong = ['--scopes', 'root', '--cost-per-minute', 'much', '--expires', 'soon'];
    const { code, stderr } = await keys('create', '--name', 'three', ...wrong);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(3);
  });

  it('revokes a key by its id, and says so of an id that is none', async () => {
    const [key] = JSON.parse((await keys('list', '--json')).stdout);
    expect((await keys('revoke', key.id)).stdout).toContain('(one) is revoked');
    expect((await keys('list')).stdout).toContain('revoked');
    expect(await keys('revoke', 'nonsense')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nonsense"'),
    });
  });
});

describe('lacuna keys beside a server', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess(folder.path, { LOG_LEVEL: 'trace' });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
  });

  it('makes a key that the server takes at once, and refuses once it is revoked', async () => {
    const created = await keys('create', '--name', 'four', '--scopes', 'infill', '--json');
    const { id, secret } = JSON.parse(created.stdout);
    expect(await statusOf(server, secret)).toBe(200);
    expect(await keys('revoke', id, '--json')).toMatchObject({ code: 0 });
    expect(await statusOf(server, secret)).toBe(401);
  });

  it('lists the keys that were made without it', async () => {
    const listed = JSON.parse((await keys('list', '--json')).stdout);
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(['one', 'two', 'four']);
  });

  it('tells the refusals of the server as its own', async () => {
    const named = await keys('create', '--name', 'two', '--scopes', 'read');
    expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('called "two"') });
    const wrong = await keys('create', '--name', ' ', '--scopes', 'read', '--cost-per-minute', '0');
    expect(wrong.stderr.trim().split('\n')).toHaveLength(3);
  });

  it('leaves secrets in no log and no list of processes', async () => {
    const { stdout } = await keys('create', '--name', 'five', '--scopes', 'admin');
    const secret = stdout.trim();
    expect(await statusOf(server, secret)).toBe(200);
    const lock = JSON.parse(readFileSync(join(folder.path, 'lacuna.lock'), 'utf8'));
    const seen = JSON.stringify(server.log) + execFileSync('ps', ['-eo', 'args', '-ww']);
    expect(server.log.length).toBeGreaterThan(2);
    for (const hidden of [secret, lock.secret]) expect(seen).not.toContain(hidden.slice(3));
  });
});
