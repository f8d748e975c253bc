import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyedServer, page, startKeyedServer } from '../support/keyed-server.ts';
import type { Json } from '../support/run-operation.ts';
import { post } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

let server: KeyedServer;

beforeAll(async () => {
  server = await startKeyedServer();
}, 120_000);

afterAll(() => server.close());

beforeEach(() => {
  server.dispatcher.isFull = false;
});

const asked = (samples: number, more = '') =>
  `(input: { source: { text: "[MASK]" }, samples: ${samples} ${more} }) {
    __typename ... on Infill { id } ... on RateLimitedError { retryAfterMs message }
    ... on ValidationError { problems { code path value limit } } }`;
const infill = (samples: number, more?: string) => `mutation { infill${asked(samples, more)} }`;
const followed = (samples: number) =>
  `subscription { infill(input: { source: { text: "[MASK]" }, samples: ${samples} }) { __typename } }`;

/** Sends an operation with a credential. */
async function ask(
  secret: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<Json> {
  const authorization = `Bearer ${secret}`;
  const answer = await post(server, query, { headers: { authorization, ...headers } });
  return answer.json();
}

/** Results of a subscription, in order. */
async function followOverEvents(secret: string, query: string) {
  const headers = { authorization: `Bearer ${secret}`, accept: 'text/event-stream' };
  const text = await (await post(server, query, { headers })).text();
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json));
}

describe('an API key with a rate', () => {
  it('is told what an operation was charged and what is left, summed over its fields', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const answer = await ask(
      secret,
      `mutation { a: infill${asked(2)} b: submitInfill${asked(1)}
        scoreInfill(input: { source: { text: "[MASK]" }, fill: { slots: ["a"] } }) { __typename } }`,
    );
    expect(answer.extensions.cost).toEqual({
      charged: 4,
      left: 6,
      perMinute: 10,
      budgetLeft: null,
    });
  });

  it('is told nothing where nothing was charged', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const plan = `{ planInfill(input: { source: { text: "[MASK]" } }) { __typename } }`;
    expect((await ask(secret, plan)).extensions).toBeUndefined();
  });

  it('is told with the first item of a stream and with no other, over server-sent events', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const results = await followOverEvents(secret, followed(3));
    expect(results.length).toBeGreaterThan(2);
    expect(results.map(({ extensions }) => extensions?.cost?.charged)).toEqual([
      3,
      ...results.slice(1).map(() => undefined),
    ]);
  });

  it('is told with the first item of a stream over WebSocket', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const client = await openWs(server.url, { init: false });
    client.send({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } });
    await client.next(({ type }) => type === 'connection_ack');
    client.subscribe('1', followed(3));
    const { payload } = await client.next(({ type }) => type === 'next');
    expect(payload).toMatchObject({ extensions: { cost: { charged: 3, left: 7 } } });
    client.socket.terminate();
  });

  it('is refused what its rate has no room for, and told when it has', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    await ask(secret, infill(8));
    const { data, extensions } = await ask(secret, infill(4));
    expect(data.infill).toMatchObject({ __typename: 'RateLimitedError', retryAfterMs: 12_000 });
    expect(data.infill.message).toContain('costs 4');
    expect(extensions).toBeUndefined();

    server.clock.now += 11_999;
    expect((await ask(secret, infill(4))).data.infill.__typename).toBe('RateLimitedError');
    server.clock.now += 1;
    expect((await ask(secret, infill(4))).data.infill.__typename).toBe('Infill');
  });

  it('is told that more than its whole rate can never pass', async () => {
    const secret = await server.newKey({ costPerMinute: 3 });
    const { data } = await ask(secret, infill(4));
    expect(data.infill.problems).toEqual([
      { code: 'COST_TOO_HIGH', path: ['source'], value: '4', limit: '3' },
    ]);
  });

  it('gets back what was charged for a run that was not admitted', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    server.dispatcher.isFull = true;
    const { data, extensions } = await ask(secret, infill(4));
    expect(data.infill.__typename).toBe('QueueFullError');
    expect(extensions).toBeUndefined();
    const viewer = await ask(secret, '{ viewer { costPerMinute costLeft budgetLeft } }');
    expect(viewer.data.viewer).toEqual({ costPerMinute: 10, costLeft: 10, budgetLeft: null });
  });

  it('is charged once for an attempt that is sent twice', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const attempt = infill(4, 'idempotencyKey: "again"');
    expect((await ask(secret, attempt)).extensions.cost.charged).toBe(4);
    expect((await ask(secret, attempt)).extensions).toBeUndefined();
  });
});

describe('an API key without a rate', () => {
  it('is told what it was charged, and no limit', async () => {
    const { extensions } = await ask(await server.newKey(), infill(2));
    expect(extensions.cost).toEqual({ charged: 2, left: null, perMinute: null, budgetLeft: null });
  });
});

describe('a client token', () => {
  const origin = page;

  it('spends its budget and the rate of its key', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const token = await server.newToken(secret, { costBudget: 6 });
    expect((await ask(token, infill(4), { origin })).extensions.cost).toEqual({
      charged: 4,
      left: 6,
      perMinute: 10,
      budgetLeft: 2,
    });
    const { data } = await ask(
      token,
      '{ viewer { scopes keyName costLeft budgetLeft expiresAt } }',
      {
        origin,
      },
    );
    expect(data.viewer).toEqual({
      scopes: ['INFILL'],
      keyName: null,
      costLeft: 6,
      budgetLeft: 2,
      expiresAt: new Date(server.clock.now + 60_000).toISOString(),
    });
    expect((await ask(secret, '{ viewer { costLeft } }')).data.viewer.costLeft).toBe(6);
  });

  it('is refused what is left over of neither until it expires, and takes nothing of the rate', async () => {
    const secret = await server.newKey({ costPerMinute: 10 });
    const token = await server.newToken(secret, { costBudget: 6 });
    await ask(token, infill(4), { origin });
    const { data } = await ask(token, infill(3), { origin });
    expect(data.infill).toMatchObject({ __typename: 'RateLimitedError', retryAfterMs: 60_000 });
    expect(data.infill.message).toContain('2 left of its budget of 6');
    expect((await ask(secret, '{ viewer { costLeft } }')).data.viewer.costLeft).toBe(6);
  });

  it('is told that more than its whole budget can never pass', async () => {
    const token = await server.newToken(await server.newKey(), { costBudget: 3 });
    const { data } = await ask(token, infill(4), { origin });
    expect(data.infill.problems).toMatchObject([{ code: 'COST_TOO_HIGH', limit: '3' }]);
  });

  it('gets its budget back for a run that was not admitted', async () => {
    const token = await server.newToken(await server.newKey(), { costBudget: 5 });
    server.dispatcher.isFull = true;
    await ask(token, infill(4), { origin });
    const { data } = await ask(token, '{ viewer { budgetLeft } }', { origin });
    expect(data.viewer.budgetLeft).toBe(5);
  });
});

describe('the machine', () => {
  it('is charged nothing', async () => {
    const { extensions, data } = await ask(server.machineSecret, infill(4));
    expect(data.infill.__typename).toBe('Infill');
    expect(extensions).toBeUndefined();
  });
});
