/**
 * Tokens per second of MARIA and the autoregressive decoder, through the library and through one subscription.
 *
 * Two at a time take turns, base and candidate, base and candidate, so that what disturbs one disturbs both; ratios are
 * taken within a pair, which fills the same masks from the same seed. The server is the built one, on a port of its own;
 * it takes the folder around the pack as its MODELS_DIR, where the pack must be the first.
 *
 *   npm run build && npx tsx bench/throughput.ts [--pack DIR | --random] [--pairs N] [--open N]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPack, type Pack } from '../src/index.ts';
import { packageRoot } from '../src/package-root.ts';
import { makeDataDir, startServerProcess } from '../test/support/server-process.ts';
import { machineState, ratios, spread } from './figures.ts';
import {
  type Filling,
  fillThroughLibrary,
  fillThroughSubscription,
  longText,
  type Rates,
} from './filling.ts';
import { writeRandomPack } from './random-pack.ts';

type Settings = Pick<Filling, 'decoder' | 'options'>;

const sequential: Settings = { decoder: 'maria', options: { draftWindow: 0 } };
const drafting: Settings = { decoder: 'maria', options: { draftWindow: 1 } };
const autoregressive: Settings = { decoder: 'autoregressive', options: {} };

const warmUpPairs = 2;
const restMs = 50;

const { values } = parseArgs({
  options: {
    pack: { type: 'string' },
    random: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '9' },
    open: { type: 'string' },
  },
});

const temporary = mkdtempSync(join(tmpdir(), 'lacuna-throughput-'));
try {
  const folder = await packFolder();
  const openCount = Number(values.open ?? (values.random ? 200 : 100));
  await measure(folder, openCount);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

async function packFolder(): Promise<string> {
  if (!values.random) return resolve(values.pack ?? join(packageRoot(), 'models/bundled'));
  const models = join(temporary, 'models');
  mkdirSync(models);
  const folder = join(models, 'random-34m');
  await writeRandomPack(folder);
  return folder;
}

async function measure(folder: string, openCount: number): Promise<void> {
  const data = makeDataDir();
  const server = await startServerProcess(data.path, { MODELS_DIR: dirname(folder) });
  const pack = await openPack({ folder });
  try {
    await report(pack, server.url, openCount);
  } finally {
    await pack.close();
    await server.stop();
    data.remove();
  }
}

type Candidate = { readonly name: string; readonly fill: (seed: bigint) => Promise<Rates> };

async function report(pack: Pack, url: string, openCount: number): Promise<void> {
  const text = longText(openCount);
  const library = (settings: Settings): Candidate => ({
    name: `${nameOf(settings)}, library`,
    fill: (seed) => fillThroughLibrary(pack, { ...settings, text, seed }),
  });
  const subscription = (settings: Settings): Candidate => ({
    name: `${nameOf(settings)}, subscription`,
    fill: (seed) => fillThroughSubscription(url, { ...settings, text, seed }),
  });
  write(`${machineState()}; ${openCount} open positions, ${values.pairs} pairs of each`);
  await compare(library(sequential), library(autoregressive));
  await compare(library(drafting), library(autoregressive));
  for (const settings of [autoregressive, sequential, drafting]) {
    await compare(subscription(settings), library(settings));
  }
}

function nameOf({ decoder, options }: Settings): string {
  return [decoder, ...Object.entries(options).map(([name, value]) => `${name} ${value}`)].join(' ');
}

/** Fills in turn, base first, and prints both rates and their quotients. */
async function compare(candidate: Candidate, base: Candidate): Promise<void> {
  const pairs: { readonly candidate: Rates; readonly base: Rates }[] = [];
  for (let pair = -warmUpPairs; pair < Number(values.pairs); pair++) {
    const seed = BigInt(pair + warmUpPairs);
    const rates = { base: await rested(base, seed), candidate: await rested(candidate, seed) };
    if (pair >= 0) pairs.push(rates);
  }
  write(`\n${candidate.name} / ${base.name}`);
  for (const rate of ['decoding', 'wholeRun'] as const) {
    const bases = pairs.map((rates) => rates.base[rate]);
    const candidates = pairs.map((rates) => rates.candidate[rate]);
    const label = rate === 'decoding' ? 'after the first token' : 'whole run';
    write(`  ${label.padEnd(22)} ${spread(ratios(candidates, bases), 2)}`);
    write(`  ${'tokens/s'.padStart(22)} ${spread(candidates, 0)} / ${spread(bases, 0)}`);
  }
}

/** What the turn before left to do elsewhere, such as rows to write, is over when a turn begins. */
async function rested({ fill }: Candidate, seed: bigint): Promise<Rates> {
  await sleep(restMs);
  return fill(seed);
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
