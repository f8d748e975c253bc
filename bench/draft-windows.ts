/**
 * What MARIA's draft windows are worth: tokens per causal pass, and time against a window of 0, at several temperatures
 * and mask rates. Every output is compared with that of window 0.
 *
 * Base and candidate take turns and fill the same masks from the same seed, so ratios are taken within a pair; times are
 * of whole runs, the masked pass included.
 *
 *   npx tsx bench/draft-windows.ts --text FILE [--text FILE] [--pack DIR] [--per-file N] [--tokens T]
 *     [--threads N]
 */
import { parseArgs } from 'node:util';
import { infill, openPack, type Pack } from '../src/index.ts';
import { machineState, ratios, spread } from './figures.ts';
import { type MaskedPassage, maskedPassage, readPassages } from './passages.ts';

const temperatures = [0, 1];
const rates = [0.3, 0.5, 0.9];
const windows = [1, 2, 4, 'auto'] as const;

type Window = 0 | (typeof windows)[number];

/** One filling to be repeated with several windows. */
type Task = MaskedPassage & { readonly temperature: number; readonly seed: bigint };

type Filled = { readonly ms: number; readonly ids: string; readonly causalPasses: number };

type Pair = { readonly base: Filled; readonly candidate: Filled; readonly openCount: number };

const { values } = parseArgs({
  options: {
    text: { type: 'string', multiple: true, default: [] },
    pack: { type: 'string' },
    'per-file': { type: 'string', default: '15' },
    tokens: { type: 'string', default: '128' },
    threads: { type: 'string' },
  },
});

const pack = await openPack({
  ...(values.pack === undefined ? {} : { folder: values.pack }),
  ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
});
try {
  await report(pack);
} finally {
  await pack.close();
}

async function report(pack: Pack): Promise<void> {
  const passages = readPassages(pack, {
    files: values.text,
    perFile: Number(values['per-file']),
    tokens: Number(values.tokens),
  });
  write(`${machineState()}; ${passages.length} passages of ${values.tokens} tokens`);
  write('| temperature | rate | window | tokens per causal pass | speed-up | same tokens |');
  write('| --- | --- | --- | --- | --- | --- |');
  const all: Pair[] = [];
  for (const [temperature, rate] of temperatures.flatMap((t) =>
    rates.map((r) => [t, r] as const),
  )) {
    const tasks = passages.map((passage, index) => ({
      ...maskedPassage(passage, index, rate),
      temperature,
      seed: BigInt(index),
    }));
    all.push(...(await cells(pack, tasks, `| ${temperature} | ${rate} |`)));
  }
  const same = all.filter(isSame).length;
  write(`\n${same} of ${all.length} runs with drafts gave the tokens of window 0.`);
  if (same < all.length) process.exitCode = 1;
}

/** Measures every window on the same tasks and prints a line for each. */
async function cells(pack: Pack, tasks: readonly Task[], label: string): Promise<Pair[]> {
  for (const task of tasks.slice(0, 3)) await pairOf(pack, task, 'auto'); // warms up
  const byWindow: { readonly window: Window; readonly pairs: Pair[] }[] = [];
  for (const window of windows) {
    const pairs: Pair[] = [];
    for (const task of tasks) pairs.push(await pairOf(pack, task, window));
    byWindow.push({ window, pairs });
  }
  const all = byWindow.flatMap(({ pairs }) => pairs);
  write(`${label} 0 | ${tokensPerPass(all, 'base')} | 1 | – |`);
  for (const { window, pairs } of byWindow) {
    const speedUps = ratios(
      pairs.map(({ base }) => base.ms),
      pairs.map(({ candidate }) => candidate.ms),
    );
    const same = `${pairs.filter(isSame).length} of ${pairs.length}`;
    const perPass = tokensPerPass(pairs, 'candidate');
    write(`${label} ${window} | ${perPass} | ${spread(speedUps, 2)} | ${same} |`);
  }
  return all;
}

async function pairOf(pack: Pack, task: Task, window: Window): Promise<Pair> {
  const base = await fill(pack, task, 0);
  const candidate = await fill(pack, task, window);
  return { base, candidate, openCount: task.targets.length };
}

async function fill(pack: Pack, task: Task, window: Window): Promise<Filled> {
  const { tokens, temperature, seed } = task;
  const options = window === 'auto' ? {} : { draftWindow: window };
  const start = performance.now();
  const outcome = await infill(
    pack,
    { tokens },
    { decoder: 'maria', options, seed, sampling: { temperature } },
  );
  const ms = performance.now() - start;
  const ids = outcome.slots.flatMap((slot) => slot.tokens.map(({ id }) => id)).join();
  return { ms, ids, causalPasses: outcome.usage.causalPasses };
}

function isSame({ base, candidate }: Pair): boolean {
  return base.ids === candidate.ids;
}

function tokensPerPass(pairs: readonly Pair[], side: 'base' | 'candidate'): string {
  const tokens = pairs.reduce((sum, { openCount }) => sum + openCount, 0);
  const passes = pairs.reduce((sum, pair) => sum + pair[side].causalPasses, 0);
  return (tokens / passes).toFixed(2);
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
