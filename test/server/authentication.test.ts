import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReachable } from '../../src/config.ts';
import { InfillError } from '../../src/errors.ts';
import { requireKeys } from '../../src/require-keys.ts';
import { presentedBy } from '../../src/server/authentication.ts';
import { localViewer } from '../../src/service/service.ts';
import { type KeyedServer, otherPage, page, startKeyedServer } from '../support/keyed-server.ts';
import { post, startTestServer } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

let server: KeyedServer;
let secret: string;

beforeAll(async () => {
  server = await startKeyedServer();
  secret = await server.newKey({ scopes: ['READ', 'INFILL'] });
}, 120_000);

afterAll(() => server.close());

const who = '{ viewer { owner } }';

type Refused = {
  readonly errors: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string };
  }[];
};

async function refusalOf(headers: Record<string, string>) {
  const answer = await post(server, who, { headers });
  const { errors } = (await answer.json()) as Refused;
  return { answer, status: answer.status, message: errors[0]?.message, ...errors[0]?.extensions };
}

describe('over HTTP', () => {
  it('is asked for a credential where there is none, without an error code', async () => {
    const { answer, status, code, message } = await refusalOf({});
    expect({ status, code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="lacuna"');
    expect(message).toContain('Authorization: Bearer lk_');
  });

  it('is told that a credential is wrong, in the header too', async () => {
    const { answer } = await refusalOf({ authorization: 'Bearer lk_wrong' });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="lacuna", error="invalid_token"',
    );
  });

  it.each([
    ['Basic dXNlcjpwYXNzd29yZA==', '(Basic)'],
    ['Digest username="a"', '(Digest)'],
    ['Bearer', 'not understood;'],
    ['Bearer a b', '(Bearer)'],
    ['lk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'not understood;'],
  ])('is refused "%s", of which no more than the scheme is told', async (authorization, part) => {
    const { status, message } = await refusalOf({ authorization });
    expect(status).toBe(401);
    expect(message).toContain(part);
    expect(message).not.toMatch(/dXNl|username|AAAA/);
  });

  it('may write the scheme as it likes', async () => {
    const answer = await post(server, who, { headers: { authorization: `bearer  ${secret}` } });
    expect(answer.status).toBe(200);
  });

  it('is refused before its body has come', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n',
    );
    let answer = '';
    for await (const part of socket) answer += part;
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('may ask for itself what a page must ask before it sends a credential', async () => {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: page, 'access-control-request-headers': 'authorization' },
    });
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
  });

  it('runs no operation beside the page, which needs no credential', async () => {
    const url = `${server.url}/graphql?query=${encodeURIComponent(who)}`;
    const answer = await fetch(url, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).not.toContain('"owner"');
  });

  it('needs a credential for what stands where the page is turned off', async () => {
    const closed = await startTestServer({ graphiql: false }, { identity: server.identity });
    const answer = await fetch(`${closed.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(401);
    await closed.close();
  });

  it('is answered with a request id, and no more, where keys cannot be looked up', async () => {
    const identity = { authenticate: () => Promise.reject(new Error('select secret')) };
    const broken = await startTestServer({}, { identity });
    const answer = await post(broken, who);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({
      errors: [
        {
          message: 'Internal error',
          extensions: { code: 'INTERNAL', requestId: answer.headers.get('x-request-id') },
        },
      ],
    });
    await broken.close();
  });
});

describe('over WebSocket', () => {
  async function initialised(authorization: unknown, headers: Record<string, string> = {}) {
    const client = await openWs(server.url, { init: false, headers });
    client.send({ type: 'connection_init', payload: { authorization } });
    return client;
  }

  it.each([
    ['none', undefined, 'needs an API key'],
    ['a number', 7, 'not understood'],
    ['an object', { secret: 'lk' }, 'not understood'],
    ['an object that is no text', { toString: 1, valueOf: 1 }, 'not understood'],
    ['another scheme', 'Basic abc', '(Basic)'],
    ['a wrong key', 'Bearer lk_wrong', 'not an API key'],
  ])('is closed with 4403 and the reason for %s', async (_, authorization, part) => {
    const client = await initialised(authorization);
    const { code, reason } = await client.closed;
    expect(code).toBe(4403);
    expect(reason).toContain(part);
  });

  it('is closed for a token of another page, with as much of the reason as a frame holds', async () => {
    const token = await server.newToken(secret);
    const client = await initialised(`Bearer ${token}`, { origin: otherPage });
    const { code, reason } = await client.closed;
    expect(code).toBe(4403);
    expect(reason).toContain(page);
  });

  it('may write the name of the header as it likes', async () => {
    const client = await openWs(server.url, { init: false });
    client.send({ type: 'connection_init', payload: { Authorization: `Bearer ${secret}` } });
    await client.next(({ type }) => type === 'connection_ack');
    client.socket.terminate();
  });

  it('takes the header of the upgrade where the payload has none', async () => {
    const client = await initialised(undefined, { authorization: `Bearer ${secret}` });
    await client.next(({ type }) => type === 'connection_ack');
    client.socket.terminate();
  });

  it('starts nothing more once the key is revoked, and lets go on what runs', async () => {
    const name = 'to-be-revoked';
    const client = await initialised(`Bearer ${await server.newKey({ name })}`);
    await client.next(({ type }) => type === 'connection_ack');
    server.dispatcher.isHeld = true;
    client.subscribe(
      'before',
      'subscription { infill(input: { source: { text: "[MASK]" } }) { __typename } }',
    );
    await client.next(({ id }) => id === 'before');
    const [key] = (await server.identity.listKeys()).filter((known) => known.name === name);
    await server.identity.revokeKey(key?.id ?? '');
    client.subscribe('after', who);
    const { type, payload } = await client.next(({ id }) => id === 'after');
    server.dispatcher.isHeld = false;

    expect(type).toBe('error');
    expect(payload).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(client.received.filter(({ id }) => id === 'before').map((item) => item.type)).toEqual([
      'next',
    ]);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.terminate();
  });

  it('starts nothing more once the token has expired', async () => {
    const token = await server.newToken(secret, { ttlSeconds: 1 });
    const client = await initialised(`Bearer ${token}`, { origin: page });
    await client.next(({ type }) => type === 'connection_ack');
    client.subscribe('1', who);
    expect((await client.next(({ id }) => id === '1')).type).toBe('next');
    server.clock.now += 1000;
    client.subscribe('2', who);
    expect((await client.next(({ id }) => id === '2')).type).toBe('error');
    client.socket.terminate();
  });
});

describe('where keys cannot be looked up for a while', () => {
  it('ends only what is asked for then, over WebSocket, and answers 503 over HTTP', async () => {
    let failure: Error | null = null;
    const authenticate = async () => {
      if (failure !== null) throw failure;
      return localViewer;
    };
    const shaky = await startTestServer({}, { identity: { authenticate } });
    const client = await openWs(shaky.url);
    failure = new InfillError('STORE_UNAVAILABLE', 'The database does not answer.');
    client.subscribe('1', who);
    expect(await client.next(({ id }) => id === '1')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'STORE_UNAVAILABLE' } }],
    });
    expect((await post(shaky, who)).status).toBe(503);
    failure = null;
    client.subscribe('2', who);
    expect((await client.next(({ id }) => id === '2')).type).toBe('next');
    client.socket.terminate();
    await shaky.close();
  });
});

describe('a server without keys', () => {
  it('asks for one as soon as the first is made, also on connections that are open', async () => {
    const fresh = await startKeyedServer();
    const client = await openWs(fresh.url);
    client.subscribe('before', who);
    expect((await client.next(({ id }) => id === 'before')).type).toBe('next');
    expect((await post(fresh, who)).status).toBe(200);
    await fresh.newKey();
    client.subscribe('after', who);
    expect((await client.next(({ id }) => id === 'after')).type).toBe('error');
    expect((await post(fresh, who)).status).toBe(401);
    client.socket.terminate();
    await fresh.close();
  }, 60_000);
});

describe('a credential', () => {
  it('is what stands after the scheme, and nothing where there is no header', () => {
    const sender = { origin: null, isFromThisMachine: true };
    expect(presentedBy({ ...sender, authorization: 'Bearer lk_a-b_c' }).secret).toBe('lk_a-b_c');
    expect(presentedBy({ ...sender, authorization: null }).secret).toBeNull();
  });
});

describe('a server that others can reach', () => {
  const withKeys = { hasKeys: async () => true };
  const without = { hasKeys: async () => false };

  it('does not start without a key, and says how to make one', async () => {
    expect(isReachable('0.0.0.0')).toBe(true);
    await expect(requireKeys({ host: '0.0.0.0' }, without)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('lacuna keys create'),
    });
    await requireKeys({ host: '0.0.0.0' }, withKeys);
  });

  it('needs none at a loopback address', async () => {
    await requireKeys({ host: '127.0.0.1' }, without);
  });
});
