import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { samplesOf, total } from '../support/metrics-text.ts';
import { post, startTestServer, type TestServer } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

const ofRun = { decoderName: 'maria', packId: 'bundled' };
const labels = { decoder: 'maria', pack: 'bundled' };

async function read(metrics: ReturnType<typeof createMetrics>) {
  return samplesOf((await metrics.read()).text);
}

describe('the metrics of runs', () => {
  it('say who waits and who runs, whichever way a run ends', async () => {
    const metrics = createMetrics();
    for (const runId of ['a', 'b', 'c']) metrics.onRun({ type: 'admitted', runId, ...ofRun });
    for (const runId of ['a', 'b'])
      metrics.onRun({ type: 'started', runId, ...ofRun, queueMs: 20 });
    const end = { type: 'ended', status: 'FAILED', usage: null, timing: null } as const;
    // Its worker died: nothing is known of what it used.
    metrics.onRun({ ...end, cancelReason: null, runId: 'a', ...ofRun });
    const before = await read(metrics);
    expect(total(before, 'lacuna_num_requests_waiting', labels)).toBe(1);
    expect(total(before, 'lacuna_num_requests_running', labels)).toBe(1);
    expect(total(before, 'lacuna_request_queue_time_seconds_sum')).toBeCloseTo(0.04, 9);

    const cancelled = { ...end, status: 'CANCELLED', cancelReason: 'DEADLINE' } as const;
    metrics.onRun({ ...cancelled, runId: 'c', ...ofRun });
    metrics.onRun({ ...end, cancelReason: null, runId: 'b', ...ofRun });
    const after = await read(metrics);
    expect(total(after, 'lacuna_num_requests_waiting')).toBe(0);
    expect(total(after, 'lacuna_num_requests_running')).toBe(0);
    const reason = { status: 'CANCELLED', cancel_reason: 'DEADLINE' };
    expect(total(after, 'lacuna_requests_ended_total', reason)).toBe(1);
    expect(total(after, 'lacuna_requests_ended_total', { status: 'FAILED' })).toBe(2);
  });

  it('take tokens, passes and times from what the run reports, in seconds', async () => {
    const metrics = createMetrics();
    metrics.onRun({ type: 'admitted', runId: 'a', ...ofRun });
    metrics.onRun({ type: 'started', runId: 'a', ...ofRun, queueMs: 5 });
    const commit = { type: 'committed', runId: 'a', ...ofRun } as const;
    metrics.onRun({ ...commit, tokens: 1, sinceMs: 30, isFirst: true });
    metrics.onRun({ ...commit, tokens: 4, sinceMs: 40, isFirst: false });
    metrics.onRun({
      type: 'ended',
      runId: 'a',
      ...ofRun,
      status: 'COMPLETED',
      cancelReason: null,
      usage: {
        knownTokens: 7,
        openTokens: 5,
        committedTokens: 5,
        causalPasses: 3,
        maskedPasses: 1,
      },
      timing: { queueMs: 5, firstTokenMs: 30, totalMs: 130, tokensPerSecond: 40 },
    });
    const samples = await read(metrics);
    const sum = (name: string, more = {}) => total(samples, name, more);
    expect(sum('lacuna_prompt_tokens_total', labels)).toBe(7);
    expect(sum('lacuna_generation_tokens_total', labels)).toBe(5);
    expect(sum('lacuna_model_passes_total', { model: 'causal' })).toBe(3);
    expect(sum('lacuna_model_passes_total', { model: 'masked' })).toBe(1);
    expect(sum('lacuna_inter_token_latency_seconds_sum')).toBeCloseTo(0.04, 9);
    expect(sum('lacuna_inter_token_latency_seconds_count')).toBe(1);
    const model = { gen_ai_request_model: 'bundled' };
    expect(sum('gen_ai_server_time_to_first_token_seconds_sum', model)).toBeCloseTo(0.03, 9);
    expect(sum('gen_ai_server_time_per_output_token_seconds_sum', model)).toBeCloseTo(0.025, 9);
    expect(sum('gen_ai_server_request_duration_seconds_sum', model)).toBeCloseTo(0.13, 9);
  });

  it('count refusals by code, restarts of workers and failures of the store', async () => {
    const metrics = createMetrics();
    metrics.onRun({ type: 'rejected', code: 'QUEUE_FULL' });
    const worker = { packId: 'bundled', decoderName: null };
    metrics.onWorker({ type: 'ready', ...worker });
    metrics.onWorker({ type: 'failed', ...worker });
    metrics.onWorker({ type: 'ready', ...worker });
    metrics.onStoreFailure();
    const samples = await read(metrics);
    expect(total(samples, 'lacuna_requests_rejected_total', { code: 'QUEUE_FULL' })).toBe(1);
    expect(total(samples, 'lacuna_worker_restarts_total', { pack: 'bundled' })).toBe(1);
    expect(total(samples, 'lacuna_worker_failures_total', { pack: 'bundled' })).toBe(1);
    expect(total(samples, 'lacuna_store_failures_total')).toBe(1);
  });

  it('are all in the documentation, and nothing else is', async () => {
    const metrics = createMetrics();
    metrics.countWebSocketsBy(() => 0);
    const { text } = await metrics.read();
    const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `((?:gen_ai|http|lacuna)_\w+)`/gm)];
    expect(new Set(documented.map(([, name]) => name))).toEqual(new Set(names));
  });
});

describe('GET /metrics', () => {
  let server: TestServer;
  afterEach(() => server.close());

  async function scrape() {
    return samplesOf(await (await fetch(`${server.url}/metrics`)).text());
  }

  it('is in the format of Prometheus, and counts requests by route and status', async () => {
    server = await startTestServer();
    await post(server, '{ viewer { owner } }');
    await fetch(`${server.url}/of/nothing/in/particular`);
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = samplesOf(await response.text());
    const count = 'http_server_request_duration_seconds_count';
    const answered = { http_route: '/graphql', http_response_status_code: '200' };
    expect(total(samples, count, { ...answered, http_request_method: 'POST' })).toBe(1);
    expect(total(samples, count, { http_response_status_code: '404' })).toBe(1);
    expect(JSON.stringify(samples)).not.toContain('particular');
  });

  it('is read with GET only', async () => {
    server = await startTestServer();
    const response = await fetch(`${server.url}/metrics`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('counts streams and sockets while they are open', async () => {
    server = await startTestServer();
    server.service.pauseBefore = 1;
    const query = 'subscription { infill(input: { source: { text: "[MASK]" } }) { __typename } }';
    const client = await openWs(server.url);
    client.subscribe('1', query);
    await expect.poll(async () => total(await scrape(), 'lacuna_subscriptions_open')).toBe(1);
    expect(total(await scrape(), 'lacuna_websockets_open')).toBe(1);
    client.socket.close();
    await expect.poll(async () => total(await scrape(), 'lacuna_subscriptions_open')).toBe(0);
    await expect.poll(async () => total(await scrape(), 'lacuna_websockets_open')).toBe(0);
  });
});
