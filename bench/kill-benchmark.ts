/**
 * Runs one benchmark undisturbed, then again over a server that is killed with SIGKILL at random moments, and compares: every
 * unit is there once, and everything that can be reproduced is the same to the last digit.
 *
 *   npm run build && npx tsx bench/kill-benchmark.ts [--kills N] [--items N] [--postgres]
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMetric, metricFacts } from '../src/benchmark/metric.ts';
import { packageRoot } from '../src/package-root.ts';
import { findBinaries, startPostgres } from '../test/support/postgres-server.ts';
import {
  makeDataDir,
  type ServerProcess,
  startServerProcess,
} from '../test/support/server-process.ts';
import { machineState } from './figures.ts';
import { print } from './load.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    items: { type: 'string', default: '300' },
    postgres: { type: 'boolean', default: false },
  },
});
const killCount = Number(values.kills);
const maskings = [{ rate: { rate: 0.3 } }];
const entrants = [
  { label: 'maria', decoder: { maria: {} } },
  { label: 'autoregressive', decoder: { autoregressive: {} }, sampling: { temperature: 1 } },
];

type Progress = { readonly done: number; readonly failed: number; readonly total: number };
type Cell = { readonly metric: string };
type Unit = { readonly itemId: string; readonly entrantId: string; readonly masking: string };
type Finished = {
  readonly cells: readonly Cell[];
  readonly units: readonly Unit[];
  readonly entrants: readonly { readonly id: string; readonly label: string }[];
};

print(`${machineState()}; ${values.items} items, ${entrants.length} entrants, ${killCount} kills`);
const calm = await onServer(async (start) => {
  const server = await start();
  const begun = performance.now();
  const id = await startBenchmark(server);
  const { total } = await untilDone(server, id);
  const seconds = (performance.now() - begun) / 1000;
  print(`undisturbed: ${total} units in ${seconds.toFixed(1)} s`);
  const finished = await read(server, id);
  await server.stop();
  return { finished, seconds };
});
const killed = await onServer(async (start) => {
  let server = await start();
  const id = await startBenchmark(server);
  // The mean of all lives together is a little less than the whole, so that the last kills find work too.
  const meanLifeMs = (calm.seconds * 900) / (killCount + 1);
  for (let kill = 1; kill <= killCount; kill++) {
    await sleep(2 * meanLifeMs * Math.random());
    const { done } = await progressOf(server, id);
    server.child.kill('SIGKILL');
    await server.exited();
    server = await start();
    const { done: kept } = await progressOf(server, id);
    assert(kept >= done, `Of ${done} units that were told, ${kept} are there.`);
    print(`  kill ${kill}: after ${done} units, ${kept} kept`);
  }
  await untilDone(server, id);
  const finished = await read(server, id);
  await server.stop();
  return finished;
});
assert.equal(killed.units.length, calm.finished.units.length);
assert.equal(new Set(killed.units.map(unitName)).size, killed.units.length);
assert.deepEqual(labelledUnits(killed), labelledUnits(calm.finished));
assert.deepEqual(reproducibleCells(killed), reproducibleCells(calm.finished));
print(`${killed.units.length} units, each once; ${reproducibleCells(killed).length} figures equal`);

/** Does work with servers over one data folder, or over one PostgreSQL. */
async function onServer<T>(work: (start: () => Promise<ServerProcess>) => Promise<T>): Promise<T> {
  const data = makeDataDir();
  const binaries = values.postgres ? findBinaries() : null;
  const postgres = binaries === null ? null : await startPostgres(binaries);
  const env = postgres === null ? {} : { DATABASE_URL: postgres.url };
  try {
    return await work(() => startServerProcess(data.path, { LOG_LEVEL: 'info', ...env }));
  } finally {
    await postgres?.stop();
    data.remove();
  }
}

async function ask<T>(server: ServerProcess, query: string, variables: object): Promise<T> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data: T; errors?: unknown };
  assert(errors === undefined, JSON.stringify(errors));
  return data;
}

async function startBenchmark(server: ServerProcess): Promise<string> {
  const dataset = await importSentencePairs(server);
  const items = Number(values.items);
  const input = { name: 'Killed', dataset, maskings, entrants, items, seed: '11' };
  const query =
    'mutation ($input: StartBenchmarkInput!) { startBenchmark(input: $input) { ... on Benchmark { id } ... on Error { message } } }';
  type Started = { startBenchmark: { id?: string; message?: string } };
  const { startBenchmark: started } = await ask<Started>(server, query, { input });
  assert(started.id !== undefined, started.message);
  return started.id;
}

/** The first two sentences of each bundled story, and the next two: twice as many items as there are stories. */
async function importSentencePairs(server: ServerProcess): Promise<string> {
  const lines = readFileSync(join(packageRoot(), 'datasets/stories/items.jsonl'), 'utf8');
  const pairs = lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const sentences: string[] = JSON.parse(line).text.split(/(?<=[.!?]) /);
      return [sentences.slice(0, 2).join(' '), sentences.slice(2, 4).join(' ')];
    });
  const input = {
    name: 'pairs',
    format: 'LINES',
    content: { inline: pairs.join('\n') },
    source: 'bundled stories',
    licence: 'CC0-1.0',
  };
  const query =
    'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { ... on Dataset { id } ... on Error { message } } }';
  type Imported = { importDataset: { id?: string; message?: string } };
  const { importDataset: imported } = await ask<Imported>(server, query, { input });
  assert(imported.id !== undefined, imported.message);
  return imported.id;
}

async function progressOf(
  server: ServerProcess,
  id: string,
): Promise<Progress & { status: string }> {
  const query = 'query ($id: ID!) { benchmark(id: $id) { status progress { done failed total } } }';
  type Answer = { benchmark: { status: string; progress: Progress } };
  const { benchmark } = await ask<Answer>(server, query, { id });
  return { status: benchmark.status, ...benchmark.progress };
}

async function untilDone(server: ServerProcess, id: string): Promise<Progress> {
  for (;;) {
    const progress = await progressOf(server, id);
    if (progress.status === 'COMPLETED') return progress;
    assert(['QUEUED', 'RUNNING'].includes(progress.status), progress.status);
    await sleep(250);
  }
}

async function read(server: ServerProcess, id: string): Promise<Finished> {
  const figures =
    'query ($id: ID!) { benchmark(id: $id) { entrants { id label } cells { entrant { label } masking metric n groups mean low high likelihoodKind note } } }';
  type Figures = { benchmark: Omit<Finished, 'units'> };
  const { benchmark } = await ask<Figures>(server, figures, { id });
  const page =
    'query ($id: ID!, $after: String) { benchmark(id: $id) { items(first: 100, after: $after) { nodes { itemId masking entrantId exact tokenMatches causalPasses maskedPasses negLogLikelihood likelihoodKind errorCode slots { gold text } } pageInfo { hasNextPage endCursor } } } }';
  type Items = {
    benchmark: {
      items: { nodes: Unit[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    };
  };
  const units: Unit[] = [];
  for (let after: string | null = null; ; ) {
    const { items }: Items['benchmark'] = (await ask<Items>(server, page, { id, after })).benchmark;
    units.push(...items.nodes);
    if (!items.pageInfo.hasNextPage) return { ...benchmark, units };
    after = items.pageInfo.endCursor;
  }
}

function unitName({ itemId, masking, entrantId }: Unit): string {
  return JSON.stringify([itemId, masking, entrantId]);
}

/** Ids of entrants differ between two benchmarks. */
function labelledUnits({ units, entrants }: Finished) {
  return units.map((unit) => ({
    ...unit,
    entrantId: entrants.find(({ id }) => id === unit.entrantId)?.label,
  }));
}

function reproducibleCells({ cells }: Finished): readonly Cell[] {
  return cells.filter(({ metric }) => isMetric(metric) && metricFacts(metric).reproducible);
}
