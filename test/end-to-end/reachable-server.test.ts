/**
 * The built server where others than its machine can reach it: closed until there is a key, and to pages nobody listed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../cli/run-cli.ts';
import { makeDataDir, startServerProcess } from '../support/server-process.ts';

const reachable = { HOST: '0.0.0.0', ALLOWED_HOSTS: 'lacuna.example' };

let folder: ReturnType<typeof makeDataDir>;
beforeAll(() => {
  folder = makeDataDir();
});
afterAll(() => folder.remove());

/** What a start wrote and ended with. */
async function failedStart() {
  const child = spawn(process.execPath, [join(packageRoot(), 'dist/src/main.js')], {
    env: { ...process.env, PORT: '0', DATA_DIR: folder.path, ...reachable },
  });
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  const [[code], log, explanation] = await ended;
  return { code, log, explanation };
}

describe('a server that others can reach', { timeout: 60_000 }, () => {
  it('does not start without a key, and opens no model before it says so', async () => {
    const { code, log, explanation } = await failedStart();
    expect(code).toBe(1);
    expect(explanation).toContain('(INVALID_CONFIG)');
    expect(explanation).toContain('lacuna keys create');
    expect(log).toBe('');
  });

  it('serves who has a key, no page that is not listed, and no page of its own', async () => {
    const env = { DATA_DIR: folder.path };
    const { stdout } = await runCli(['keys', 'create', '--name', 'a', '--scopes', 'read'], env);
    const server = await startServerProcess(folder.path, reachable);
    const query = JSON.stringify({ query: '{ viewer { owner } }' });
    const statusOf = async (headers: Record<string, string>) => {
      const sent = { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' };
      const init = { method: 'POST', headers: { ...sent, ...headers }, body: query };
      return (await fetch(`${server.url}/graphql`, init)).status;
    };
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ authorization: '' })).toBe(401);
    expect(await statusOf({ origin: 'http://localhost:3000' })).toBe(403);
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(401);
    expect(await server.stop()).toBe(0);
  });
});
