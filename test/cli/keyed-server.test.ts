/**
 * The built command line with a server that has API keys: as the machine itself, and from elsewhere with a key.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { runCli } from './run-cli.ts';

let here: ReturnType<typeof makeDataDir>;
let elsewhere: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
let key: string;

beforeAll(async () => {
  here = makeDataDir();
  elsewhere = makeDataDir();
  const args = ['keys', 'create', '--name', 'tests', '--scopes', 'read,infill'];
  const { stdout } = await runCli(args, { DATA_DIR: here.path });
  key = stdout.split('\n')[0] ?? '';
  server = await startServerProcess(here.path);
}, 60_000);
afterAll(async () => {
  await server.stop();
  here.remove();
  elsewhere.remove();
});

const commands = [
  ['infill', 'The [MASK] sat.'],
  ['score', 'The [MASK] sat.', '--fill', 'cat'],
  ['models'],
  ['decoders'],
].map((command) => [command[0] ?? '', command] as const);

describe.each(commands)('lacuna %s', (_, command) => {
  it('is let in by the secret in the lock file', { timeout: 60_000 }, async () => {
    const { code, stderr } = await runCli(command, { DATA_DIR: here.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('is let in by the key in LACUNA_KEY, and by nothing else', { timeout: 60_000 }, async () => {
    const args = [...command, '--server', server.url];
    const env = { DATA_DIR: elsewhere.path };
    const known = await runCli(args, { ...env, LACUNA_KEY: key });
    expect({ code: known.code, stderr: known.stderr }).toEqual({ code: 0, stderr: '' });
    const unknown = await runCli(args, env);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/needs an API key.*LACUNA_KEY/);
  });
});
