import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedServer, otherPage, page, startKeyedServer } from '../support/keyed-server.ts';
import { post } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';
import {
  type CredentialName,
  credentials,
  expectedStatus,
  expectedVerdict,
  type FieldRow,
  fieldRows,
  type PathRow,
  pathRows,
  type Verdict,
} from './authorisation-matrix.ts';
import { authorisationPage } from './authorisation-page.ts';

type Sent = { readonly headers: Readonly<Record<string, string>>; readonly infillId: string };
type Answered = {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string };
  }[];
};

let server: KeyedServer;
let sent: Readonly<Record<CredentialName, Sent>>;

beforeAll(async () => {
  server = await startKeyedServer();
  sent = await senders();
}, 120_000);

afterAll(() => server.close());

/** What each credential sends, and an infill of its owner. */
async function senders(): Promise<Record<CredentialName, Sent>> {
  const { clock, identity, newKey, newToken, machineSecret } = server;
  const soon = new Date(clock.now + 1000);
  const expired = await newKey({ expiresAt: soon });
  const revoked = await newKey({ name: 'revoked' });
  for (const { id, name } of await identity.listKeys()) {
    if (name === 'revoked') await identity.revokeKey(id);
  }
  const infill = await newKey();
  const lateToken = await newToken(infill, { ttlSeconds: 1 });
  clock.now += 1000;
  const token = await newToken(infill);
  const of = async (secret: string | null, origin?: string): Promise<Sent> => {
    const authorization = secret === null ? null : { authorization: `Bearer ${secret}` };
    return { headers: { ...authorization, ...(origin && { origin }) }, infillId: '' };
  };
  const withInfill = async (sender: Sent): Promise<Sent> => {
    const answer = await post(server, submit, { headers: sender.headers });
    const { data } = (await answer.json()) as { data: { submitInfill: { id: string } } };
    return { ...sender, infillId: data.submitInfill.id };
  };
  const ofInfill = await withInfill(await of(infill));
  const { infillId } = ofInfill;
  return {
    none: await of(null),
    wrong: await of('lk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'),
    read: { ...(await of(await newKey({ scopes: ['READ'] }))), infillId },
    infill: ofInfill,
    admin: { ...(await of(await newKey({ scopes: ['ADMIN'] }))), infillId },
    expired: await of(expired),
    revoked: await of(revoked),
    token: { ...(await of(token, page)), infillId },
    'late token': await of(lateToken, page),
    'strange token': await of(token, otherPage),
    machine: await withInfill(await of(machineSecret)),
  };
}

const submit =
  'mutation { submitInfill(input: { source: { text: "[MASK]" } }) { ... on Infill { id } } }';

function operationOf({ operation }: FieldRow, { infillId }: Sent): string {
  return operation.replace('$id', infillId);
}

/** What an answer says; only a whole one counts as `yes`. */
function verdictOf({ data, errors }: Answered): Verdict {
  const [error] = errors ?? [];
  if (error !== undefined) {
    expect(data ?? null).toBeNull();
    return error.extensions.code;
  }
  const [value] = Object.values(data ?? {});
  expect([value].flat()).not.toContain(null);
  const typeName = Object(value).__typename;
  return /Error$/.test(typeName) ? typeName : 'yes';
}

async function overHttp(row: FieldRow, sender: Sent): Promise<Verdict> {
  const answer = await post(server, operationOf(row, sender), { headers: sender.headers });
  if (answer.status === 401) {
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  }
  return verdictOf((await answer.json()) as Answered);
}

async function overEvents(row: FieldRow, sender: Sent): Promise<Verdict> {
  const headers = { ...sender.headers, accept: 'text/event-stream' };
  const answer = await post(server, operationOf(row, sender), { headers });
  const text = await answer.text();
  const [, first = text] = /^data: (\{.*)$/m.exec(text) ?? [];
  return verdictOf(JSON.parse(first) as Answered);
}

async function overWebSocket(row: FieldRow, sender: Sent): Promise<Verdict> {
  const { authorization, ...headers } = sender.headers;
  const client = await openWs(server.url, { init: false, headers });
  try {
    client.send({ type: 'connection_init', payload: authorization ? { authorization } : {} });
    const closed = client.closed.then(({ code }) => code);
    const acknowledged = client.next(({ type }) => type === 'connection_ack').catch(() => null);
    if ((await Promise.race([closed, acknowledged])) === 4403) return 'UNAUTHENTICATED';
    client.subscribe('1', operationOf(row, sender));
    const { payload } = await client.next(({ type }) => type === 'next' || type === 'error');
    return verdictOf((Array.isArray(payload) ? { errors: payload } : payload) as Answered);
  } finally {
    client.socket.terminate();
  }
}

async function statusAt({ method, path, accept }: PathRow, { headers }: Sent): Promise<number> {
  const query = accept === 'application/json' ? '?query={viewer{owner}}' : '';
  const answer = await fetch(`${server.url}${path}${query}`, {
    method,
    headers: { ...headers, accept },
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function answersOf<R>(row: R, ask: (row: R, sender: Sent) => Promise<Verdict | number>) {
  const answers = new Map<CredentialName, Verdict>();
  for (const name of credentials) answers.set(name, String(await ask(row, sent[name])));
  return answers;
}

function expectedAnswers(row: FieldRow) {
  return new Map(credentials.map((name) => [name, expectedVerdict(row, name)]));
}

const subscriptions = fieldRows.filter(({ field }) => field.startsWith('Subscription'));

describe('the matrix', () => {
  it('has every field of the root types, and no other', () => {
    const path = join(import.meta.dirname, '../../schema/schema.graphql');
    const schema = buildSchema(readFileSync(path, 'utf8'));
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
    );
    expect(fieldRows.map(({ field }) => field).sort()).toEqual(fields.sort());
  });

  it.each(fieldRows)('holds for $field over HTTP', async (row) => {
    const ask = subscriptions.includes(row) ? overEvents : overHttp;
    expect(await answersOf(row, ask)).toEqual(expectedAnswers(row));
  });

  it.each(subscriptions)('holds for $field over WebSocket', async (row) => {
    expect(await answersOf(row, overWebSocket)).toEqual(expectedAnswers(row));
  });

  it.each(pathRows)('holds for $method $path, $what', async (row) => {
    const expected = credentials.map((name) => [name, String(expectedStatus(row, name))] as const);
    expect(await answersOf(row, statusAt)).toEqual(new Map(expected));
  });

  it('is the page of the documentation', async () => {
    const fields = fieldRows.map((row) => [row, expectedAnswers(row)] as const);
    const paths = pathRows.map((row) => {
      const statuses = credentials.map(
        (name) => [name, String(expectedStatus(row, name))] as const,
      );
      return [row, new Map(statuses)] as const;
    });
    await expect(authorisationPage(fields, paths)).toMatchFileSnapshot(
      '../../docs/authorisation.md',
    );
  });
});
