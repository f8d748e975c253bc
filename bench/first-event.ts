/**
 * How long a client waits for the first event of a subscription, and for the first token: one client alone, and many at
 * once, each with one infill after the other.
 *
 *   npm run build && npx tsx bench/first-event.ts [--infills N] [--clients N]
 */
import { parseArgs } from 'node:util';
import { createClient } from '../src/client/client.ts';
import { StreamInfillDocument } from '../src/client/generated/graphql.ts';
import { machineState } from './figures.ts';
import { percentiles, print, withServer } from './load.ts';

const { values } = parseArgs({
  options: {
    infills: { type: 'string', default: '200' },
    clients: { type: 'string', default: '32' },
  },
});
const template = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';
const warmUps = 10;

type Waits = { readonly firstEventMs: number; readonly firstTokenMs: number };

await withServer(async ({ url }) => {
  await inTurn(url, warmUps);
  for (const clientCount of [1, Number(values.clients)]) {
    const infillCount = Math.ceil(Number(values.infills) / clientCount);
    const turns = Array.from({ length: clientCount }, () => inTurn(url, infillCount));
    const waits = (await Promise.all(turns)).flat();
    print(`${machineState()}; clients at once: ${clientCount}`);
    print(`  first event  ${percentiles(waits.map(({ firstEventMs }) => firstEventMs))}`);
    print(`  first token  ${percentiles(waits.map(({ firstTokenMs }) => firstTokenMs))}`);
  }
});

async function inTurn(url: string, count: number): Promise<Waits[]> {
  const waits: Waits[] = [];
  for (let infill = 0; infill < count; infill++) waits.push(await waitsOf(url));
  return waits;
}

async function waitsOf(url: string): Promise<Waits> {
  const input = { source: { text: template } };
  const start = performance.now();
  let firstEventMs = Number.NaN;
  let firstTokenMs = Number.NaN;
  for await (const { infill } of createClient({ url: `${url}/graphql` }).subscribe(
    StreamInfillDocument,
    { input },
  )) {
    const waitedMs = performance.now() - start;
    if (Number.isNaN(firstEventMs)) firstEventMs = waitedMs;
    const isToken = infill.__typename === 'InfillTokensCommitted';
    if (isToken && Number.isNaN(firstTokenMs)) firstTokenMs = waitedMs;
  }
  return { firstEventMs, firstTokenMs };
}
