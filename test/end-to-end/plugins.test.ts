/**
 * The example plugin through configuration: by path in a server, by package name on the command line.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { infill, openPack } from '../../src/index.ts';
import { packageRoot } from '../../src/package-root.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tale = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';
const example = join(packageRoot(), 'examples/plugins/right-to-left.mjs');
let expected: string;

beforeAll(async () => {
  const { decoder } = await import(example);
  const pack = await openPack({ decoders: [decoder] });
  const options = { decoder: 'right-to-left', options: { perPass: 2 }, seed: 7n };
  expected = (await infill(pack, tale, options)).text;
  await pack.close();
}, 60_000);

describe('a server with a plugin by path', { timeout: 60_000 }, () => {
  let folder: ReturnType<typeof makeDataDir>;
  let server: ServerProcess;
  beforeAll(async () => {
    folder = makeDataDir();
    server = await startServerProcess(folder.path, { PLUGINS: example });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  async function request(query: string) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }

  it.each([
    ['typed', '{ rightToLeft: { perPass: 2 } }'],
    ['by name', '{ plugin: { name: "right-to-left", options: { perPass: 2 } } }'],
  ])('fills as the library does, its input %s', async (_, decoder) => {
    const answer = await request(`mutation {
      infill(input: { source: { text: "${tale}" }, decoder: ${decoder}, seed: "7" }) {
        ... on Infill { text decoderName }
        ... on Error { message }
      }
    }`);

    expect(answer).toEqual({ data: { infill: { text: expected, decoderName: 'right-to-left' } } });
  });

  it('tells of the decoder beside the built-in ones', async () => {
    const { data } = await request('{ decoders { name } models { decoders { name } } }');

    expect(data.decoders).toContainEqual({ name: 'right-to-left' });
    expect(data.models[0].decoders).toContainEqual({ name: 'right-to-left' });
  });
});

describe('a server with a broken plugin', { timeout: 60_000 }, () => {
  it('does not start, and names the plugin', async () => {
    const folder = makeDataDir();
    const child = spawn(process.execPath, [join(packageRoot(), 'dist/src/main.js')], {
      env: { ...process.env, PORT: '0', DATA_DIR: folder.path, PLUGINS: 'no-such-decoder' },
    });
    const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    folder.remove();

    expect(code).toBe(1);
    expect(stderr).toContain('Lacuna cannot start (INVALID_PLUGIN):');
    expect(stderr).toContain('Plugin "no-such-decoder": it cannot be found');
  });
});

describe('the command line with a plugin by package name', { timeout: 60_000 }, () => {
  const project = temporaryFolder();

  beforeAll(() => {
    const installed = join(project, 'node_modules/lacuna-right-to-left');
    mkdirSync(installed, { recursive: true });
    copyFileSync(example, join(installed, 'index.mjs'));
    const manifest = { name: 'lacuna-right-to-left', version: '1.0.0', exports: './index.mjs' };
    writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest));
    symlinkSync(packageRoot(), join(project, 'node_modules/lacuna'));
    symlinkSync(join(packageRoot(), 'node_modules/zod'), join(project, 'node_modules/zod'));
  });

  it('fills as the library does', async () => {
    const options = [
      '--decoder',
      'right-to-left',
      '--option',
      'perPass=2',
      '--seed',
      '7',
      '--json',
    ];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(packageRoot(), 'dist/src/cli.js'), 'infill', tale, ...options],
      {
        cwd: project,
        env: { ...process.env, DATA_DIR: join(project, 'data'), PLUGINS: 'lacuna-right-to-left' },
      },
    );

    expect(JSON.parse(stdout).text).toBe(expected);
  });
});
