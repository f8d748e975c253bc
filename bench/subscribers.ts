/**
 * Many subscribers on one run, first when it is over and then on a live one, half of them over server-sent events and
 * half over WebSockets: the resident memory of the server's main process before, during and after.
 *
 *   npm run build && npx tsx bench/subscribers.ts [--subscribers N]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from '../src/client/client.ts';
import { SubmitInfillDocument } from '../src/client/generated/graphql.ts';
import { type Follower, transports } from '../test/support/followers.ts';
import type { ServerProcess } from '../test/support/server-process.ts';
import { machineState } from './figures.ts';
import { longText } from './filling.ts';
import { figuresOf, print, residentMegabytes, timeUntil, withServer } from './load.ts';

const { values } = parseArgs({ options: { subscribers: { type: 'string', default: '1000' } } });
const subscriberCount = Number(values.subscribers);
const limitMs = 120_000;
/** How long memory has to settle. */
const restMs = 5000;
/** Submitted ahead of the live run, so that all have subscribed before it ends. */
const aheadCount = 48;
const groupSize = 20;

await withServer(async (server) => {
  print(`${machineState()}; ${subscriberCount} subscribers`);
  const finished = await submit(server.url);
  await timeUntil(async () => (await waitingRuns(server.url)) === 0, limitMs);
  await sleep(restMs);
  print('a finished run');
  await measure(server, finished);
  print('a live run');
  for (let count = 0; count < aheadCount; count++) await submit(server.url);
  await measure(server, await submit(server.url));
});

async function submit(url: string): Promise<string> {
  const input = { source: { text: longText(100) }, decoder: { autoregressive: {} } };
  const { submitInfill } = await createClient({ url: `${url}/graphql` }).request(
    SubmitInfillDocument,
    { input },
  );
  if (submitInfill.__typename !== 'Infill') throw new Error(submitInfill.__typename);
  return submitInfill.id;
}

async function waitingRuns(url: string): Promise<number> {
  const sums = await figuresOf(url);
  return (
    (sums.get('lacuna_num_requests_running') ?? 0) + (sums.get('lacuna_num_requests_waiting') ?? 0)
  );
}

async function measure(server: ServerProcess, infillId: string): Promise<void> {
  print(`  before: ${residentMegabytes(server).toFixed(0)} MB`);
  const start = performance.now();
  let mostMegabytes = 0;
  const sampling = setInterval(() => {
    mostMegabytes = Math.max(mostMegabytes, residentMegabytes(server));
  }, 250);
  const followers = await subscribeAll(server.url, infillId);
  print(`  connected after ${(performance.now() - start).toFixed(0)} ms`);
  const open = (await figuresOf(server.url)).get('lacuna_subscriptions_open');
  print(`  open subscriptions then: ${open}`);
  await timeUntil(() => followers.every((follower) => follower.isComplete()), limitMs);
  clearInterval(sampling);
  print(
    `  all at the end after ${(performance.now() - start).toFixed(0)} ms: ${sameItems(followers)}`,
  );
  print(`  during: at most ${mostMegabytes.toFixed(0)} MB`);
  for (const { socket } of followers) socket.destroy();
  await sleep(restMs);
  print(`  ${restMs} ms after: ${residentMegabytes(server).toFixed(0)} MB`);
}

/** A few at a time: a WebSocket that does not begin within three seconds is closed. */
async function subscribeAll(url: string, infillId: string): Promise<readonly Follower[]> {
  const followers: Follower[] = [];
  while (followers.length < subscriberCount) {
    const group = Array.from({ length: groupSize }, (_, index) => {
      const [, follow] = transports[index % 2 === 0 ? 0 : 1];
      return follow(url, infillId);
    });
    followers.push(...(await Promise.all(group)));
  }
  return followers;
}

function sameItems(followers: readonly Follower[]): string {
  const ends = followers.map((follower) => JSON.stringify(follower.items().at(-1)));
  const counts = followers.map((follower) => follower.items().length);
  const lagged = followers.filter((follower) =>
    follower.items().some((item) => item.__typename === 'InfillLagged'),
  ).length;
  return `${new Set(ends).size} distinct last item, ${Math.min(...counts)} to ${Math.max(...counts)} items, ${lagged} lagged`;
}
