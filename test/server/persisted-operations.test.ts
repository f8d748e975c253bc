import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { readPersistedOperations } from '../../src/server/persisted-operations.ts';
import { localViewer, type Viewer } from '../../src/service/service.ts';
import { createApi } from '../support/run-operation.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { post, startTestServer, type TestServer } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

const folder = temporaryFolder();
const { schema } = createApi();

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function fileOf(content: unknown): string {
  const path = join(folder, `${sha256(JSON.stringify(content)).slice(0, 8)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemsOf(content: unknown): readonly string[] {
  try {
    readPersistedOperations(fileOf(content), schema);
  } catch (error) {
    if (error instanceof InfillError && error.code === 'INVALID_CONFIG')
      return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

const viewer = '{ viewer { owner } }';
const follow = 'subscription { infill(input: { source: { text: "[MASK]" } }) { __typename } }';

describe('the file of persisted operations', () => {
  it('has documents by name or by their SHA-256', () => {
    const documents = { viewer, [sha256(follow)]: follow };
    const read = readPersistedOperations(fileOf(documents), schema);
    expect(Object.fromEntries(read)).toEqual(documents);
  });

  it.each([
    ['what is not JSON', 'nothing', ['it is not JSON: ']],
    ['a list', [viewer], ['it is not a JSON object']],
    ['nothing at all', {}, ['it has no operation']],
    ['a document that is no text', { viewer: 7 }, ['operation "viewer": it is not a text']],
    ['an id that is no name', { 'a b': viewer }, ['operation "a b": its id is neither']],
    [
      'another hash',
      { [sha256('')]: viewer },
      [`the SHA-256 of its document is ${sha256(viewer)}`],
    ],
    ['everything at once', { a: '{ viewer {', b: '{ nothing }' }, ['Syntax Error', 'nothing']],
  ])('is refused with %s', (_, content, reasons) => {
    const problems = problemsOf(content);
    expect(problems).toHaveLength(reasons.length);
    for (const [index, reason] of reasons.entries()) {
      expect(problems[index]).toMatch(/^PERSISTED_OPERATIONS is .*\.json: /);
      expect(problems[index]).toContain(reason);
    }
  });

  it('is refused when it is not there', () => {
    const path = join(folder, 'absent.json');
    expect(() => readPersistedOperations(path, schema)).toThrow(
      `${path}: it cannot be read: ENOENT`,
    );
  });
});

it('runs the example of the documentation as it is', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const [file = '', request = ''] = [...page.matchAll(/```json\n([^`]+)```/g)].map(
    ([, text]) => text,
  );
  const documents = readPersistedOperations(fileOf(file), schema);
  const server = await startTestServer({}, { persisted: { documents, ownDocuments: new Set() } });
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: request,
  });
  expect(await response.json()).toEqual({ data: { infill: { text: 'filled' } } });
  await server.close();
});

describe('a server with persisted operations', () => {
  const own = '{ viewer { owner queuedRuns } }';
  const persisted = {
    documents: new Map([
      ['viewer', viewer],
      [sha256(follow), follow],
    ]),
    ownDocuments: new Set([own]),
  };
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({}, { persisted });
  });
  afterAll(() => server.close());

  async function send(body: object, headers = {}) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }

  function persistedQuery(sha256Hash: string) {
    return { extensions: { persistedQuery: { version: 1, sha256Hash } } };
  }

  it('runs one that is named, over POST and GET', async () => {
    const answer = { status: 200, text: '{"data":{"viewer":{"owner":"local"}}}' };
    expect(await send(persistedQuery('viewer'))).toEqual(answer);
    const url = new URL(`${server.url}/graphql`);
    url.searchParams.set('extensions', JSON.stringify(persistedQuery('viewer').extensions));
    const response = await fetch(url, { headers: { accept: 'application/json' } });
    expect(await response.json()).toEqual(JSON.parse(answer.text));
  });

  it('streams one', async () => {
    const accept = 'text/event-stream';
    const { text } = await send(persistedQuery(sha256(follow)), { accept });
    expect(text).toContain('InfillCompleted');
  });

  it.each([
    ['a document', { query: viewer }, 'PERSISTED_QUERY_ONLY'],
    [
      'a document beside an id',
      { query: viewer, ...persistedQuery('viewer') },
      'PERSISTED_QUERY_ONLY',
    ],
    ['an id of nothing', persistedQuery('other'), 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['a name of every object', persistedQuery('constructor'), 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['nothing', {}, 'PERSISTED_QUERY_ID_REQUIRED'],
  ])('refuses %s', async (_, body, code) => {
    const { status, text } = await send(body);
    expect(JSON.parse(text).errors[0].extensions.code).toBe(code);
    expect(status).toBe(400);
    const client = await openWs(server.url);
    client.send({ id: '1', type: 'subscribe', payload: { query: '', ...body } });
    const message = await client.next(({ id }) => id === '1');
    expect(message).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
    client.socket.close();
  });

  it('runs one over a WebSocket', async () => {
    const client = await openWs(server.url);
    const payload = { query: '', ...persistedQuery(sha256(follow)) };
    client.send({ id: '1', type: 'subscribe', payload });
    await client.next(({ type }) => type === 'complete');
    expect(JSON.stringify(client.received)).toContain('InfillCompleted');
    client.socket.close();
  });

  it('runs the documents of the command line, as they are', async () => {
    expect((await send({ query: own })).status).toBe(200);
    expect((await send({ query: `${own} ` })).status).toBe(400);
  });

  it('runs no document of the command line for a key', async () => {
    const viewer: Viewer = {
      ...localViewer,
      credential: { kind: 'API_KEY', id: '1', name: 'n', costPerMinute: null, expiresAt: null },
    };
    const identity = { authenticate: async () => viewer };
    const other = await startTestServer({}, { persisted, identity });
    const { status } = await post(other, own, { headers: { authorization: 'Bearer lk_x' } });
    await other.close();
    expect(status).toBe(400);
  });
});
