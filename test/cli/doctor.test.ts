/**
 * The built `lacuna doctor`, with and without a server beside it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDataDir, startServerProcess } from '../support/server-process.ts';
import { runCli } from './run-cli.ts';

let folder: ReturnType<typeof makeDataDir>;
let env: Record<string, string>;
beforeAll(() => {
  folder = makeDataDir();
  env = { DATA_DIR: folder.path, PORT: '0' };
});
afterAll(() => folder.remove());

type Found = { subject: string; state: string; message: string };

async function findings(changes: Record<string, string> = {}) {
  const { code, stdout } = await runCli(['doctor', '--json'], { ...env, ...changes });
  const all: Found[] = JSON.parse(stdout);
  return { code, of: (subject: string) => all.find((found) => found.subject === subject) };
}

it('says that all is well where a server would start', { timeout: 60_000 }, async () => {
  const { code, stdout } = await runCli(['doctor'], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^runtime\n {2}ok {8}Node\.js {2}/);
  expect(stdout).toMatch(/\n {2}ok +cpu +runs; DEVICE asks for it\n/);
  expect(stdout).toMatch(/\n {2}ok +pack bundled +lacuna-\S+ .*decoders: maria, /);
});

it('fails with all problems that keep a server from starting', { timeout: 60_000 }, async () => {
  const { code, of } = await findings({ DEVICE: 'gpu', MODELS_DIR: folder.path });
  expect(code).toBe(1);
  expect(of('settings')).toMatchObject({
    state: 'failed',
    message: expect.stringMatching(/^DEVICE/),
  });
});

it('finds the server that runs, and leaves its database alone', { timeout: 60_000 }, async () => {
  const server = await startServerProcess(folder.path);
  const { code, of } = await findings();
  await server.stop();
  expect(of('lock')).toMatchObject({
    state: 'ok',
    message: expect.stringContaining(`serves ${server.url}; commands use it`),
  });
  expect(of('database')?.message).toContain('the process that has the folder uses it');
  expect(code).toBe(0);
});
