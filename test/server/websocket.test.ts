import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, until } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('upgrades', () => {
  it.each([
    ['host', { host: 'evil.example' }],
    ['origin', { origin: 'https://evil.example' }],
  ])('of a foreign %s are refused', async (_, headers) => {
    await expect(openWs(server.url, { headers })).rejects.toThrow('403');
  });

  it('of an allowed origin are served', async () => {
    const client = await openWs(server.url, { headers: { origin: 'http://localhost:3000' } });
    client.socket.terminate();
  });

  it('at another path are refused', async () => {
    await expect(openWs(`${server.url}/elsewhere`)).rejects.toThrow('404');
  });

  it('that are refused are closed, also when the client keeps its side open', async () => {
    const { host, hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    socket.write(
      `GET /elsewhere HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    await until(() => socket.readableEnded);
    // Only by writing does this side learn that the other one is gone.
    await until(() => socket.closed || !socket.write('x'));
    expect(answer).toContain('404 Not Found');
  });

  it('negotiate no compression', async () => {
    const client = await openWs(server.url);
    expect(client.socket.extensions).toBe('');
    client.socket.terminate();
  });
});

describe('messages', () => {
  it.each([
    ['that are no JSON', '{', 4400],
    ['of no known type', '{"type":"hack"}', 4400],
    ['that only a server sends', '{"type":"next","id":"1","payload":{}}', 4400],
    [
      'before the connection is initialised',
      '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}',
      4401,
    ],
    [
      'above 256 KiB',
      JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(256 * 1024) } }),
      1009,
    ],
  ])('%s close the connection', async (_, text, code) => {
    const client = await openWs(server.url, { init: false });
    client.socket.send(text);
    expect((await client.closed).code).toBe(code);
  });

  it('that repeat an id in use close the connection', async () => {
    server.service.pauseBefore = 1;
    const client = await openWs(server.url);
    const query = 'subscription { infill(input: { source: { text: "[MASK]" } }) { __typename } }';
    client.subscribe('1', query);
    client.subscribe('1', query);
    expect((await client.closed).code).toBe(4409);
    server.service.pauseBefore = Number.POSITIVE_INFINITY;
  });

  it('beyond 64 operations in flight are errors of their operation', async () => {
    server.service.pauseBefore = 0;
    const client = await openWs(server.url);
    const mutation = 'mutation { infill(input: { source: { text: "[MASK]" } }) { __typename } }';
    for (let id = 0; id < 65; id++) client.subscribe(String(id), mutation);
    expect(await client.next(({ type }) => type === 'error')).toMatchObject({
      id: '64',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
    client.send({ id: '0', type: 'complete' });
    client.subscribe('65', '{ __typename }');
    expect(await client.next(({ id }) => id === '65')).toMatchObject({ type: 'next' });
    client.socket.terminate();
    server.service.pauseBefore = Number.POSITIVE_INFINITY;
  });

  it('that do not parse are errors of their operation', async () => {
    const client = await openWs(server.url);
    client.subscribe('1', '{ models {');
    expect(await client.next(({ id }) => id === '1')).toMatchObject({
      type: 'error',
      payload: [{ message: 'Syntax Error: Expected Name, found <EOF>.' }],
    });
    client.socket.terminate();
  });

  it('must begin within three seconds', async () => {
    const client = await openWs(server.url, { init: false });
    expect((await client.closed).code).toBe(4408);
  });

  it('answer pings', async () => {
    const client = await openWs(server.url);
    const pong = new Promise((resolve) =>
      client.socket.once('pong', (payload) => resolve(String(payload))),
    );
    client.socket.ping('hello');
    expect(await pong).toBe('hello');
    client.socket.terminate();
  });
});

describe('closing the server', () => {
  it('ends connections that do not answer', async () => {
    const closing = await startTestServer();
    const client = await openWs(closing.url);
    client.socket.pause();
    await closing.close();
    client.socket.terminate();
  });
});
