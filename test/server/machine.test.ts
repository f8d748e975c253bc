import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { InfillError, problemsError } from '../../src/errors.ts';
import { createLogger } from '../../src/server/logger.ts';
import { isFromThisMachine } from '../../src/server/loopback.ts';
import { createMachineEndpoint, type MachineHandler } from '../../src/server/machine.ts';
import { machineKeysHandler } from '../../src/server/machine-keys.ts';
import type { Presented } from '../../src/service/identity.ts';
import { localViewer, type Viewer } from '../../src/service/service.ts';
import { newSecret } from '../../src/store/secret.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const secret = newSecret('lm');
const keyViewer: Viewer = {
  ...localViewer,
  credential: { kind: 'API_KEY', id: 'k', name: 'k', costPerMinute: null, expiresAt: null },
};

/** Knows the machine's secret, and lets in whoever shows none, as a server without keys does. */
const identity = {
  async authenticate(presented: Presented): Promise<Viewer> {
    if (presented.secret === null) return localViewer;
    if (presented.secret === secret && presented.isFromThisMachine) return localViewer;
    if (presented.secret === `${secret.slice(0, -1)}A`) return keyViewer;
    throw new InfillError('UNAUTHENTICATED', 'No.');
  },
};

let server: TestServer | null = null;
let log: string[];
afterEach(() => server?.close());

async function start(handler: MachineHandler): Promise<TestServer> {
  log = [];
  const machine = createMachineEndpoint({
    identity,
    handlers: { '/machine/thing': handler },
    logger: createLogger('trace', { write: (line) => void log.push(line) }),
  });
  server = await startTestServer({}, { machine });
  return server;
}

type Change = { readonly path?: string; readonly body?: string } & Pick<
  RequestInit,
  'method' | 'headers'
>;

function ask({ url }: TestServer, { path = '/machine/thing', headers, ...change }: Change = {}) {
  return fetch(`${url}${path}`, {
    method: 'POST',
    body: '{"n":1}',
    ...change,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${secret}`,
      ...headers,
    },
  });
}

const failing = (error: unknown) => async () => {
  throw error;
};

describe('the machine endpoint', () => {
  it('answers the parsed body with what the handler returns', async () => {
    const response = await ask(await start(async (body) => ({ body })));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ body: { n: 1 } });
  });

  it('sends bytes as they come', async () => {
    const response = await ask(await start(async () => Readable.from([Buffer.from('ab')])));
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(await response.text()).toBe('ab');
  });

  it.each<[string, Change]>([
    ['no secret', { headers: { authorization: '' } }],
    ['another secret', { headers: { authorization: `Bearer ${newSecret('lm')}` } }],
    ['an API key', { headers: { authorization: `Bearer ${newSecret('lk')}` } }],
    [
      'a credential that is not the machine',
      { headers: { authorization: `Bearer ${secret.slice(0, -1)}A` } },
    ],
    ['an origin', { headers: { origin: 'http://127.0.0.1:5000' } }],
    ['another path', { path: '/machine/other' }],
    ['a path of every object', { path: '/machine/../constructor' }],
  ])('has nothing for a request with %s', async (_, change) => {
    let isAsked = false;
    const started = await start(async () => {
      isAsked = true;
    });
    const response = await ask(started, change);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    expect(isAsked).toBe(false);
  });

  it('has nothing for GET', async () => {
    const { url } = await start(async () => ({}));
    const response = await fetch(`${url}/machine/thing`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(response.status).toBe(404);
  });

  it('tells an error that a client can act on, with its problems', async () => {
    const problem = {
      path: ['name'],
      code: 'INVALID_INPUT',
      message: 'No.',
      value: null,
      limit: null,
    } as const;
    const response = await ask(await start(failing(problemsError([problem]))));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'No.', extensions: { code: 'INVALID_INPUT', problems: [problem] } }],
    });
  });

  it('tells of any other error a request id only, which the log has too', async () => {
    const response = await ask(await start(failing(new Error('secret words'))));
    expect(response.status).toBe(500);
    const { errors } = await response.json();
    expect(errors[0]).toMatchObject({
      message: 'Internal error',
      extensions: { code: 'INTERNAL' },
    });
    expect(log.join()).toContain(errors[0].extensions.requestId);
    expect(log.join()).not.toContain('secret words');
  });

  it('cuts an answer off that fails half-way', async () => {
    async function* half() {
      yield Buffer.from('half');
      await setImmediate();
      throw new Error('gone');
    }
    const response = await ask(await start(async () => Readable.from(half())));
    await expect(response.text()).rejects.toThrow();
  });

  it.each<[string, Change, number]>([
    ['no JSON', { body: 'x' }, 400],
    ['too much', { body: JSON.stringify('x'.repeat(70_000)) }, 400],
    ['another type', { headers: { 'content-type': 'text/plain' } }, 415],
  ])('refuses a body of %s', async (_, change, status) => {
    expect((await ask(await start(async () => ({})), change)).status).toBe(status);
  });

  it('writes the secret into no log', async () => {
    const started = await start(async () => ({}));
    await ask(started);
    expect([...log, ...started.log].join()).not.toContain(secret.slice(3));
  });
});

describe('the handler of keys', () => {
  const unused = async () => expect.unreachable();
  const handler = machineKeysHandler({
    createKey: unused,
    listKeys: unused,
    revokeKey: unused,
  });

  it.each([
    null,
    {},
    { action: 'drop' },
    { action: 'list', more: 1 },
    { action: 'revoke', id: 7 },
    { action: 'create', key: { name: 'a', owner: 'a', scopes: ['ROOT'], costPerMinute: null } },
    {
      action: 'create',
      key: { name: 'a', owner: 'a', scopes: [], costPerMinute: null, expiresAt: 'soon' },
    },
  ])('refuses %j', async (body) => {
    await expect(async () => handler(body)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('isFromThisMachine', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.8.9.10', '127.0.0.1', true],
    ['::1', '::1', true],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.8', '192.0.2.7', false],
    ['::ffff:192.0.2.8', '::ffff:192.0.2.7', false],
    ['2001:db8::1', '2001:db8::2', false],
    [undefined, undefined, false],
  ])('says of %s at %s: %s', (remoteAddress, localAddress, isSame) => {
    expect(isFromThisMachine({ remoteAddress, localAddress })).toBe(isSame);
  });
});
