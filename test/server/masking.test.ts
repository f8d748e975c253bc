import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { describeError } from '../../src/server/describe-error.ts';
import { post, startTestServer, type TestServer } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const secret = 'a text nobody else may read';
const input = `(input: { source: { text: "${secret} [MASK]" }, labels: ["${secret}"] })`;
const mutation = `mutation { submitInfill${input} { __typename } }`;
const subscription = `subscription { infill${input} { __typename } }`;

const defects = [
  ['a defect', new Error(`insert failed, params: ${secret}`)],
  ['an internal error of ours', new InfillError('STORE_FAILED', `Failed at ${secret}.`)],
  ['an error of the start', new InfillError('INVALID_PACK', `Failed at ${secret}.`)],
] as const;

describe('what nobody expects', () => {
  it.each(defects)('is told as a request id: %s in a mutation', async (_, failure) => {
    server.service.failure = failure;
    const response = await post(server, mutation, { headers: { 'x-request-id': 'abc' } });
    const { errors } = await response.json();
    expect(errors).toEqual([
      {
        message: 'Internal error',
        path: ['submitInfill'],
        extensions: { code: 'INTERNAL', requestId: 'abc' },
      },
    ]);
    expect(
      server.log.some((line) => line.includes('operation failed') && line.includes('"abc"')),
    ).toBe(true);
  });

  it.each(defects)('is told as a request id: %s in a subscription', async (_, failure) => {
    server.service.failure = failure;
    const headers = { 'x-request-id': 'abc', accept: 'text/event-stream' };
    const text = await (await post(server, subscription, { headers })).text();
    expect(text).toContain('"message":"Internal error"');
    expect(text).toContain('"requestId":"abc"');
    expect(text).not.toContain(secret);
  });

  it.each(defects)('is told as a request id: %s over WebSocket', async (_, failure) => {
    server.service.failure = failure;
    const client = await openWs(server.url);
    client.subscribe('m', mutation);
    client.subscribe('s', subscription);
    await client.next(({ id, type }) => id === 'm' && type === 'complete');
    await client.next(({ id, type }) => id === 's' && type !== 'next');
    const text = JSON.stringify(client.received);
    expect(text.match(/Internal error/g)).toHaveLength(2);
    expect(text).not.toContain(secret);
    client.socket.terminate();
  });
});

describe('what a client can act on', () => {
  it('is told where a field cannot answer with data', async () => {
    const response = await post(server, '{ infills(first: 500) { totalCount } }');
    const { errors } = await response.json();
    expect(errors[0]).toMatchObject({
      message: '`first` is 500; it is at least 0 and at most 100.',
      path: ['infills'],
      extensions: { code: 'INVALID_INPUT', problems: [{ limit: '100' }] },
    });
  });
});

describe('the log', () => {
  it('has ids and sizes of requests and no texts', async () => {
    for (const failure of [null, defects[0][1], new InfillError('INVALID_TEMPLATE', secret)]) {
      server.service.failure = failure;
      await post(server, mutation, { variables: { text: secret } });
      await (await post(server, subscription, { headers: { accept: 'text/event-stream' } })).text();
      await post(server, `{ ${secret} }`);
      await fetch(`${server.url}/graphql?query=${encodeURIComponent(secret)}`);
    }
    await server.close();
    expect(server.log.length).toBeGreaterThan(12);
    expect(server.log.join('')).not.toContain(secret);
    expect(server.log.join('')).toMatch(
      /"requestId":"[0-9a-f-]{36}","method":"POST","status":200,"bytesIn":\d+/,
    );
  });

  it('says where an error comes from, with its causes', () => {
    const cause = new TypeError(`Cannot use 'in' operator to search for 'x' in ${secret}`);
    const described = describeError(
      new InfillError('STORE_FAILED', 'The store failed.', { cause }),
    );
    expect(described).toMatchObject({
      name: 'InfillError',
      code: 'STORE_FAILED',
      message: 'The store failed.',
      cause: { name: 'TypeError', frames: expect.arrayContaining([expect.any(String)]) },
    });
    expect(JSON.stringify(described)).toContain('masking.test.ts');
    expect(JSON.stringify(described)).not.toContain(secret);
    const lines = new Error(`x\n    at ${secret}`);
    expect(JSON.stringify(describeError(lines))).not.toContain(secret);
  });
});
