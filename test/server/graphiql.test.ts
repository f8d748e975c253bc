import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { exampleOperations } from '../../src/server/example-operations.ts';
import { FakeService } from '../support/fake-service.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const getPage = ({ url }: TestServer) =>
  fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });

describe('the page', () => {
  it('loads nothing from elsewhere', async () => {
    const response = await getPage(server);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=["']?https?:/);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self'");
  });

  it('may not be framed', async () => {
    const { headers } = await getPage(server);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('has the examples in tabs', async () => {
    const page = await (await getPage(server)).text();
    expect(page).toContain(JSON.stringify(exampleOperations[0]));
    expect(page).toContain('"method":"POST"');
  });

  it('is left out when the setting says so', async () => {
    const without = await startTestServer({ graphiql: false });
    const response = await getPage(without);
    expect(response.headers.get('content-type') ?? '').not.toContain('html');
    await response.text();
    await without.close();
  });
});

describe('the examples', () => {
  it.each(exampleOperations)('are valid: %s', (query) => {
    expect(validate(buildSchema(new FakeService()), parse(query))).toEqual([]);
  });
});
