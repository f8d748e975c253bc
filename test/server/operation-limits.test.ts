import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleOperations } from '../../src/server/example-operations.ts';
import { post, startTestServer, type TestServer } from '../support/test-server.ts';
import { openWs, type WsClient } from '../support/ws-client.ts';

let server: TestServer;
let ws: WsClient;

beforeAll(async () => {
  server = await startTestServer();
  ws = await openWs(server.url);
});
afterAll(async () => {
  ws.socket.terminate();
  await server.close();
});

const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const nested = (depth: number) =>
  `{ nodes(ids: []) ${'{ ... on Infill { decoder '.repeat(depth)} { name } ${'} }'.repeat(depth)} }`;

const excessive = [
  ['tokens', `{ ${'__typename '.repeat(1001)} }`, 'Token limit of 1000'],
  ['aliases', `{ ${repeat(31, (index) => `a${index}: viewer { owner }`)} }`, 'Aliases limit of 30'],
  ['directives', `{ __typename ${'@skip(if: false) '.repeat(21)} }`, 'Directives limit of 20'],
  ['depth', nested(13), 'depth limit of 12'],
  [
    'depth, behind fragments',
    `${repeat(13, (index) => `fragment F${index} on Infill { id model { decoders { name } } ${index === 0 ? '' : `...F${index - 1}`} }`)}
     { infills { nodes { model { state } decoder { capabilities { streams } } ... on Infill { ...F12 } } } __type(name: "Query") { ${'ofType { '.repeat(12)} name ${'}'.repeat(12)} } }`,
    'depth limit of 12',
  ],
  [
    'aliases, behind fragments',
    `fragment F on Query { ${repeat(16, (index) => `a${index}: __type(name: "x") { name }`)} } { ...F ...F }`,
    'Aliases limit of 30',
  ],
] as const;

describe('operations with too many or too much', () => {
  it.each(excessive)('%s are refused over HTTP', async (_, query, message) => {
    const response = await post(server, query);
    const { errors, data } = await response.json();
    expect(response.status).toBe(400);
    expect(data).toBeUndefined();
    expect(JSON.stringify(errors)).toContain(message);
  });

  it.each(excessive)(
    '%s are refused over WebSocket, and the connection lives on',
    async (name, query, message) => {
      ws.subscribe(name, query);
      const answer = await ws.next(({ id }) => id === name);
      expect(answer.type).toBe('error');
      expect(JSON.stringify(answer.payload)).toContain(message);
      ws.subscribe(`${name} after`, '{ __typename }');
      expect((await ws.next(({ id }) => id === `${name} after`)).type).toBe('next');
    },
  );
});

describe('ordinary operations', () => {
  it.each([
    ...exampleOperations.map((query, index) => [`example ${index}`, query]),
    [
      'introspection',
      getIntrospectionQuery({
        inputValueDeprecation: true,
        schemaDescription: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
      }),
    ],
  ])('stay below the limits: %s', async (_, query = '') => {
    const response = await post(server, query, {
      variables: { id: 'x' },
      headers: { accept: 'application/json, text/event-stream' },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('"errors"');
  });
});
