/**
 * The examples of clients as programs, against the built server, over a line that breaks in the middle.
 */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import {
  CancelInfillDocument,
  InfillDocument,
  ListInfillsDocument,
} from '../../src/client/generated/graphql.ts';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../cli/run-cli.ts';
import { type Cut, startCuttingProxy } from '../support/cutting-proxy.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** Long enough to be cut in the middle. */
const template = `${'[MASK:30] and then '.repeat(3)}the end.`;

const tokens: Cut = { at: 'InfillTokensCommitted', isForwarded: true };
const lostAnswer: Cut = { at: 'submitInfill', isForwarded: false };

const examples: readonly (readonly [string, readonly string[], readonly Cut[]])[] = [
  ['sse.mjs', [process.execPath], [tokens, tokens]],
  ['apollo.mjs', [process.execPath], [tokens, tokens]],
  ['urql.mjs', [process.execPath], [lostAnswer, tokens, tokens]],
  ['python/fill.py', ['python3'], [lostAnswer, tokens, tokens]],
];

let folder: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
let client: Client;
/** The template filled. */
let text: string | null;

beforeAll(async () => {
  folder = makeDataDir();
  server = await startServerProcess(folder.path);
  client = createClient({ url: `${server.url}/graphql` });
  const { infill } = await client.request(InfillDocument, {
    input: { source: { text: template } },
  });
  text = infill.__typename === 'Infill' ? infill.text : null;
}, 60_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}

async function countInfills(): Promise<number> {
  const { infills } = await client.request(ListInfillsDocument, { first: 1 });
  return infills.totalCount;
}

/** Cancels the infill of this text as soon as there is one that is not over. */
async function cancelInfillOf(source: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { infills } = await client.request(ListInfillsDocument, { first: 1 });
      const found = infills.edges.find(({ node }) => node.source === source);
      expect(['QUEUED', 'RUNNING']).toContain(found?.node.status);
      await client.request(CancelInfillDocument, { id: found?.node.id ?? '' });
    },
    { timeout: 20_000, interval: 5 },
  );
}

describe.each(examples)('the example %s', (file, [command = '', ...args], cuts) => {
  const path = join(packageRoot(), 'examples/clients', file);
  const run = (url: string, source: string) =>
    promisify(execFile)(command, [...args, path, `${url}/graphql`, source], {
      cwd: packageRoot(),
      timeout: 40_000,
    });
  const reason = isInstalled(command) ? '' : ` (skipped: ${command} is not installed)`;

  it.skipIf(reason !== '')(
    `prints a text as it grows, over connections that break, with one run${reason}`,
    async () => {
      const before = await countInfills();
      const proxy = await startCuttingProxy(server.url, cuts);
      const { stdout, stderr } = await run(proxy.url, template);
      // A text may have lines of its own.
      const texts = stdout.trimEnd().split(/(?<= the end\.)\n/);

      expect(stderr).toBe('');
      expect(texts.at(-1)).toBe(text);
      expect(texts.length).toBeGreaterThan(4);
      expect(texts.filter((printed) => printed.includes('[MASK'))).not.toEqual([]);
      expect(proxy.connectionCount()).toBeGreaterThan(cuts.length);
      expect(await countInfills()).toBe(before + 1);
      proxy.close();
    },
    60_000,
  );

  it.skipIf(reason !== '')(`says why a text is refused${reason}`, async () => {
    const refused = run(server.url, 'A [MASK:0].');
    await expect(refused).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('INVALID_TEMPLATE'),
    });
  });

  it.skipIf(reason !== '')(
    `says why a text was not filled to its end${reason}`,
    async () => {
      const source = `[MASK:110] for ${file}.`;
      const cancelled = expect(run(server.url, source)).rejects.toMatchObject({
        code: 1,
        stderr: 'CANCELLED: REQUESTED\n',
      });
      await cancelInfillOf(source);
      await cancelled;
    },
    60_000,
  );
});

// Last: a key closes the server to clients without one.
describe('a client without a key', () => {
  it('is told so, and one with a key is served', async () => {
    const { stdout } = await runCli(['keys', 'create', '--name', 'k', '--scopes', 'infill'], {
      DATA_DIR: folder.path,
    });
    const path = join(packageRoot(), 'examples/clients/apollo.mjs');
    const options = { cwd: packageRoot(), timeout: 20_000 };
    const run = (env: NodeJS.ProcessEnv) =>
      promisify(execFile)(process.execPath, [path, `${server.url}/graphql`], { ...options, env });
    const { LACUNA_KEY: _, ...env } = process.env;
    await expect(run(env)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('needs an API key'),
    });
    const filled = await run({ ...env, LACUNA_KEY: stdout.trim() });
    expect(filled.stdout).toMatch(/^The \w+ sat on the .*\.\n$/m);
  }, 60_000);
});
