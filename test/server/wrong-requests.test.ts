/**
 * Requests whose operation or parameters cannot be read, for clients that take anything.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const headers = { accept: '*/*', 'content-type': 'application/json' };

describe('an operation', () => {
  it.each([
    ['is missing', '{}', 'BAD_REQUEST'],
    ['does not parse', '{"query":"{"}', 'GRAPHQL_PARSE_FAILED'],
    [
      'has wrong variables',
      '{"query":"query ($id: ID!) { node(id: $id) { id } }","variables":{"id":{}}}',
      'BAD_USER_INPUT',
    ],
  ])('that %s is answered with 400 and a code', async (_, body, code) => {
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect((await response.json()).errors[0].extensions.code).toBe(code);
  });
});

describe('a parameter of the address', () => {
  it.each(['variables', 'extensions'])('called %s is refused when it is not JSON', async (name) => {
    const response = await fetch(`${server.url}/graphql?query={__typename}&${name}={`, { headers });
    expect(response.status).toBe(400);
    expect((await response.json()).errors).toMatchObject([
      { message: `The parameter "${name}" of the address is not JSON.` },
    ]);
    expect(server.log.filter((line) => line.includes('operation failed'))).toEqual([]);
  });
});
