import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { post, startTestServer, type TestServer, until } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer({
    maxSubscriptionsPerConnection: 2,
    maxSubscriptions: 3,
    maxWebSockets: 2,
    maxConnections: 20,
  });
});
afterEach(() => server.close());

const subscription = `subscription { infill(input: { source: { text: "a [MASK]" } }) {
  __typename ... on InfillEvent { seq } ... on InfillTokensCommitted { slots { text } } ... on InfillCompleted { infill { text } } ... on Error { code message } } }`;
const mutation =
  'mutation { infill(input: { source: { text: "a [MASK]" } }) { ... on Infill { status } } }';

function openSse(query = subscription, signal?: AbortSignal): Promise<Response> {
  return post(server, query, {
    headers: { accept: 'text/event-stream' },
    ...(signal && { signal }),
  });
}

async function itemsOverSse(query?: string): Promise<unknown[]> {
  const text = await (await openSse(query)).text();
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, json = '']) => JSON.parse(json));
}

async function itemsOverWs(query = subscription): Promise<unknown[]> {
  const client = await openWs(server.url);
  client.subscribe('1', query);
  await client.next(({ type }) => type === 'complete');
  client.socket.terminate();
  return client.received.filter(({ type }) => type === 'next').map(({ payload }) => payload);
}

describe('server-sent events and WebSockets', () => {
  it('carry the same items', async () => {
    server.service.tokensPerMask = 5;
    const seen = await itemsOverSse();
    expect(seen).toHaveLength(8);
    expect(seen.at(-1)).toEqual({
      data: { infill: { __typename: 'InfillCompleted', seq: 7, infill: { text: 'filled' } } },
    });
    expect(await itemsOverWs()).toEqual(seen);
  });

  it('carry expected errors as items', async () => {
    const query =
      'subscription { infill(input: { source: { text: "no mask" } }) { __typename ... on Error { code } } }';
    const error = { data: { infill: { __typename: 'ValidationError', code: 'INVALID_TEMPLATE' } } };
    expect(await itemsOverSse(query)).toEqual([error]);
    expect(await itemsOverWs(query)).toEqual([error]);
  });

  it('carry queries over WebSocket', async () => {
    expect(await itemsOverWs('{ __typename }')).toEqual([{ data: { __typename: 'Query' } }]);
  });
});

describe('a client that goes away', () => {
  beforeEach(() => {
    server.service.pauseBefore = 2;
  });

  it('ends its stream over server-sent events', async () => {
    const gone = new AbortController();
    await openSse(subscription, gone.signal);
    await until(() => server.service.taken === 2);
    gone.abort();
    await until(() => server.service.openStreams === 0);
    expect(server.service.runs[0]?.status).toBe('CANCELLED');
  });

  it('ends its stream with a complete message', async () => {
    const client = await openWs(server.url);
    client.subscribe('1', subscription);
    await until(() => server.service.taken === 2);
    client.send({ id: '1', type: 'complete' });
    await until(() => server.service.openStreams === 0);
    expect(server.service.runs[0]?.status).toBe('CANCELLED');
    client.socket.terminate();
  });

  it('ends its streams by closing the socket', async () => {
    const client = await openWs(server.url);
    client.subscribe('1', subscription);
    client.subscribe('2', subscription);
    await until(() => server.service.taken === 4);
    client.socket.terminate();
    await until(() => server.service.openStreams === 0);
  });

  it('ends a mutation that waits, over HTTP', async () => {
    const gone = new AbortController();
    const answer = post(server, mutation, { signal: gone.signal }).catch(() => 'gone');
    await until(() => server.service.taken === 2);
    gone.abort();
    expect(await answer).toBe('gone');
    await until(() => server.service.openStreams === 0);
  });

  it('ends a mutation that waits, with a complete message', async () => {
    const client = await openWs(server.url);
    client.subscribe('1', mutation);
    await until(() => server.service.taken === 2);
    client.send({ id: '1', type: 'complete' });
    await until(() => server.service.openStreams === 0);
    client.socket.terminate();
  });
});

describe('subscriptions', () => {
  beforeEach(() => {
    server.service.pauseBefore = 1;
  });

  it('are limited per connection, and free again when they end', async () => {
    const client = await openWs(server.url);
    for (const id of ['1', '2', '3']) client.subscribe(id, subscription);
    const refused = await client.next(({ id, type }) => id === '3' && type === 'next');
    expect(JSON.stringify(refused.payload)).toContain('MAX_SUBSCRIPTIONS_PER_CONNECTION');
    client.send({ id: '1', type: 'complete' });
    await until(() => server.service.openStreams === 1);
    client.subscribe('4', subscription);
    expect(JSON.stringify((await client.next(({ id }) => id === '4')).payload)).toContain(
      'InfillQueued',
    );
    client.socket.terminate();
  });

  it('are limited in all, on both transports, and free again when clients go away', async () => {
    const client = await openWs(server.url);
    client.subscribe('1', subscription);
    client.subscribe('2', subscription);
    const gone = new AbortController();
    await openSse(subscription, gone.signal);
    await until(() => server.service.openStreams === 3);
    const refused = await openSse();
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('MAX_SUBSCRIPTIONS)');
    gone.abort();
    client.socket.terminate();
    await until(() => server.service.openStreams === 0);
    const again = new AbortController();
    expect((await openSse(subscription, again.signal)).status).toBe(200);
    again.abort();
  });
});

describe('connections', () => {
  it('are limited for WebSockets', async () => {
    const clients = [await openWs(server.url), await openWs(server.url)];
    await expect(openWs(server.url)).rejects.toThrow('503');
    for (const { socket } of clients) socket.terminate();
  });

  it('are limited in all', async () => {
    const port = Number(new URL(server.url).port);
    const sockets = Array.from({ length: 21 }, () => connect(port, '127.0.0.1'));
    let closed = 0;
    for (const socket of sockets) socket.on('close', () => closed++).on('error', () => undefined);
    await until(() => closed === 1);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a client that does not read', () => {
  it('is not sent more than the buffers on the way hold, over server-sent events', async () => {
    server.service.tokensPerMask = 20_000;
    server.service.tokenText = 'x'.repeat(50);
    const { socket } = await unreadRequest();
    await settled(() => server.service.taken);
    expect(server.service.taken).toBeLessThan(2000);
    socket.destroy();
    await until(() => server.service.openStreams === 0);
  });

  it('is not asked for more while much waits for it, and answered when it reads, over WebSocket', async () => {
    const client = await openWs(server.url);
    let asked = 0;
    const texts = ['z'.repeat(80_000)];
    server.service.tokenize = async () => {
      asked += 1;
      return { ids: [], texts };
    };
    client.socket.pause();
    const query = `query Large { models { tokenize(text: "${'y'.repeat(20_000)}") { texts } } }`;
    const queryCount = 300;
    for (let id = 0; id < queryCount; id++) client.subscribe(String(id), query);
    await settled(() => asked);
    expect(asked).toBeLessThan(queryCount / 2);
    client.socket.resume();
    const answers = (type: string) => client.received.filter((message) => message.type === type);
    await until(() => answers('complete').length === queryCount);
    // Had they all been taken at once, most would have been too many.
    expect(answers('next')).toHaveLength(queryCount);
    client.socket.terminate();
  });

  /** Waits until a figure stays as it is. */
  async function settled(figure: () => number): Promise<void> {
    let before = -1;
    while (figure() !== before) {
      before = figure();
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  /** A subscription whose socket is never read. */
  async function unreadRequest() {
    const { hostname, port, host } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ query: subscription });
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until(() => server.service.taken > 0);
    return { socket };
  }
});
