/**
 * The built server with the bundled models and the embedded database, as its users meet it.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import {
  CancelInfillDocument,
  FindInfillDocument,
  FollowInfillDocument,
  InfillDocument,
  StreamInfillDocument,
  SubmitInfillDocument,
} from '../../src/client/generated/graphql.ts';
import { infill, openPack } from '../../src/index.ts';
import { packageRoot } from '../../src/package-root.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const tale = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';
/** About a second of work: long enough to be stopped in the middle. */
const longTale = `${'[MASK:30] and then '.repeat(3)}the end.`;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

let folder: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
let client: Client;
beforeAll(async () => {
  folder = makeDataDir();
  server = await startServerProcess(folder.path);
  client = createClient({ url: `${server.url}/graphql` });
}, 60_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('a server with the bundled models', () => {
  it.each([
    ['maria', { maria: {} }],
    ['autoregressive', { autoregressive: {} }],
  ] as const)('fills the tale with %s, token by token, and keeps it', async (name, decoder) => {
    const input = { source: { text: tale }, decoder, seed: '7' };
    const items = (await collect(client.subscribe(StreamInfillDocument, { input }))).map(
      ({ infill }) => infill,
    );
    expect(items.map(({ __typename }) => __typename)).toEqual([
      'InfillQueued',
      'InfillStarted',
      ...items.slice(2, -1).map(() => 'InfillTokensCommitted'),
      'InfillCompleted',
    ]);
    expect(items.map((item) => ('seq' in item ? item.seq : -1))).toEqual([...items.keys()]);
    const committed = items.flatMap((item) =>
      item.__typename === 'InfillTokensCommitted' ? item.tokens : [],
    );
    expect(committed.length).toBe(3);
    const last = items.at(-1);
    if (last?.__typename !== 'InfillCompleted') throw new Error('It did not complete.');
    expect(last.infill.text).toMatch(/^Once upon a time there was a \S.* who lived in the \S+\.$/);
    const { infill } = await client.request(FindInfillDocument, { id: last.infill.id });
    expect(infill).toMatchObject({
      status: 'COMPLETED',
      text: last.infill.text,
      decoderName: name,
      seed: '7',
    });
    expect(infill?.usage).toMatchObject({
      committedTokens: 3,
      maskedPasses: name === 'maria' ? 1 : 0,
    });
  });

  it('fills as the library does with the same seed', async () => {
    const pack = await openPack();
    for (const decoder of ['maria', 'autoregressive'] as const) {
      const input = {
        source: { text: longTale },
        decoder: decoder === 'maria' ? { maria: {} } : { autoregressive: {} },
        sampling: { temperature: 1 },
        seed: '11',
      };
      const served = await client.request(InfillDocument, { input });
      const { text } = await infill(pack, longTale, {
        decoder,
        sampling: { temperature: 1 },
        seed: 11n,
      });
      expect(served.infill).toMatchObject({ status: 'COMPLETED', text });
    }
    await pack.close();
  });

  it('carries the same items over server-sent events and over graphql-ws, live and from the store', async () => {
    const input = { source: { text: tale }, seed: '7' };
    const { submitInfill } = await client.request(SubmitInfillDocument, { input });
    if (submitInfill.__typename !== 'Infill') throw new Error('It was refused.');
    const { id } = submitInfill;
    const webSocket = createWsClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
    });
    const overWs = (after: number | null) =>
      collect(
        webSocket.iterate({ query: FollowInfillDocument.toString(), variables: { id, after } }),
      );
    const [live, liveWs] = await Promise.all([
      collect(client.subscribe(FollowInfillDocument, { id, after: null })),
      overWs(null),
    ]);
    const events = live.map(({ infillEvents }) => infillEvents);
    expect(liveWs.map(({ data }) => data?.['infillEvents'])).toEqual(events);
    const stored = await collect(client.subscribe(FollowInfillDocument, { id, after: 1 }));
    expect(stored.map(({ infillEvents }) => infillEvents)).toEqual(events.slice(2));
    expect((await overWs(1)).map(({ data }) => data?.['infillEvents'])).toEqual(events.slice(2));
    await webSocket.dispose();
  });

  it('cancels a run in the middle and keeps what was filled', async () => {
    const input = { source: { text: longTale }, decoder: { autoregressive: {} } };
    // Others beside it, so that it takes long enough.
    for (let others = 0; others < 3; others++)
      await client.request(SubmitInfillDocument, { input });
    const { submitInfill } = await client.request(SubmitInfillDocument, { input });
    if (submitInfill.__typename !== 'Infill') throw new Error('It was refused.');
    const { id } = submitInfill;
    const types: string[] = [];
    for await (const { infillEvents } of client.subscribe(FollowInfillDocument, {
      id,
      after: null,
    })) {
      types.push(infillEvents.__typename);
      if (types.length === 4) await client.request(CancelInfillDocument, { id });
    }
    expect(types.at(-1)).toBe('InfillCancelled');
    const { infill } = await client.request(FindInfillDocument, { id });
    expect(infill).toMatchObject({ status: 'CANCELLED', text: null });
    expect(infill?.usage?.committedTokens).toBeGreaterThan(0);
    expect(infill?.usage?.committedTokens).toBeLessThan(90);
  });

  it('says all that is wrong with an input at once, as data', async () => {
    const input = {
      source: { text: 'A [MASK:0] and a [MASK:x].' },
      sampling: { temperature: -1, topP: 2 },
      seed: '-1',
      alternatives: 21,
    };
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation ($input: InfillInput!) { infill(input: $input) {
          __typename ... on ValidationError { problems { path code value limit } } } }`,
        variables: { input },
      }),
    });
    const { data } = await response.json();
    const problems = data.infill.problems.map(({ path }: { path: string[] }) => path.join('.'));
    expect(problems.sort()).toEqual([
      'alternatives',
      'sampling.temperature',
      'sampling.topP',
      'seed',
      'source.text',
      'source.text',
    ]);
  });
});

describe('a server that is told to stop', () => {
  it('lets a run end, stores it, and exits 0; the next server has it', async () => {
    const data = makeDataDir();
    const first = await startServerProcess(data.path);
    const input = { source: { text: longTale } };
    const { submitInfill } = await createClient({ url: `${first.url}/graphql` }).request(
      SubmitInfillDocument,
      { input },
    );
    if (submitInfill.__typename !== 'Infill') throw new Error('It was refused.');
    expect(await first.stop()).toBe(0);
    const second = await startServerProcess(data.path);
    const { infill } = await createClient({ url: `${second.url}/graphql` }).request(
      FindInfillDocument,
      { id: submitInfill.id },
    );
    expect(infill).toMatchObject({ status: 'COMPLETED', usage: { committedTokens: 90 } });
    expect(await second.stop()).toBe(0);
    data.remove();
  }, 60_000);

  it('drains too when npm is told in its place', async () => {
    const data = makeDataDir();
    const npm = spawn('npm', ['start'], {
      cwd: packageRoot(),
      env: { ...process.env, PORT: '0', DATA_DIR: data.path },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const messages: string[] = [];
    // The pipe closes when the server has ended, and not when npm has.
    for await (const line of createInterface({ input: npm.stdout })) {
      const msg = line.startsWith('{') ? JSON.parse(line).msg : '';
      messages.push(msg);
      if (msg === 'listening') npm.kill('SIGTERM');
    }
    expect(messages.slice(-2)).toEqual(['draining', 'stopped']);
    data.remove();
  }, 60_000);

  it('cancels what does not end within the grace, and exits 0', async () => {
    const data = makeDataDir();
    const first = await startServerProcess(data.path, { SHUTDOWN_GRACE_MS: '0' });
    const input = { source: { text: longTale }, decoder: { autoregressive: {} } };
    const run = createClient({ url: `${first.url}/graphql` }).subscribe(StreamInfillDocument, {
      input,
    });
    const types: string[] = [];
    for await (const { infill } of run) {
      types.push(infill.__typename);
      if (types.length === 4) first.child.kill('SIGTERM');
    }
    expect(types.at(-1)).toBe('InfillCancelled');
    expect(await first.exited()).toBe(0);
    data.remove();
  }, 60_000);

  it('does not wait for a worker that hangs, stores its run as interrupted, and exits 0', async () => {
    const data = makeDataDir();
    const first = await startServerProcess(data.path, { SHUTDOWN_GRACE_MS: '0' });
    const worker = first.log.find(({ msg }) => msg === 'worker ready');
    const input = { source: { text: longTale }, decoder: { autoregressive: {} } };
    const run = createClient({ url: `${first.url}/graphql` }).subscribe(StreamInfillDocument, {
      input,
    });
    let count = 0;
    let last: unknown;
    for await (const { infill } of run) {
      count += 1;
      last = infill;
      if (count !== 4) continue;
      process.kill(Number(worker?.['pid']), 'SIGSTOP');
      first.child.kill('SIGTERM');
    }
    expect(last).toMatchObject({
      __typename: 'InfillFailed',
      error: { code: 'INTERRUPTED' },
      infill: { status: 'FAILED' },
    });
    expect(await first.exited()).toBe(0);
    data.remove();
    // The limit is the test: a worker that hangs is otherwise killed after a minute.
  }, 45_000);

  it('fails the runs of a server that was killed, once it starts again', async () => {
    const data = makeDataDir();
    const first = await startServerProcess(data.path);
    const input = { source: { text: longTale }, decoder: { autoregressive: {} } };
    const { submitInfill } = await createClient({ url: `${first.url}/graphql` }).request(
      SubmitInfillDocument,
      { input },
    );
    if (submitInfill.__typename !== 'Infill') throw new Error('It was refused.');
    const { id } = submitInfill;
    first.child.kill('SIGKILL');
    await first.exited();
    const second = await startServerProcess(data.path);
    const again = createClient({ url: `${second.url}/graphql` });
    expect((await again.request(FindInfillDocument, { id })).infill).toMatchObject({
      status: 'FAILED',
      error: { code: 'INTERRUPTED' },
    });
    for (const after of [null, 40]) {
      const events = await collect(again.subscribe(FollowInfillDocument, { id, after }));
      expect(events.at(-1)?.infillEvents.__typename).toBe('InfillFailed');
    }
    await second.stop();
    data.remove();
  }, 60_000);
});
