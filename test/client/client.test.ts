import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import {
  CancelInfillDocument,
  CatalogDocument,
  FindInfillDocument,
  FollowInfillDocument,
  InfillDocument,
  ListInfillsDocument,
  StreamInfillDocument,
  SubmitInfillDocument,
} from '../../src/client/generated/graphql.ts';
import { readConfig } from '../../src/config.ts';
import { createGraphql, fetchInProcess } from '../../src/server/graphql.ts';
import { createLogger } from '../../src/server/logger.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { FakeService } from '../support/fake-service.ts';
import { noReceipts, startTestServer, until } from '../support/test-server.ts';

type Setup = { readonly client: Client; readonly service: FakeService; close(): Promise<void> };

async function overUrl(): Promise<Setup> {
  const server = await startTestServer();
  return { client: createClient({ url: `${server.url}/graphql` }), ...server };
}

async function inProcess(): Promise<Setup> {
  const service = new FakeService();
  const schema = buildSchema(service);
  const graphql = createGraphql({
    config: readConfig({}),
    service,
    schema,
    receipts: noReceipts,
    logger: createLogger('silent'),
    metrics: createMetrics(),
  });
  const client = createClient({ url: 'http://localhost/graphql', fetch: fetchInProcess(graphql) });
  return { client, service, close: async () => undefined };
}

it('shows its secret with every operation, and nothing without one', async () => {
  const seen: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    seen.push(new Headers(init?.headers).get('authorization'));
    throw new Error('No more is needed.');
  };
  for (const secret of ['lk_1', null]) {
    const client = createClient({ url: 'http://localhost/graphql', fetch, secret });
    await expect(client.request(CatalogDocument, {})).rejects.toThrow();
    const stream = client.subscribe(StreamInfillDocument, { input });
    await expect(stream.next()).rejects.toThrow();
  }
  expect(seen).toEqual(['Bearer lk_1', 'Bearer lk_1', null, null]);
});

const input = { source: { text: 'a [MASK:1]' }, decoder: { maria: {} } };

describe.each([
  ['over a URL', overUrl],
  ['in the same process', inProcess],
])('the client, %s,', (_, setup) => {
  let client: Client;
  let service: FakeService;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ client, service, close } = await setup());
  });
  afterEach(() => close());

  it('requests', async () => {
    const { infill } = await client.request(InfillDocument, { input });
    expect(infill).toMatchObject({
      __typename: 'Infill',
      status: 'COMPLETED',
      source: 'a [MASK:1]',
    });
    const catalog = await client.request(CatalogDocument, {});
    expect(catalog.models[0]?.decoders[0]?.name).toBe('maria');
  });

  it('submits, follows, finds, lists and cancels', async () => {
    const { submitInfill } = await client.request(SubmitInfillDocument, { input });
    if (submitInfill.__typename !== 'Infill') throw new Error(submitInfill.__typename);
    const { id } = submitInfill;
    const seen: number[] = [];
    for await (const { infillEvents } of client.subscribe(FollowInfillDocument, { id, after: 0 })) {
      if ('seq' in infillEvents) seen.push(infillEvents.seq);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect((await client.request(FindInfillDocument, { id })).infill?.text).toBe('filled');
    expect((await client.request(ListInfillsDocument, { first: 5 })).infills.totalCount).toBe(1);
    expect((await client.request(CancelInfillDocument, { id })).cancelInfill).toMatchObject({
      status: 'COMPLETED',
    });
  });

  it('streams', async () => {
    const types: string[] = [];
    for await (const { infill } of client.subscribe(StreamInfillDocument, { input }))
      types.push(infill.__typename);
    expect(types).toEqual([
      'InfillQueued',
      'InfillStarted',
      'InfillTokensCommitted',
      'InfillCompleted',
    ]);
  });

  it('ends the stream when it is left', async () => {
    service.pauseBefore = 2;
    for await (const { infill } of client.subscribe(StreamInfillDocument, { input })) {
      if (infill.__typename === 'InfillStarted') break;
    }
    await until(() => service.openStreams === 0);
    expect(service.runs[0]?.status).toBe('CANCELLED');
  });

  it('ends the stream when its signal aborts', async () => {
    service.pauseBefore = 2;
    const stop = new AbortController();
    const types: string[] = [];
    for await (const { infill } of client.subscribe(StreamInfillDocument, { input }, stop.signal)) {
      types.push(infill.__typename);
      if (types.length === 2) stop.abort();
    }
    expect(types).toEqual(['InfillQueued', 'InfillStarted']);
    await until(() => service.openStreams === 0);
  });

  it('gets expected errors as data', async () => {
    const wrong = { source: { text: 'no mask' } };
    const { infill } = await client.request(InfillDocument, { input: wrong });
    expect(infill).toMatchObject({
      __typename: 'ValidationError',
      problems: [{ code: 'INVALID_TEMPLATE' }, {}],
    });
  });

  it('rejects for errors that are not data', async () => {
    service.failure = new Error('A defect.');
    await expect(client.request(InfillDocument, { input })).rejects.toThrow(
      'The server refused the operation: Internal error',
    );
    const stream = client.subscribe(StreamInfillDocument, { input });
    await expect(stream.next()).rejects.toThrow('The server refused the operation: Internal error');
  });
});

describe('a client of something else', () => {
  it.each([
    ['a page', '<!doctype html>'],
    ['other JSON', '{"message":"Not Found"}'],
    ['no object', '[]'],
  ])('names the status of %s', async (_, body) => {
    const fetch = async () => new Response(body, { status: 404 });
    const client = createClient({ url: 'http://127.0.0.1/graphql', fetch });
    await expect(client.request(CatalogDocument, {})).rejects.toThrow(
      'It answers with status 404 and not with a GraphQL result.',
    );
  });
});

describe('a client without a server', () => {
  it('rejects', async () => {
    const client = createClient({ url: 'http://127.0.0.1:9/graphql' });
    await expect(client.request(CatalogDocument, {})).rejects.toThrow();
    await expect(client.subscribe(StreamInfillDocument, { input }).next()).rejects.toThrow();
  });
});
