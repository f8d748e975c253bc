/**
 * What 8 and 4 bits are worth: size, time, perplexity and draft acceptance of a pack's quantised forms beside its own.
 *
 * The three take turns on the same work, so that what disturbs one disturbs all; ratios are taken within a turn. Of
 * times: median (least–greatest; middle half). Of perplexity ratios: a 95 % interval of paired bootstrap samples of
 * passages. A draft window of 1 commits one token per causal pass, and one more where the draft is accepted. With
 * `--turns 0` no time is measured.
 *
 *   npx tsx bench/precision.ts [--pack DIR | --random] [--turns N] [--open N] [--threads N]
 *     [--text FILE … [--per-file N] [--tokens T] [--rate R …]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { infill, openPack, type Pack, score } from '../src/index.ts';
import { packageRoot } from '../src/package-root.ts';
import { loadPackDescription } from '../src/packs/load-pack.ts';
import { quantisePack } from '../src/packs/quantise/quantise-pack.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { machineState, ratios, spread } from './figures.ts';
import { fillThroughLibrary, longText } from './filling.ts';
import { maskedPassage, type Passage, readPassages } from './passages.ts';
import { writeRandomPack } from './random-pack.ts';

/** One precision, open. */
type Form = { readonly name: string; readonly pack: Pack };

/** A decoder with options, and how it is called here. */
type Entrant = {
  readonly label: string;
  readonly decoder: 'autoregressive' | 'maria';
  readonly options: Readonly<Record<string, unknown>>;
};

const entrants: readonly Entrant[] = [
  { label: 'autoregressive', decoder: 'autoregressive', options: {} },
  { label: 'MARIA, window 0', decoder: 'maria', options: { draftWindow: 0 } },
  { label: 'MARIA, window auto', decoder: 'maria', options: {} },
];

const warmUpTurns = 2;

const { values } = parseArgs({
  options: {
    pack: { type: 'string' },
    random: { type: 'boolean', default: false },
    turns: { type: 'string', default: '15' },
    open: { type: 'string', default: '100' },
    threads: { type: 'string' },
    text: { type: 'string', multiple: true, default: [] },
    'per-file': { type: 'string', default: '50' },
    tokens: { type: 'string', default: '128' },
    rate: { type: 'string', multiple: true, default: ['0.1', '0.3', '0.5', '0.7', '0.9'] },
  },
});

const temporary = mkdtempSync(join(tmpdir(), 'lacuna-precision-'));
try {
  const forms = await openForms(await sourceFolder());
  write(`\n${machineState()}`);
  if (Number(values.turns) > 0) await compareSpeed(forms);
  if (values.text.length > 0) await compareTexts(forms);
  for (const { pack } of forms) await pack.close();
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

async function sourceFolder(): Promise<string> {
  if (!values.random) return resolve(values.pack ?? join(packageRoot(), 'models/bundled'));
  const folder = join(temporary, 'random-34m');
  await writeRandomPack(folder);
  return folder;
}

/** Quantises, opens, and prints sizes. */
async function openForms(folder: string): Promise<Form[]> {
  const folders = [{ name: 'f32', folder }];
  for (const precision of ['int8', 'int4'] as const) {
    const start = performance.now();
    const outFolder = join(temporary, precision);
    await quantisePack(outFolder, { folder, precision, id: precision, tool: 'bench/precision.ts' });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    write(`${precision} made in ${seconds} s`);
    folders.push({ name: precision, folder: outFolder });
  }
  const forms: Form[] = [];
  for (const form of folders) {
    const { manifest } = await loadPackDescription(form.folder);
    const bytes = manifest.files['weights.bin']?.size ?? 0;
    const start = performance.now();
    const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
    forms.push({ name: form.name, pack: await openPack({ folder: form.folder, ...threads }) });
    const ms = (performance.now() - start).toFixed(0);
    write(`${form.name}: weights.bin ${(bytes / 1e6).toFixed(1)} MB, opened in ${ms} ms`);
  }
  return forms;
}

async function compareSpeed(forms: readonly Form[]): Promise<void> {
  write(
    `\n${values.open} open positions, ${values.turns} turns: tokens per second, and per second of processor`,
  );
  write('time, each with its ratio to f32');
  for (const entrant of entrants) {
    const rates = await ratesOf(forms, entrant);
    for (const [name, samples] of rates) {
      const cells = (['wall', 'processor'] as const).flatMap((clock) => {
        const of = (rate: Rate) => rate[clock];
        const base = rates.get('f32')?.map(of) ?? [];
        return [spread(samples.map(of), 0), spread(ratios(samples.map(of), base), 2)];
      });
      write(`| ${entrant.label} | ${name} | ${cells.join(' | ')} |`);
    }
  }
}

/** Tokens per second of a whole run, by either clock; other work on the machine slows the first one down. */
type Rate = { readonly wall: number; readonly processor: number };

/** By form. */
async function ratesOf(
  forms: readonly Form[],
  { decoder, options }: Entrant,
): Promise<ReadonlyMap<string, readonly Rate[]>> {
  const text = longText(Number(values.open));
  const rates = new Map<string, Rate[]>(forms.map(({ name }) => [name, []]));
  for (let turn = -warmUpTurns; turn < Number(values.turns); turn++) {
    for (const { name, pack } of forms) {
      const seed = BigInt(turn + warmUpTurns);
      const before = process.cpuUsage();
      const { wholeRun } = await fillThroughLibrary(pack, { decoder, options, text, seed });
      const { user, system } = process.cpuUsage(before);
      const processor = (1e6 * Number(values.open)) / (user + system);
      if (turn >= 0) rates.get(name)?.push({ wall: wholeRun, processor });
    }
  }
  return rates;
}

/** A passage with some of its positions open. */
type Task = { readonly passage: Passage; readonly index: number; readonly rate: number };

async function compareTexts(forms: readonly Form[]): Promise<void> {
  const [first] = forms;
  if (first === undefined) return;
  const options = {
    files: values.text,
    perFile: Number(values['per-file']),
    tokens: Number(values.tokens),
  };
  const passages = readPassages(first.pack, options);
  write(
    `\n${passages.length} passages of ${values.tokens} tokens: perplexity and its ratio to f32;`,
  );
  write('tokens per causal pass with a draft window of 1 at temperature 1 and 0');
  for (const rate of values.rate.map(Number)) {
    const tasks = passages.map((passage, index) => ({ passage, index, rate }));
    for (const decoder of ['autoregressive', 'maria'] as const) {
      await comparePerplexity(forms, decoder, tasks);
    }
    await compareDrafts(forms, tasks);
  }
}

async function comparePerplexity(
  forms: readonly Form[],
  decoder: Entrant['decoder'],
  tasks: readonly Task[],
): Promise<void> {
  const scored: { readonly open: number; readonly logProbs: readonly number[] }[] = [];
  for (const { passage, index, rate } of tasks) {
    const { tokens, targets } = maskedPassage(passage, index, rate);
    const logProbs: number[] = [];
    for (const { pack } of forms) {
      const fill = { tokens: targets };
      const { likelihood } = await score(pack, { tokens }, { decoder, fill, seed: BigInt(index) });
      logProbs.push(likelihood.logProb);
    }
    scored.push({ open: targets.length, logProbs });
  }
  for (const [form, { name }] of forms.entries()) {
    const logPerplexity = (sample: typeof scored, of: number) =>
      sample.reduce((sum, { logProbs }) => sum - (logProbs[of] ?? Number.NaN), 0) /
      sample.reduce((sum, { open }) => sum + open, 0);
    const difference = (sample: readonly (typeof scored)[number][]) =>
      logPerplexity([...sample], form) - logPerplexity([...sample], 0);
    const { low, high } = bootstrapInterval(scored, difference);
    const [ratio, least, greatest] = [difference(scored), low, high].map((log) =>
      Math.exp(log).toFixed(4),
    );
    const perplexity = Math.exp(logPerplexity(scored, form)).toPrecision(4);
    write(
      `| ${decoder} | rate ${tasks[0]?.rate} | ${name} | ${perplexity} | ${ratio} (${least}–${greatest}) |`,
    );
  }
}

async function compareDrafts(forms: readonly Form[], tasks: readonly Task[]): Promise<void> {
  for (const { name, pack } of forms) {
    const perPass: string[] = [];
    for (const temperature of [1, 0]) {
      let [open, passes] = [0, 0];
      for (const { passage, index, rate } of tasks) {
        const { tokens, targets } = maskedPassage(passage, index, rate);
        const sampling = { temperature };
        const options = { draftWindow: 1 };
        const request = { decoder: 'maria', options, seed: BigInt(index), sampling };
        const { usage } = await infill(pack, { tokens }, request);
        open += targets.length;
        passes += usage.causalPasses;
      }
      perPass.push((open / passes).toFixed(3));
    }
    write(`| drafts | rate ${tasks[0]?.rate} | ${name} | ${perPass.join(' | ')} |`);
  }
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
