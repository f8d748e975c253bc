import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { post, startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    allowedHosts: ['lacuna.example', 'other.example:8080'],
    allowedOrigins: ['https://app.example'],
  });
});
afterAll(() => server.close());

const typename = '{ __typename }';
const body = JSON.stringify({ query: typename });

/** A request with headers that fetch does not let through. */
function send(
  headers: Record<string, string>,
  { method = 'POST', path = '/graphql', text = body as string | Buffer } = {},
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}${path}`,
      { method, headers: { 'content-type': 'application/json', ...headers } },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

describe('hosts', () => {
  it.each([
    'localhost:4000',
    '127.0.0.1',
    '[::1]:9',
    'LACUNA.example',
    'lacuna.example:5',
    'other.example:8080',
  ])('lets %s in', async (host) => {
    expect((await send({ host })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'other.example',
    '127.0.0.1@evil.example',
    '127.0.0.1.evil.example',
  ])('refuses "%s" and names the setting', async (host) => {
    const { status, text } = await send({ host });
    expect(status).toBe(403);
    expect(text).toContain('ALLOWED_HOSTS');
  });

  it('are checked on every path', async () => {
    expect(
      (await send({ host: 'evil.example' }, { method: 'GET', path: '/health/live' })).status,
    ).toBe(403);
  });
});

describe('origins', () => {
  it.each(['http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:8', 'https://app.example'])(
    'lets %s in and lets it read the answer',
    async (origin) => {
      const { status, headers } = await send({ origin });
      expect(status).toBe(200);
      expect(headers['access-control-allow-origin']).toBe(origin);
      expect(headers['vary']).toBe('origin');
    },
  );

  it.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'file://',
    'https://app.example.evil',
    'http://app.example',
  ])('refuses %s and names the setting', async (origin) => {
    const { status, text, headers } = await send({ origin });
    expect(status).toBe(403);
    expect(text).toContain('ALLOWED_ORIGINS');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('are answered before a request with a JSON body is sent', async () => {
    const preflight = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const allowed = await send(
      { ...preflight, origin: 'https://app.example' },
      { method: 'OPTIONS', text: '' },
    );
    expect(allowed.status).toBe(204);
    expect(allowed.headers['access-control-allow-headers']).toContain('content-type');
    const refused = await send(
      { ...preflight, origin: 'https://evil.example' },
      { method: 'OPTIONS', text: '' },
    );
    expect(refused.status).toBe(403);
  });
});

describe('bodies', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json-patch+json',
    '',
  ])('of type "%s" are refused', async (type) => {
    expect((await send({ 'content-type': type })).status).toBe(415);
  });

  it('may say their charset', async () => {
    expect((await send({ 'content-type': 'application/json; charset=UTF-8' })).status).toBe(200);
  });

  it('are not decompressed', async () => {
    const { status, text } = await send({ 'content-encoding': 'gzip' }, { text: gzipSync(body) });
    expect(status).toBe(415);
    expect(text).toContain('gzip');
  });

  it.each([
    ['announced', {}],
    ['unannounced', { 'transfer-encoding': 'chunked' }],
  ])('above 1 MiB are refused, %s', async (_, headers) => {
    const text = JSON.stringify({ query: typename, variables: { text: 'x'.repeat(1024 * 1024) } });
    expect((await send(headers, { text })).status).toBe(413);
  });

  it('hold one operation', async () => {
    const { status } = await send(
      {},
      { text: JSON.stringify([{ query: typename }, { query: typename }]) },
    );
    expect(status).toBe(400);
  });

  it.each([
    ['*/*', 400],
    ['application/graphql-response+json', 400],
    ['application/json', 200],
  ])(
    'that cannot be parsed are answered with JSON; to %s with status %i',
    async (accept, status) => {
      const response = await post(server, '{ models { name ', { headers: { accept } });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('json');
      expect((await response.json()).errors[0].message).toContain('Syntax Error');
    },
  );
});

describe('GET', () => {
  const get = (query: string, accept = 'application/json') =>
    fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept } });

  it('answers queries', async () => {
    expect(await (await get(typename)).json()).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    [
      'mutations',
      'mutation { submitInfill(input: { source: { text: "[MASK]" } }) { __typename } }',
      'application/json',
    ],
    [
      'subscriptions',
      'subscription { infill(input: { source: { text: "[MASK]" } }) { __typename } }',
      'text/event-stream',
    ],
    [
      'subscriptions behind a query',
      'query A { __typename } subscription B { infill(input: { source: { text: "[MASK]" } }) { __typename } }&operationName=B',
      'text/event-stream',
    ],
  ])('starts no %s', async (_, query, accept) => {
    const url = `${server.url}/graphql?query=${encodeURIComponent(query).replace('%26operationName%3D', '&operationName=')}`;
    const response = await fetch(url, { headers: { accept } });
    await response.body?.cancel();
    expect(server.service.runs).toEqual([]);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('paths', () => {
  it('lead from the root to the page', async () => {
    const response = await fetch(`${server.url}/`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  });

  it.each(['/nothing', '/graphql/', '/graphql/x', '//graphql', '/health', '/health/yoga'])(
    'has nothing at %s',
    async (path) => {
      expect((await send({}, { method: 'GET', path, text: '' })).status).toBe(404);
    },
  );
});

describe('request ids', () => {
  it('are taken from the client when they are plain, and given back', async () => {
    const { headers } = await post(server, typename, { headers: { 'x-request-id': 'abc-123' } });
    expect(headers.get('x-request-id')).toBe('abc-123');
  });

  it.each(['x'.repeat(65), 'a b', '<script>'])(
    'are made when the client sends "%s"',
    async (id) => {
      const { headers } = await post(server, typename, { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('health', () => {
  it('is live', async () => {
    expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'live' });
  });

  it('is ready when packs are and the store answers', async () => {
    const response = await fetch(`${server.url}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ready',
      store: 'answers',
      storage: null,
      packs: [{ id: 'fake', state: 'READY' }],
    });
  });

  it('is not ready while no run could be kept, and says why', async () => {
    server.service.storageFailure = new InfillError('STORAGE_FULL', 'There is no room.');
    const response = await fetch(`${server.url}/health/ready`);
    server.service.storageFailure = null;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'not-ready',
      storage: { code: 'STORAGE_FULL', message: 'There is no room.' },
    });
  });

  it('is answered with a request id, and no more, where nobody knows what is wrong', async () => {
    server.service.storageFailure = new Error('ENOENT: /srv/data');
    const response = await fetch(`${server.url}/health/ready`);
    server.service.storageFailure = null;
    expect(response.status).toBe(500);
    const requestId = response.headers.get('x-request-id');
    expect(await response.json()).toEqual({
      errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL', requestId } }],
    });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  it('is not ready while a pack is not', async () => {
    server.service.state = 'RESTARTING';
    const response = await fetch(`${server.url}/health/ready`);
    server.service.state = 'READY';
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'not-ready',
      packs: [{ state: 'RESTARTING' }],
    });
  });

  it('is not ready while the store is not', async () => {
    server.service.storeFailure = new Error('Down.');
    const response = await fetch(`${server.url}/health/ready`);
    server.service.storeFailure = null;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'not-ready', store: 'silent' });
  });
});
