/**
 * Kills a server with SIGKILL at random moments of its work, again and again over the same data, and looks after each
 * start for what was promised before: nothing acknowledged is lost or changed, no idempotency key has two infills, and no
 * run of a dead server is left unfinished.
 *
 * The embedded database in a folder of its own; with DATABASE_URL, that one, which should be empty.
 *
 *   npm run build && npx tsx bench/kill-nine.ts [--turns N] [--clients N]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, createClient } from '../src/client/client.ts';
import {
  InfillDocument,
  type InfillInput,
  ListInfillsDocument,
  type ListInfillsQuery,
  SubmitInfillDocument,
} from '../src/client/generated/graphql.ts';
import { makeDataDir, startServerProcess } from '../test/support/server-process.ts';
import { machineState } from './figures.ts';
import { longText } from './filling.ts';
import { print, roomySettings } from './load.ts';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '100' },
    clients: { type: 'string', default: '8' },
  },
});
const turnCount = Number(values.turns);
/** A server lives this long under load at most. */
const maxLifeMs = 1500;
const pageSize = 100;

/** What the server has said of a key: the id, and the text where it was said to be completed. */
type Promised = { readonly id: string; readonly text: string | null };

/** Each key that was ever sent; null: never answered. */
const sent = new Map<string, Promised | null>();
const counts = { lost: 0, changed: 0, twice: 0, unfinished: 0, other: 0 };
const statuses = new Map<string, number>();

const data = makeDataDir();
print(`${machineState()}; ${turnCount} turns`);
const startMs: number[] = [];
for (let turn = 0; turn <= turnCount; turn++) {
  const begun = performance.now();
  const server = await startServerProcess(data.path, { ...roomySettings, LOG_LEVEL: 'info' });
  startMs.push(performance.now() - begun);
  const client = createClient({ url: `${server.url}/graphql` });
  await inspect(client, true);
  if (turn === turnCount) {
    print(`before all keys are sent again: ${summary()}`);
    for (const key of sent.keys()) await send(client, key);
    await inspect(client, false);
    await server.stop();
    break;
  }
  const clients = Array.from({ length: Number(values.clients) }, (_, index) =>
    work(client, `${turn}-${index}`),
  );
  await sleep(Math.random() * maxLifeMs);
  server.child.kill('SIGKILL');
  await Promise.all([server.exited(), ...clients]);
  if (turn % 10 === 9) print(`  after ${turn + 1} turns: ${summary()}`);
}
data.remove();
print(summary());
print(`starts: median ${startMs.toSorted((a, b) => a - b)[startMs.length >> 1]?.toFixed(0)} ms`);
print(`statuses: ${[...statuses].map(([status, count]) => `${status} ${count}`).join(', ')}`);
if (Object.values(counts).some((count) => count > 0)) process.exitCode = 1;

/** Sends one infill after the other until the server is gone; some are waited for, some are sent twice at once. */
async function work(client: Client, name: string): Promise<void> {
  for (let index = 0; ; index++) {
    const key = `${name}-${index}`;
    const isAnswered = await send(client, key).catch(() => false);
    if (!isAnswered) return;
  }
}

async function send(client: Client, key: string): Promise<boolean> {
  if (!sent.has(key)) sent.set(key, null);
  const order = key.charCodeAt(key.length - 1) % 3;
  const source = { text: order === 0 ? longText(60) : 'The [MASK] sat on the [MASK:2].' };
  const input = { source, idempotencyKey: key, labels: [`key-${key}`] };
  if (order === 1) {
    const { infill } = await client.request(InfillDocument, { input });
    if (infill.__typename !== 'Infill') throw new Error(infill.__typename);
    keep(key, { id: infill.id, text: infill.text });
    return true;
  }
  const attempts = Array.from({ length: order === 2 ? 2 : 1 }, () => submit(client, key, input));
  await Promise.all(attempts);
  return true;
}

/** Each answer counts, whatever becomes of another attempt. */
async function submit(client: Client, key: string, input: InfillInput): Promise<void> {
  const { submitInfill } = await client.request(SubmitInfillDocument, { input });
  if (submitInfill.__typename !== 'Infill') throw new Error(submitInfill.__typename);
  keep(key, { id: submitInfill.id, text: null });
}

/** Remembers an answer; another id than the one before is a second infill. */
function keep(key: string, promised: Promised): void {
  const before = sent.get(key);
  if (before && before.id !== promised.id) counts.twice += 1;
  sent.set(key, { id: promised.id, text: promised.text ?? before?.text ?? null });
}

type Row = ListInfillsQuery['infills']['edges'][number]['node'];

/** Counts what is wrong with what the server has. @param isFresh - whether it has just started, so that nothing runs. */
async function inspect(client: Client, isFresh: boolean): Promise<void> {
  const found = new Map<string, Promised>();
  statuses.clear();
  for await (const infill of allInfills(client)) {
    look(infill, found);
    if (isFresh && isAlive(infill)) counts.unfinished += 1;
  }
  for (const [key, promised] of sent) {
    if (promised !== null) compare(promised, found.get(key));
  }
}

function isAlive({ status }: Row): boolean {
  return status === 'QUEUED' || status === 'RUNNING';
}

function look({ id, status, text, labels }: Row, found: Map<string, Promised>): void {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const key = labels[0]?.slice('key-'.length);
  if (key === undefined || !sent.has(key)) counts.other += 1;
  else if (found.has(key)) counts.twice += 1;
  else found.set(key, { id, text: text ?? null });
}

function compare(promised: Promised, kept: Promised | undefined): void {
  if (kept?.id !== promised.id) counts.lost += 1;
  else if (promised.text !== null && kept.text !== promised.text) counts.changed += 1;
}

async function* allInfills(client: Client): AsyncGenerator<Row> {
  let after: string | null = null;
  do {
    const { infills }: ListInfillsQuery = await client.request(ListInfillsDocument, {
      first: pageSize,
      after,
    });
    for (const { node } of infills.edges) yield node;
    after = infills.pageInfo.hasNextPage ? (infills.pageInfo.endCursor ?? null) : null;
  } while (after !== null);
}

function summary(): string {
  const acknowledged = [...sent.values()].filter((promised) => promised !== null).length;
  const wrong = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return `${sent.size} keys sent, ${acknowledged} acknowledged; ${wrong.join(', ')}`;
}
