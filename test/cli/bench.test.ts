/**
 * The built command line: benchmarks and reports, and what is said of those that do not come to an end.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { post } from '../support/test-server.ts';
import { runCli, startCli } from './run-cli.ts';

let data: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
let folder: string;
const inFolder = (name: string) => join(folder, name);
const lacuna = (...args: string[]) => runCli([...args, '--server', server.url], {});
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lacuna-bench-'));
  data = makeDataDir();
  server = await startServerProcess(data.path);
}, 60_000);
afterAll(async () => {
  await server.stop();
  data.remove();
  rmSync(folder, { recursive: true, force: true });
});

function written(name: string, items: number): string {
  const file = {
    ...{ name, dataset: 'stories', items, seed: 7, maskings: ['rate-0.1-word'] },
    ...{ measures: ['FILL'], entrants: [{ label: 'maria', decoder: 'maria' }] },
  };
  writeFileSync(inFolder(`${name}.yaml`), JSON.stringify(file));
  return inFolder(`${name}.yaml`);
}

/** The id that a command tells at its start. */
function idOf(stderr: NodeJS.ReadableStream | null): Promise<string> {
  return new Promise((resolve) => {
    stderr?.on('data', (text) => {
      const [, id] = /^Benchmark (\S+)$/m.exec(String(text)) ?? [];
      if (id !== undefined) resolve(id);
    });
  });
}

async function cancel(id: string): Promise<void> {
  await post(server, `mutation { cancelBenchmark(input: { id: "${id}" }) { __typename } }`);
}

describe('lacuna bench', { timeout: 240_000 }, () => {
  it('writes the figures of a benchmark, and its report the same again', async () => {
    const out = inFolder('report.html');
    const { code, stderr } = await lacuna('bench', written('small', 2), '--out', out);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(out) });
    const [, id = ''] = /^Benchmark (\S+)$/m.exec(stderr) ?? [];
    const again = inFolder('again.html');
    const uuid = Buffer.from(id, 'base64').toString().split(':')[1] ?? '';
    expect(await lacuna('report', uuid, '--out', again)).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(again)).toEqual(readFileSync(out));
    expect(await lacuna('report', id, '--out', again)).toMatchObject({
      ...{ code: 2, stderr: `lacuna: ${again} is there already; give another --out.\n` },
    });
  });

  it('starts nothing where it could not write what comes out', async () => {
    const count = async () => (await post(server, '{ benchmarks { totalCount } }')).json();
    const before = await count();
    const file = written('unwritten', 2);
    for (const out of ['report.pdf', join('none', 'report.html')].map(inFolder)) {
      expect(await lacuna('bench', file, '--out', out)).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await count()).toEqual(before);
    expect(existsSync(inFolder('none'))).toBe(false);
  });

  it('fails, with the figures there are, when somebody cancels the benchmark', async () => {
    const running = startCli(['bench', written('long', 100), '--server', server.url], {});
    const id = await idOf(running.child.stderr);
    await cancel(id);
    const { code, stderr } = await running.result;
    expect(code).toBe(1);
    expect(stderr).toMatch(/They are of \d+ of 100 units\.\nThe benchmark is CANCELLED\n$/);
  });

  it('says that the benchmark goes on when it is stopped itself', async () => {
    const running = startCli(['bench', written('left', 100), '--server', server.url], {});
    const id = await idOf(running.child.stderr);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.result;
    expect(code).toBe(130);
    expect(stderr).toContain(`\`lacuna report ${id}\` writes what is done.`);
    await cancel(id);
  });
});
