/**
 * Clients that vanish in the middle of their streams, half over server-sent events and half over WebSockets, a third of
 * them with idempotency keys, which they could come back with: what is left of their runs.
 *
 *   npm run build && npx tsx bench/vanishing-clients.ts [--clients N]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from '../src/client/client.ts';
import {
  InfillDocument,
  ListInfillsDocument,
  StreamInfillDocument,
} from '../src/client/generated/graphql.ts';
import { openWs } from '../test/support/ws-client.ts';
import { machineState } from './figures.ts';
import { longText } from './filling.ts';
import { figuresOf, print, timeUntil, withServer } from './load.ts';

const { values } = parseArgs({ options: { clients: { type: 'string', default: '200' } } });
const clientCount = Number(values.clients);
/** Each leaves after its first event and before this. */
const maxStayMs = 3000;
const limitMs = 60_000;
const watchMs = 1000;
const figures = [
  'lacuna_num_requests_running',
  'lacuna_num_requests_waiting',
  'lacuna_subscriptions_open',
  'lacuna_websockets_open',
] as const;

await withServer(async ({ url }) => {
  print(`${machineState()}; ${clientCount} clients`);
  const visits = Array.from({ length: clientCount }, (_, index) =>
    index % 2 === 0 ? visitOverSse(url, index) : visitOverWs(url, index),
  );
  const watch = setInterval(() => void shown(url).then(print), watchMs);
  await Promise.all(visits);
  clearInterval(watch);
  const endMs = await timeUntil(async () => !(await isBusy(url)), limitMs);
  print(
    `all have vanished; nothing waited, ran or was subscribed to ${endMs.toFixed(0)} ms later:`,
  );
  print(await shown(url));
  await report(url);
});

function inputOf(index: number) {
  return {
    source: { text: longText(100) },
    decoder: { autoregressive: {} },
    ...(index % 3 === 0 ? { idempotencyKey: `client-${index}` } : {}),
  };
}

async function visitOverSse(url: string, index: number): Promise<void> {
  const gone = new AbortController();
  const variables = { input: inputOf(index) };
  const items = createClient({ url: `${url}/graphql` }).subscribe(
    StreamInfillDocument,
    variables,
    gone.signal,
  );
  await items.next();
  const left = sleep(Math.random() * maxStayMs).then(() => gone.abort());
  for await (const _ of items) if (gone.signal.aborted) break;
  await left;
}

async function visitOverWs(url: string, index: number): Promise<void> {
  const client = await openWs(url);
  const query = StreamInfillDocument.toString();
  const payload = { query, variables: { input: inputOf(index) } };
  client.send({ id: '1', type: 'subscribe', payload });
  await client.next(({ type }) => type === 'next');
  await sleep(Math.random() * maxStayMs);
  client.socket.terminate();
}

async function isBusy(url: string): Promise<boolean> {
  const sums = await figuresOf(url);
  return figures.some((name) => sums.get(name) !== 0);
}

async function shown(url: string): Promise<string> {
  const sums = await figuresOf(url);
  return `  ${figures.map((name) => `${name} ${sums.get(name)}`).join(', ')}`;
}

async function report(url: string): Promise<void> {
  const client = createClient({ url: `${url}/graphql` });
  for (const status of ['QUEUED', 'RUNNING', 'CANCELLED', 'COMPLETED', 'FAILED'] as const) {
    const { infills } = await client.request(ListInfillsDocument, {
      first: 1,
      filter: { statuses: [status] },
    });
    print(`  ${status} ${infills.totalCount}`);
  }
  const start = performance.now();
  const { infill } = await client.request(InfillDocument, {
    input: { source: { text: 'The [MASK] sat.' } },
  });
  const status = infill.__typename === 'Infill' ? infill.status : infill.__typename;
  print(`the next infill: ${status} in ${(performance.now() - start).toFixed(0)} ms`);
}
