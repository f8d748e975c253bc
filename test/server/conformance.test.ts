/**
 * GraphQL over HTTP as graphql-http audits it, of the server as it runs: with its limits, masking and keys.
 */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedServer, startKeyedServer } from '../support/keyed-server.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let open: TestServer;
let keyed: KeyedServer;
let authorization: string;

beforeAll(async () => {
  open = await startTestServer();
  keyed = await startKeyedServer();
  authorization = `Bearer ${await keyed.newKey({ scopes: ['READ'] })}`;
}, 120_000);
afterAll(async () => {
  await open.close();
  await keyed.close();
});

const fetchWithKey: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...init?.headers, authorization } });

const audited = [
  ['without keys', () => open.url, fetch],
  ['with keys', () => keyed.url, fetchWithKey],
] as const;

describe.each(audited)('GraphQL over HTTP, %s', (_, url, fetchFn) => {
  const audits = serverAudits({ url: () => `${url()}/graphql`, fetchFn });
  it.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))(
    '%s: %s',
    async (_, __, audit) => {
      const { status, ...finding } = await audit();
      // Notices are for what the specification leaves open; there are none either.
      expect(status, 'reason' in finding ? finding.reason : '').toBe('ok');
    },
  );
});
