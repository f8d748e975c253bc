/**
 * The page about keys: its programs, run against a server as it tells to start one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/keys.md'), 'utf8');
const origin = 'https://app.example.org';

/** The functions of a program of the page, with a server of this test in place of the page's. */
type Programs = {
  readonly tokenFor: (key: string) => Promise<string>;
  readonly filled: (text: string, token: string) => Promise<string>;
};

let folder: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
beforeAll(async () => {
  folder = makeDataDir();
  server = await startServerProcess(folder.path, {
    HOST: '127.0.0.1',
    ALLOWED_ORIGINS: origin,
    LOG_LEVEL: 'trace',
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** Loads the page's programs; requests come from pages of `origin`, as a browser says it, where it is not null. */
async function programs(pageOrigin: string | null): Promise<Programs> {
  const sources = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, source = '']) => source);
  const modules = sources.map(async (source) => {
    const local = source.replace('https://fill.example.org', server.url);
    const asPage = pageOrigin === null ? '' : `, origin: '${pageOrigin}'`;
    const sent = local.replace("'content-type': 'application/json'", (type) => `${type}${asPage}`);
    return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(sent)}`);
  });
  return Object.assign({}, ...(await Promise.all(modules)));
}

describe('the page about keys', { timeout: 60_000 }, () => {
  it('shows a server that mints a token, and a page that fills a text with it', async () => {
    const { stdout } = await runCli(['keys', 'create', '--name', 'site', '--scopes', 'infill'], {
      DATA_DIR: folder.path,
    });
    const key = stdout.trim();
    const token = await (await programs(null)).tokenFor(key);
    expect(token).toMatch(/^lt_/);
    const text = await (await programs(origin)).filled('The [MASK] sat.', token);
    expect(text).toMatch(/^The .+ sat\.$/);
    await expect((await programs(null)).filled('The [MASK] sat.', token)).rejects.toThrow('Origin');
    await expect((await programs(null)).filled('The [MASK] sat.', 'lt_wrong')).rejects.toThrow(
      'not an API key',
    );
    for (const secret of [key, token]) expect(JSON.stringify(server.log)).not.toContain(secret);
  });
});
