import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedServer, startKeyedServer } from '../support/keyed-server.ts';
import type { Json } from '../support/run-operation.ts';
import { post } from '../support/test-server.ts';

let server: KeyedServer;
let stranger: string;
let owner: string;
/** An infill of the owner that is over, and one that runs. */
let over: string;
let live: string;

const input = 'input: { source: { text: "[MASK]" } }';

/** Sends an operation with a key. */
async function ask(secret: string, query: string) {
  const answer = await post(server, query, { headers: { authorization: `Bearer ${secret}` } });
  const { data, errors }: Json = await answer.json();
  expect(errors).toBeUndefined();
  return data;
}

async function submit(secret: string): Promise<string> {
  const data = await ask(secret, `mutation { submitInfill(${input}) { ... on Infill { id } } }`);
  return data.submitInfill.id;
}

beforeAll(async () => {
  server = await startKeyedServer();
  owner = await server.newKey({ owner: 'ada', scopes: ['ADMIN'] });
  stranger = await server.newKey({ owner: 'bob', scopes: ['ADMIN'] });
  over = await submit(owner);
  server.dispatcher.isHeld = true;
  live = await submit(owner);
  server.dispatcher.isHeld = false;
}, 120_000);

afterAll(async () => {
  await ask(owner, `mutation { cancelInfill(input: { id: "${live}" }) { __typename } }`);
  await server.close();
});

describe.each([
  ['that is over', () => over],
  ['that runs', () => live],
])('an infill %s', (_, id) => {
  const byId: readonly (readonly [string, () => string])[] = [
    ['node', () => `{ found: node(id: "${id()}") { id } }`],
    ['infill', () => `{ found: infill(id: "${id()}") { id } }`],
  ];

  it.each(byId)('is null to others as `%s`, and there for its owner', async (_field, query) => {
    expect((await ask(stranger, query())).found).toBeNull();
    expect((await ask(owner, query())).found).toEqual({ id: id() });
  });

  it('is null to others among `nodes`', async () => {
    const own = await submit(stranger);
    const { nodes } = await ask(stranger, `{ nodes(ids: ["${id()}", "${own}"]) { id } }`);
    expect(nodes).toEqual([null, { id: own }]);
  });

  it('is not in the list of others, and not counted there', async () => {
    const query = '{ infills(first: 100) { totalCount nodes { id } } }';
    const theirs = (await ask(stranger, query)).infills;
    expect(theirs.nodes.map((node: { id: string }) => node.id)).not.toContain(id());
    expect(theirs.totalCount).toBe(theirs.nodes.length);
    const own = (await ask(owner, query)).infills;
    expect(own.nodes.map((node: { id: string }) => node.id)).toContain(id());
  });

  it.each([
    ['cancelInfill', () => `cancelInfill(input: { id: "${id()}" })`],
    [
      'supersedes',
      () => `infill(input: { source: { text: "[MASK]" }, supersedes: "${id()}", waitMs: 0 })`,
    ],
  ])('is not found by others with `%s`, and goes on', async (_field, call) => {
    const cancelled = server.dispatcher.cancelled.length;
    const query = `mutation { answer: ${call()} { __typename ... on Error { code } } }`;
    expect((await ask(stranger, query)).answer).toEqual({
      __typename: 'NotFoundError',
      code: 'UNKNOWN_RUN',
    });
    expect(server.dispatcher.cancelled).toHaveLength(cancelled);
  });

  it('cannot be deleted by others', async () => {
    const query = `mutation { deleteInfills(input: { ids: ["${id()}"] }) { __typename } }`;
    expect((await ask(stranger, query)).deleteInfills.__typename).not.toBe('DeletedInfills');
    expect((await ask(owner, `{ infill(id: "${id()}") { id } }`)).infill).not.toBeNull();
  });

  it('is not followed by others', async () => {
    const query = `subscription { infillEvents(id: "${id()}") { __typename ... on Error { code } } }`;
    const headers = { authorization: `Bearer ${stranger}`, accept: 'text/event-stream' };
    const text = await (await post(server, query, { headers })).text();
    const items = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json));
    expect(items).toEqual([
      { data: { infillEvents: { __typename: 'NotFoundError', code: 'UNKNOWN_RUN' } } },
    ]);
  });
});

it('may have the idempotency key of an infill of another owner', async () => {
  const query = `mutation { submitInfill(input: { source: { text: "[MASK]" }, idempotencyKey: "k" }) { ... on Infill { id } } }`;
  const mine = (await ask(owner, query)).submitInfill.id;
  expect((await ask(stranger, query)).submitInfill.id).not.toBe(mine);
});
