/**
 * The built command line with the bundled models, with and without a server.
 */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import { ListInfillsDocument } from '../../src/client/generated/graphql.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { runCli, startCli } from './run-cli.ts';

const tale = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';
const longTale = `${'[MASK:30] and then '.repeat(3)}the end.`;

async function infillsWith(client: Client, label: string) {
  const variables = { first: 10, filter: { labels: [label] } };
  return (await client.request(ListInfillsDocument, variables)).infills.edges;
}

/** Waits until an infill with the label has begun; the test's own time limit ends it. */
async function untilRunning(client: Client, label: string): Promise<void> {
  for (;;) {
    const [edge] = await infillsWith(client, label);
    if (edge?.node.status === 'RUNNING') return;
  }
}

/** An address of this host that nothing listens at. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

let folder: ReturnType<typeof makeDataDir>;
let env: Record<string, string>;
beforeAll(() => {
  folder = makeDataDir();
  env = { DATA_DIR: folder.path };
});
afterAll(() => folder.remove());

describe('lacuna without a server', { timeout: 60_000 }, () => {
  it('writes nothing but the filled text to a pipe', async () => {
    const { code, stdout, stderr } = await runCli(['infill', tale, '--seed', '7'], env);
    expect(stdout).toMatch(/^Once upon a time there was a .+ who lived in the .+\.\n$/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('fills the same with the same seed, and reports what had an effect as JSON', async () => {
    const args = ['infill', '-', '--json', '--seed', '3', '--temperature', '1'];
    const more = ['--option', 'draftWindow=0', '--alternatives', '2', '--label', 'kept'];
    const first = await runCli([...args, ...more], env, `${tale}\n`);
    const second = await runCli(args.toSpliced(2, 1), env, tale);
    const infill = JSON.parse(first.stdout);
    expect(second.stdout).toBe(`${infill.text}\n`);
    expect(infill).toMatchObject({
      status: 'COMPLETED',
      source: tale,
      seed: '3',
      decoderName: 'maria',
      labels: ['kept'],
    });
    expect(infill.settings).toContainEqual({ name: 'draftWindow', value: 0 });
    expect(infill.slots[0].tokens[0].alternatives).toHaveLength(2);
  });

  it('lists everything the server finds wrong, a line each', async () => {
    const args = ['infill', 'A [MASK:0] b', '--temperature', '9', '--alternatives', '21'];
    const { code, stdout, stderr } = await runCli(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^text: .*\[MASK:0\]/);
    expect(lines[1]).toMatch(/^--temperature: .*9/);
    expect(lines[2]).toMatch(/^--alternatives: .*21/);
  });

  it('lists settings of the environment that are wrong', async () => {
    const { code, stderr } = await runCli(['models'], { ...env, PORT: 'x', THREADS: '0' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^PORT .*\nTHREADS .*\n$/);
  });

  it('lists the packs and the decoders', async () => {
    const { stdout } = await runCli(['models'], env);
    expect(stdout).toMatch(
      /^ID +VERSION .*\n.*causal \d\.\d+M.*maria, autoregressive, masked-lm, diffusion.*\n$/,
    );
    const decoders = JSON.parse((await runCli(['decoders', '--json'], env)).stdout);
    expect(decoders.map(({ name }: { name: string }) => name)).toEqual([
      'maria',
      'autoregressive',
      'masked-lm',
      'diffusion',
    ]);
  });

  it('scores a fill, and says that a bound is one', async () => {
    const fill = ['--fill', 'little girl', '--fill', 'forest'];
    const exact = await runCli(['score', tale, ...fill], env);
    expect(exact.stdout).toMatch(
      /^log-likelihood +-\d+\.\d{4} \(chain-rule\)\nperplexity +\d.*\ntokens +3\n/,
    );
    expect(exact.stdout).toMatch(/\n1 +7 +\d+ +" little" +-\d+\.\d{4}\n/);
    const args = ['score', tale, '--decoder', 'diffusion', '--draws', '8', '--seed', '1'];
    const { code, stdout } = await runCli([...args, ...fill], env);
    expect(stdout).toMatch(/^log-likelihood +≥ -\d.* ± \d.* \(elbo\)\nperplexity +≤ \d/);
    expect(code).toBe(0);
  });

  it('scores what it filled with the likelihood it reported', async () => {
    const text = 'Once upon a time there was a cat[MASK:3].';
    const infill = JSON.parse((await runCli(['infill', text, '--json'], env)).stdout);
    const ids = infill.slots.flatMap(({ tokens }: { tokens: { id: number }[] }) =>
      tokens.map(({ id }) => id),
    );
    const args = ['score', text, '--tokens', ids.join(','), '--json'];
    const score = JSON.parse((await runCli(args, env)).stdout);
    expect(Object.keys(score)).toContain('promptTokens');
    expect(Object.keys(score)).not.toContain('__typename');
    expect(score.likelihood.logProb).toBeCloseTo(infill.likelihood.logProb, 9);
  });

  it('plans without a run', async () => {
    const text = 'He saw a [MASK:1-3] and a [MASK].';
    const args = ['infill', text, '--plan', '--choices', '2=cat,dog', '--label', 'planned'];
    const { code, stdout } = await runCli(args, env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nopen +at most 4 tokens\n/);
    expect(stdout).toMatch(/\n2 +1 +- +yes +cat \(\d+\), dog \(\d+\)\n/);
  });

  it('fills with the choices it is given, and names the slot of one that does not fit', async () => {
    const text = 'He saw a [MASK:1-2] and a [MASK].';
    const chosen = await runCli(['infill', text, '--choices', '2=zebra,violin'], env);
    expect({ code: chosen.code, stderr: chosen.stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^slot 2 \(index 1\): .*"zebra".*\nslot 2 .*"violin"/),
    });
    const { stdout } = await runCli(['infill', text, '--choices', '2=sun,hat'], env);
    expect(stdout).toMatch(/^He saw a .+ and a (sun|hat)\.\n$/);
  });

  it('prints every sample with its rank and count', async () => {
    const args = ['infill', tale, '--samples', '5', '--temperature', '1', '--seed', '3'];
    const { stdout } = await runCli(args, env);
    expect(stdout).toMatch(/^\d fills? of 5 samples, ranked by log-likelihood\n/);
    const values = [...stdout.matchAll(/^(\d)\. log-likelihood (-[\d.]+) /gm)];
    const logProbs = values.map(([, , logProb]) => Number(logProb));
    expect(values.map(([, rank]) => Number(rank))).toEqual(values.map((_, index) => index + 1));
    expect(logProbs).toEqual(logProbs.toSorted((a, b) => b - a));
    expect(new Set(stdout.match(/^Once .*$/gm)).size).toBe(values.length);
  });
});

describe('lacuna', () => {
  it.each([
    [['infil'], 'Did you mean infill?'],
    [['infill', 'x', '--sed', '7'], 'Did you mean --seed?'],
    [['pack', 'biuld'], 'Did you mean build?'],
  ])('suggests what %j may have meant', async (args, suggestion) => {
    const { code, stderr } = await runCli(args, env);
    expect(code).toBe(2);
    expect(stderr).toContain(suggestion);
  });

  it('shows its help when there is no command', async () => {
    const { code, stdout } = await runCli([], env);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
  });

  it('names a server that does not answer', async () => {
    const url = await deadUrl();
    const { code, stderr } = await runCli(['infill', tale, '--server', url], env);
    expect(code).toBe(1);
    expect(stderr).toContain(`${url}/graphql`);
    expect(stderr).toContain('ECONNREFUSED');
  });
});

describe('lacuna with a server that never ends its work', () => {
  it('gives a score up at SIGINT, leaves the server and ends with 130', async () => {
    const server = createHttpServer(async (request, response) => {
      if ((await readText(request)).includes('query Catalog')) {
        response.end(JSON.stringify({ data: { decoders: [], models: [] } }));
      } else {
        server.emit('asked', request);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = once(server, 'asked');
    const { port } = server.address() as AddressInfo;
    const args = ['score', 'A [MASK].', '--fill', 'b', '--server', `http://127.0.0.1:${port}`];
    const { child, result } = startCli(args, env);
    const [request]: IncomingMessage[] = await asked;
    const left = once(request?.socket ?? server, 'close');
    child.kill('SIGINT');
    expect(await result).toEqual({ code: 130, stdout: '', stderr: '' });
    await left;
    server.close();
  });
});

describe('lacuna beside a server', { timeout: 60_000 }, () => {
  let server: ServerProcess;
  let client: Client;
  beforeAll(async () => {
    server = await startServerProcess(folder.path);
    client = createClient({ url: `${server.url}/graphql` });
  }, 60_000);
  afterAll(() => server.stop());

  it('has kept what was filled without it, and nothing that was only planned', async () => {
    expect(await infillsWith(client, 'kept')).toHaveLength(1);
    expect(await infillsWith(client, 'planned')).toEqual([]);
  });

  it('lets the server score', async () => {
    const { code, stdout } = await runCli(['score', 'The [MASK] sat.', '--fill', 'cat'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('log-likelihood');
  });

  it('finds the server through the data folder', async () => {
    const { code } = await runCli(['infill', tale, '--label', 'found'], env);
    expect(code).toBe(0);
    expect(await infillsWith(client, 'found')).toHaveLength(1);
  });

  it('uses the server it is told', async () => {
    const elsewhere = makeDataDir();
    const args = ['infill', tale, '--label', 'told', '--server', server.url];
    const { code } = await runCli(args, { DATA_DIR: elsewhere.path });
    elsewhere.remove();
    expect(code).toBe(0);
    expect(await infillsWith(client, 'told')).toHaveLength(1);
  });

  it('cancels its run at SIGINT and ends with 130', async () => {
    const { child, result } = startCli(['infill', longTale, '--label', 'left'], env);
    await untilRunning(client, 'left');
    child.kill('SIGINT');
    expect(await result).toMatchObject({ code: 130, stdout: '' });
    await expect
      .poll(async () => (await infillsWith(client, 'left'))[0]?.node.status)
      .toBe('CANCELLED');
  });

  it('names the server when it ends in the middle', async () => {
    const { result } = startCli(['infill', longTale, '--label', 'lost'], env);
    await untilRunning(client, 'lost');
    server.child.kill('SIGKILL');
    const { code, stderr } = await result;
    expect(code).toBe(1);
    expect(stderr).toContain(server.url);
  });
});
