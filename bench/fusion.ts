/**
 * What training a fusion brings: perplexity of the autoregressive decoder and of MARIA before and after, on the same
 * masks, and what becomes of its drafts.
 *
 * Perplexity is exp(Σ −log p / Σ open positions). Ratios are of passages in common, with 95 % intervals of 2,000 paired
 * bootstrap samples of passages, on the log scale. Acceptance of drafts is Σ over open positions of 1 − TV(q, r), and of
 * equal most probable tokens, along the text as it stands; tokens per causal pass are counted while filling.
 *
 *   npx tsx bench/fusion.ts PACK TRAINED_PACK --text FILE [--text FILE] [--per-file N] [--drafts N]
 *     [--tokens T] [--rate R …] [--threads N]
 */
import { parseArgs } from 'node:util';
import { infill, openPack, type Pack, score } from '../src/index.ts';
import { type OpenPack, openPack as openPackFolder } from '../src/packs/open-pack.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { type Acceptance, draftAcceptance } from './draft-acceptance.ts';
import { machineState } from './figures.ts';
import { evenly, maskedPassage, type Passage, readPassages } from './passages.ts';

const entrants = ['autoregressive', 'untrained', 'trained'] as const;
const windows = [0, 1, 'auto'] as const;
const temperatures = [1, 0] as const;

/** A pack with its decoders, and with the models they run on. */
type Fusion = { readonly pack: Pack; readonly models: OpenPack };

/** A passage with the index that its masks follow from. */
type Task = { readonly passage: Passage; readonly index: number };

/** Of one passage at one rate: open positions, and −log p in nats by entrant. */
type Scored = {
  readonly source: string;
  readonly open: number;
  readonly losses: Readonly<Record<(typeof entrants)[number], number>>;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    text: { type: 'string', multiple: true, default: [] },
    'per-file': { type: 'string', default: '50' },
    drafts: { type: 'string', default: '60' },
    tokens: { type: 'string', default: '128' },
    rate: { type: 'string', multiple: true, default: ['0.1', '0.3', '0.5', '0.7', '0.9'] },
    threads: { type: 'string' },
  },
});
const [folder, trainedFolder] = positionals;
if (folder === undefined || trainedFolder === undefined) {
  throw new Error('Usage: npx tsx bench/fusion.ts PACK TRAINED_PACK --text FILE');
}
const rates = values.rate.map(Number);
const fusions = { untrained: await openFusion(folder), trained: await openFusion(trainedFolder) };
try {
  const { pack } = fusions.untrained;
  const perFile = Number(values['per-file']);
  const options = { files: values.text, perFile, tokens: Number(values.tokens) };
  const tasks = readPassages(pack, options).map((passage, index) => ({ passage, index }));
  write(`${machineState()}; ${tasks.length} passages of ${values.tokens} tokens`);
  await comparePerplexity(tasks);
  const fewer = evenly(tasks, Math.min(tasks.length, Number(values.drafts)));
  write(`\nDrafts of ${fewer.length} passages`);
  await compareAcceptance(fewer);
  await comparePasses(fewer);
} finally {
  for (const { pack, models } of Object.values(fusions)) {
    await pack.close();
    await models.close();
  }
}
write(`${machineState()} at the end`);

async function openFusion(path: string): Promise<Fusion> {
  const threads = values.threads === undefined ? null : Number(values.threads);
  const pack = await openPack({ folder: path, ...(threads === null ? {} : { threads }) });
  return { pack, models: await openPackFolder(path, { device: 'cpu', threads }) };
}

async function comparePerplexity(tasks: readonly Task[]): Promise<void> {
  write(
    '\n| texts | rate | autoregressive | untrained | trained | trained / untrained | trained / autoregressive |',
  );
  write('| --- | --- | --- | --- | --- | --- | --- |');
  const sources = [...new Set(tasks.map(({ passage }) => passage.source))];
  const bySource = new Map<string, string[]>(sources.map((source) => [source, []]));
  for (const rate of rates) {
    const scored: Scored[] = [];
    for (const task of tasks) scored.push(await scoreOne(task, rate));
    write(perplexityRow('all', rate, scored));
    for (const [source, rows] of bySource) {
      const own = scored.filter((one) => one.source === source);
      rows.push(perplexityRow(source, rate, own));
    }
  }
  write([...bySource.values()].flat().join('\n'));
}

async function scoreOne({ passage, index }: Task, rate: number): Promise<Scored> {
  const { tokens, targets } = maskedPassage(passage, index, rate);
  const fill = { tokens: targets };
  const lossOf = async ({ pack }: Fusion, decoder: string) => {
    const { likelihood } = await score(pack, { tokens }, { decoder, fill, seed: BigInt(index) });
    return -likelihood.logProb;
  };
  const losses = {
    autoregressive: await lossOf(fusions.untrained, 'autoregressive'),
    untrained: await lossOf(fusions.untrained, 'maria'),
    trained: await lossOf(fusions.trained, 'maria'),
  };
  return { source: passage.source, open: targets.length, losses };
}

function perplexityRow(texts: string, rate: number, scored: readonly Scored[]): string {
  const logPerplexity = (sample: readonly Scored[], entrant: (typeof entrants)[number]) =>
    sum(sample, ({ losses }) => losses[entrant]) / sum(sample, ({ open }) => open);
  const perplexities = entrants.map((entrant) =>
    Math.exp(logPerplexity(scored, entrant)).toPrecision(4),
  );
  const quotients = (['untrained', 'autoregressive'] as const).map((base) =>
    withInterval(scored, (sample) =>
      Math.exp(logPerplexity(sample, 'trained') - logPerplexity(sample, base)),
    ),
  );
  return `| ${[texts, rate, ...perplexities, ...quotients].join(' | ')} |`;
}

async function compareAcceptance(tasks: readonly Task[]): Promise<void> {
  write('\n| rate | 1 − TV, untrained | trained | same most probable token, untrained | trained |');
  write('| --- | --- | --- | --- | --- |');
  for (const rate of rates) {
    const untrained = await acceptances(fusions.untrained, tasks, rate);
    const trained = await acceptances(fusions.trained, tasks, rate);
    const cells = (['sampled', 'greedy'] as const).flatMap((kind) =>
      [untrained, trained].map((all) =>
        withInterval(all, (some) => sum(some, (one) => one[kind]) / sum(some, ({ open }) => open)),
      ),
    );
    write(`| ${[rate, ...cells].join(' | ')} |`);
  }
}

async function acceptances(
  { models }: Fusion,
  tasks: readonly Task[],
  rate: number,
): Promise<Acceptance[]> {
  const all: Acceptance[] = [];
  for (const { passage, index } of tasks) {
    const { tokens } = maskedPassage(passage, index, rate);
    all.push(await draftAcceptance(models.models, passage.ids, tokens));
  }
  return all;
}

async function comparePasses(tasks: readonly Task[]): Promise<void> {
  write('\nTokens per causal pass, by draft window');
  const names = ['untrained', 'trained'] as const;
  const columns = names.flatMap((name) => windows.map((window) => `${name}, ${window}`));
  write(`| temperature | rate | ${columns.join(' | ')} |`);
  write(`| --- | --- |${' --- |'.repeat(columns.length)}`);
  for (const temperature of temperatures) {
    for (const rate of rates) {
      const cells: string[] = [];
      for (const name of names) {
        for (const window of windows) {
          cells.push(await tokensPerPass(fusions[name].pack, tasks, { temperature, rate, window }));
        }
      }
      write(`| ${[temperature, rate, ...cells].join(' | ')} |`);
    }
  }
}

type Filling = {
  readonly temperature: number;
  readonly rate: number;
  readonly window: (typeof windows)[number];
};

async function tokensPerPass(
  pack: Pack,
  tasks: readonly Task[],
  { temperature, rate, window }: Filling,
): Promise<string> {
  let [open, passes] = [0, 0];
  const options = window === 'auto' ? {} : { draftWindow: window };
  for (const { passage, index } of tasks) {
    const { tokens, targets } = maskedPassage(passage, index, rate);
    const how = { decoder: 'maria', options, seed: BigInt(index), sampling: { temperature } };
    const { usage } = await infill(pack, { tokens }, how);
    open += targets.length;
    passes += usage.causalPasses;
  }
  return (open / passes).toFixed(2);
}

/** Such as `0.713 (0.705–0.722)`. */
function withInterval<Member>(
  members: readonly Member[],
  figure: (sample: readonly Member[]) => number,
): string {
  const { low, high } = bootstrapInterval(members, figure);
  const [middle, least, greatest] = [figure(members), low, high].map((one) => one.toFixed(3));
  return `${middle} (${least}–${greatest})`;
}

function sum<Member>(members: readonly Member[], of: (member: Member) => number): number {
  return members.reduce((total, member) => total + of(member), 0);
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
