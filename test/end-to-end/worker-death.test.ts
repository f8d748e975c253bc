/**
 * A decoding worker that is killed under a running server: who hears of it, how soon, and what comes afterwards.
 */
import { createClient as createWsClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/client/client.ts';
import {
  FindInfillDocument,
  FollowInfillDocument,
  InfillDocument,
  SubmitInfillDocument,
} from '../../src/client/generated/graphql.ts';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/test-server.ts';

/** About a second of work. */
const source = { text: `${'[MASK:30] and then '.repeat(3)}the end.` };
const maxEndMs = 10_000;
const runningCount = 2;
const waitingCount = 4;

let folder: ReturnType<typeof makeDataDir>;
let server: ServerProcess;
let client: Client;
beforeEach(async () => {
  folder = makeDataDir();
  server = await startServerProcess(folder.path, { MAX_RUNNING_RUNS: String(runningCount) });
  client = createClient({ url: `${server.url}/graphql` });
}, 60_000);
afterEach(async () => {
  await server.stop();
  folder.remove();
});

async function submit(): Promise<string> {
  const input = { source, decoder: { autoregressive: {} } };
  const { submitInfill } = await client.request(SubmitInfillDocument, { input });
  if (submitInfill.__typename !== 'Infill') throw new Error('It was refused.');
  return submitInfill.id;
}

type Watched = { readonly types: string[]; readonly last: Promise<unknown> };

function watch(items: AsyncIterable<unknown>): Watched {
  const types: string[] = [];
  const take = async () => {
    let last: unknown;
    for await (const item of items) {
      last = item;
      types.push(String((item as { readonly __typename: unknown }).__typename));
    }
    return last;
  };
  return { types, last: take() };
}

async function* overSse(id: string) {
  const items = client.subscribe(FollowInfillDocument, { id, after: null });
  for await (const { infillEvents } of items) yield infillEvents;
}

async function* overWs(id: string) {
  const url = `${server.url.replace('http', 'ws')}/graphql`;
  const webSocket = createWsClient({ url, webSocketImpl: WebSocket });
  const query = FollowInfillDocument.toString();
  for await (const { data } of webSocket.iterate({ query, variables: { id, after: null } })) {
    yield data?.['infillEvents'];
  }
  await webSocket.dispose();
}

function killWorker(): void {
  const worker = server.log.findLast(({ msg }) => msg === 'worker ready');
  process.kill(Number(worker?.['pid']), 'SIGKILL');
}

describe('a worker that is killed', () => {
  it('ends the runs that it decoded as failed within ten seconds, for every subscriber; the waiting ones are decoded by the next worker', async () => {
    const running = await Promise.all(Array.from({ length: runningCount }, submit));
    const followers = running.flatMap((id) => [watch(overSse(id)), watch(overWs(id))]);
    const waiting = await Promise.all(Array.from({ length: waitingCount }, submit));
    const waitingFollowers = waiting.map((id) => watch(overSse(id)));
    await until(() => followers.every(({ types }) => types.includes('InfillTokensCommitted')));
    killWorker();
    const killedAt = performance.now();
    for (const last of await Promise.all(followers.map((follower) => follower.last))) {
      expect(last).toMatchObject({
        __typename: 'InfillFailed',
        error: { code: 'WORKER_FAILED', message: expect.stringContaining('SIGKILL') },
        infill: { status: 'FAILED' },
      });
    }
    expect(performance.now() - killedAt).toBeLessThan(maxEndMs);
    for (const last of await Promise.all(waitingFollowers.map((follower) => follower.last))) {
      expect(last).toMatchObject({ __typename: 'InfillCompleted' });
    }
    for (const id of running) {
      expect((await client.request(FindInfillDocument, { id })).infill).toMatchObject({
        status: 'FAILED',
        error: { code: 'WORKER_FAILED' },
      });
    }
  }, 60_000);

  it('leaves a server that fills the next text', async () => {
    const id = await submit();
    const follower = watch(overSse(id));
    await until(() => follower.types.includes('InfillTokensCommitted'));
    killWorker();
    await follower.last;
    const { infill } = await client.request(InfillDocument, { input: { source } });
    expect(infill).toMatchObject({ __typename: 'Infill', status: 'COMPLETED' });
  }, 60_000);
});
