/**
 * What an operator sees of the built server: its log, which holds no text of a client, and its figures.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import {
  InfillDocument,
  ScoreInfillDocument,
  StreamInfillDocument,
} from '../../src/client/generated/graphql.ts';
import { packageRoot } from '../../src/package-root.ts';
import { type Sample, samplesOf, total } from '../support/metrics-text.ts';
import { makeDataDir } from '../support/server-process.ts';
import { until } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

/** Letters that no dictionary has: wherever they are written, they came from a client. */
const marker = 'xqzjkvwp';
const tale = `Once upon a time ${marker} lived in the [MASK:2].`;
const longTale = `${marker} ${'[MASK:30] and then '.repeat(3)}the end.`;

let folder: ReturnType<typeof makeDataDir>;
let child: ChildProcess;
let output = '';
let url: string;
let client: Client;

/** Whole lines of standard output so far, which is JSON; standard error may have others. */
function lines(): Record<string, unknown>[] {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

function lineOf(msg: string) {
  return lines().find((line) => line['msg'] === msg);
}

async function scrape(): Promise<Sample[]> {
  return samplesOf(await (await fetch(`${url}/metrics`)).text());
}

beforeAll(async () => {
  folder = makeDataDir();
  child = spawn(process.execPath, [join(packageRoot(), 'dist/src/main.js')], {
    env: {
      ...process.env,
      PORT: '0',
      DATA_DIR: folder.path,
      LOG_LEVEL: 'trace',
      PLUGINS: join(packageRoot(), 'test/fixtures/plugins/hostile.mjs'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await until(() => lineOf('listening') !== undefined);
  url = String(lineOf('listening')?.['url']);
  client = createClient({ url: `${url}/graphql` });
}, 60_000);

afterAll(async () => {
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  folder.remove();
});

describe('the figures', { timeout: 60_000 }, () => {
  it('are those that runs report of themselves', async () => {
    const input = { source: { text: tale }, decoder: { maria: {} }, seed: '7' };
    const { infill } = await client.request(InfillDocument, { input });
    if (infill.__typename !== 'Infill') throw new Error('It was refused.');
    const { usage, timing } = infill;
    const refused = await client.request(InfillDocument, {
      input: { source: { text: `${marker} [MASK:0]` } },
    });
    expect(refused.infill.__typename).toBe('ValidationError');

    const samples = await scrape();
    const of = { pack: infill.model?.name ?? '', decoder: 'maria' };
    const model = { gen_ai_request_model: of.pack, decoder: 'maria' };
    expect(total(samples, 'lacuna_generation_tokens_total', of)).toBe(usage?.committedTokens);
    expect(total(samples, 'lacuna_prompt_tokens_total', of)).toBe(usage?.knownTokens);
    const passes = 'lacuna_model_passes_total';
    expect(total(samples, passes, { ...of, model: 'causal' })).toBe(usage?.causalPasses);
    expect(total(samples, passes, { ...of, model: 'masked' })).toBe(usage?.maskedPasses);
    const seconds = (name: string) => total(samples, `${name}_sum`, model);
    const duration = seconds('gen_ai_server_request_duration_seconds');
    expect(duration).toBeCloseTo(Number(timing?.totalMs) / 1000, 6);
    const first = seconds('gen_ai_server_time_to_first_token_seconds');
    expect(first).toBeCloseTo(Number(timing?.firstTokenMs) / 1000, 6);
    const completed = { ...of, status: 'COMPLETED' };
    expect(total(samples, 'lacuna_requests_ended_total', completed)).toBe(1);
    expect(total(samples, 'lacuna_requests_rejected_total')).toBe(1);
    expect(total(samples, 'lacuna_num_requests_waiting')).toBe(0);
    expect(total(samples, 'lacuna_num_requests_running')).toBe(0);
    expect(total(samples, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('tell of a worker that died and came back', async () => {
    const stream = client.subscribe(StreamInfillDocument, {
      input: { source: { text: longTale }, decoder: { autoregressive: {} } },
    });
    let last = '';
    for await (const { infill } of stream) {
      if (last === 'InfillStarted')
        process.kill(Number(lineOf('worker ready')?.['pid']), 'SIGKILL');
      last = infill.__typename;
    }
    expect(last).toBe('InfillFailed');
    await expect
      .poll(async () => total(await scrape(), 'lacuna_worker_restarts_total'), { timeout: 30_000 })
      .toBe(1);
    const samples = await scrape();
    expect(total(samples, 'lacuna_num_requests_running')).toBe(0);
    const failed = { status: 'FAILED', decoder: 'autoregressive' };
    expect(total(samples, 'lacuna_requests_ended_total', failed)).toBe(1);
  });
});

describe('the log at its most talkative', { timeout: 60_000 }, () => {
  async function post(body: unknown, path = '/graphql') {
    const headers = { 'content-type': 'application/json', 'x-request-id': `${marker} and more` };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${url}${path}`, { method: 'POST', headers, body: text });
  }

  it('has no text of a client, whatever becomes of it', async () => {
    const source = { text: tale };
    await client.request(InfillDocument, { input: { source, labels: [marker] } });
    await client.request(ScoreInfillDocument, {
      input: { source, fill: { slots: [`${marker} tower`] } },
    });
    for (const fault of ['throws', 'exits', 'strays-later', 'foreign-token']) {
      const plugin = { name: 'hostile', options: { fault } };
      const { infill } = await client.request(InfillDocument, {
        input: { source, decoder: { plugin } },
      });
      expect(infill.__typename).toBe('Infill');
    }
    const wrong = { name: marker, options: { [marker]: marker } };
    await client.request(InfillDocument, { input: { source, decoder: { plugin: wrong } } });
    for (const body of [
      `{ "query": "${marker}`,
      { query: `{ ${marker} }` },
      { query: `query { infill(id: "${marker}") { id } ` },
      { query: 'query ($x: Int!) { __typename }', variables: { x: marker } },
    ]) {
      await post(body);
    }
    await post({}, `/${marker}`);
    await fetch(`${url}/graphql?query=${marker}`, {
      headers: { origin: `https://${marker}.example` },
    });
    const socket = await openWs(url);
    socket.subscribe(
      '1',
      `subscription { infill(input: { source: { text: "${tale}" } }) { __typename } }`,
    );
    await socket.next(({ type }) => type === 'complete');
    socket.send({ type: marker });
    await socket.closed;

    expect(output).toContain('run ended');
    expect(output).not.toContain(marker);
    // What the plugin throws, in a call and out of any.
    expect(output).not.toContain('a text nobody else may read');
    expect(output).not.toContain('Out of any call');
  });

  it('names the run in each line of one, and the request in each line of one', () => {
    const runs = lines().filter(({ msg }) => String(msg).startsWith('run '));
    const requests = lines().filter(({ msg }) => msg === 'request');
    expect(runs.length).toBeGreaterThan(10);
    expect(requests.length).toBeGreaterThan(10);
    for (const run of runs) expect(run['runId']).toMatch(/^[0-9a-f-]{36}$/);
    for (const request of requests) expect(request['requestId']).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  });
});
