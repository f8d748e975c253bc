/**
 * Tokens per second of MARIA and the autoregressive decoder, through the library and through one subscription.
 *
 * Everything takes turns in one run, round by round, so that what disturbs one disturbs all; ratios are taken within a
 * round. Each turn fills the same masks from the same seed. The server is the built one, on a port of its own; it takes
 * the folder around the pack as its MODELS_DIR, where the pack must be the first.
 *
 *   npm run build && npx tsx bench/throughput.ts [--pack DIR | --random] [--rounds N] [--open N]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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

const warmUpRounds = 2;

const { values } = parseArgs({
  options: {
    pack: { type: 'string' },
    random: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
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
    await report(candidatesOf(pack, server.url, longText(openCount)), openCount);
  } finally {
    await pack.close();
    await server.stop();
    data.remove();
  }
}

type Candidate = {
  readonly name: string;
  readonly fill: (seed: bigint) => Promise<Rates>;
  readonly samples: Rates[];
};

function candidatesOf(pack: Pack, url: string, text: string) {
  const library = (name: string, settings: Settings): Candidate => ({
    name: `${name}, library`,
    fill: (seed) => fillThroughLibrary(pack, { ...settings, text, seed }),
    samples: [],
  });
  const subscription = (name: string, settings: Settings): Candidate => ({
    name: `${name}, subscription`,
    fill: (seed) => fillThroughSubscription(url, { ...settings, text, seed }),
    samples: [],
  });
  return {
    autoregressive: library('autoregressive', autoregressive),
    subscribedAutoregressive: subscription('autoregressive', autoregressive),
    sequential: library('MARIA, draftWindow 0', sequential),
    subscribedSequential: subscription('MARIA, draftWindow 0', sequential),
    drafting: library('MARIA, draftWindow 1', drafting),
    subscribedDrafting: subscription('MARIA, draftWindow 1', drafting),
  };
}

async function report(
  candidates: ReturnType<typeof candidatesOf>,
  openCount: number,
): Promise<void> {
  const all = Object.values(candidates);
  const rounds = Number(values.rounds);
  for (let round = -warmUpRounds; round < rounds; round++) await takeTurns(all, round);
  write(`${machineState()}; ${openCount} open positions, ${rounds} rounds`);
  write('tokens/s, median (least–greatest)');
  for (const { name, samples } of all) {
    const decoding = spread(
      samples.map((rates) => rates.decoding),
      0,
    );
    const wholeRun = spread(
      samples.map((rates) => rates.wholeRun),
      0,
    );
    write(`${name.padEnd(36)} after the first ${decoding.padEnd(20)} whole run ${wholeRun}`);
  }
  write('ratios within a round');
  compare(candidates.sequential, candidates.autoregressive);
  compare(candidates.drafting, candidates.autoregressive);
  compare(candidates.subscribedAutoregressive, candidates.autoregressive);
  compare(candidates.subscribedSequential, candidates.sequential);
  compare(candidates.subscribedDrafting, candidates.drafting);
}

/** One turn of each; negative rounds warm up. Every second round goes the other way round. */
async function takeTurns(candidates: readonly Candidate[], round: number): Promise<void> {
  const seed = BigInt(round + warmUpRounds);
  const texts = new Map<string, string>();
  for (const { name, fill, samples } of round % 2 === 0 ? candidates : candidates.toReversed()) {
    const rates = await fill(seed);
    if (round >= 0) samples.push(rates);
    const [decoder = ''] = name.split(',');
    const other = texts.get(decoder) ?? rates.filledText;
    if (other !== rates.filledText) throw new Error(`${name} filled another text than its peers.`);
    texts.set(decoder, other);
  }
}

function compare(candidate: Candidate, base: Candidate): void {
  const ratioOf = (rate: 'decoding' | 'wholeRun') =>
    spread(
      ratios(
        candidate.samples.map((rates) => rates[rate]),
        base.samples.map((rates) => rates[rate]),
      ),
      2,
    );
  write(
    `${candidate.name} / ${base.name}: after the first ${ratioOf('decoding')}, whole run ${ratioOf('wholeRun')}`,
  );
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
