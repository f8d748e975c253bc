import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('GraphQL over HTTP', () => {
  it.each(
    serverAudits({ url: () => `${server.url}/graphql` }).map(({ name, fn }) => [name, fn] as const),
  )('%s', async (_, audit) => {
    const { status, ...finding } = await audit();
    expect(status, 'reason' in finding ? finding.reason : '').not.toBe('error');
  });
});
