/**
 * How long an interactive infill waits for its first token alone, and while a benchmark runs on the same model pack, in turns.
 *
 *   npm run build && npx tsx bench/benchmark-latency.ts [--infills N] [--turns N]
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { createClient } from '../src/client/client.ts';
import {
  ListDatasetsDocument,
  StartBenchmarkDocument,
  StreamInfillDocument,
} from '../src/client/generated/graphql.ts';
import { machineState } from './figures.ts';
import { percentiles, print, withServer } from './load.ts';

const { values } = parseArgs({
  options: { infills: { type: 'string', default: '40' }, turns: { type: 'string', default: '3' } },
});
const template = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';

await withServer(async ({ url }) => {
  const client = createClient({ url: `${url}/graphql` });
  const waitMs = async () => {
    const start = performance.now();
    let first = Number.NaN;
    const input = { source: { text: template } };
    for await (const { infill } of client.subscribe(StreamInfillDocument, { input })) {
      const isToken = infill.__typename === 'InfillTokensCommitted';
      if (isToken && Number.isNaN(first)) first = performance.now() - start;
    }
    return first;
  };
  const waits = async () => {
    const all: number[] = [];
    for (let index = 0; index < Number(values.infills); index++) all.push(await waitMs());
    return all;
  };
  await waits();
  const alone: number[] = [];
  const beside: number[] = [];
  for (let turn = 0; turn < Number(values.turns); turn++) {
    alone.push(...(await waits()));
    const id = await startBenchmark();
    beside.push(...(await waits()));
    await cancel(id);
  }
  print(machineState());
  print(`  alone               ${percentiles(alone)}`);
  print(`  beside a benchmark  ${percentiles(beside)}`);
  print(`  ratio of medians    ${(median(beside) / median(alone)).toFixed(2)}`);

  async function startBenchmark(): Promise<string> {
    const { datasets } = await client.request(ListDatasetsDocument, {});
    const dataset = datasets.find(({ name }) => name === 'stories')?.id ?? '';
    const { startBenchmark: started } = await client.request(StartBenchmarkDocument, {
      input: { dataset, maskings: [{ name: 'rate-0.5-word' }], entrants: [{ label: 'maria' }] },
    });
    assert.equal(started.__typename, 'Benchmark');
    return started.id;
  }

  async function cancel(id: string): Promise<void> {
    const query = 'mutation ($id: ID!) { cancelBenchmark(input: { id: $id }) { __typename } }';
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { id } }),
    });
  }
});

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? Number.NaN;
}
