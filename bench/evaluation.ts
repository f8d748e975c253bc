/**
 * Perplexity of masked passages for several decoders, through `score`: the same masks for all of them.
 *
 * Perplexity is exp(Σ −log p / Σ open positions) over the passages; its 95 % interval is of 2,000 bootstrap samples of
 * passages, each of a document of its own, on the log scale. Figures of different kinds are not comparable: an ELBO is a
 * bound, so its perplexity is shown with ≤.
 *
 *   npx tsx bench/evaluation.ts --text FILE [--text FILE] [--pack DIR] [--per-file N] [--tokens T] [--rate R …]
 *     [--entrants FILE] [--json FILE] [--threads N]
 *
 * --entrants is JSON, [{ label, decoder, options, passages, draws }]: of the last two, how many passages (all when
 * absent) and the draws of an ELBO. --json gets one line per score.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openPack, type Pack, score } from '../src/index.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { machineState } from './figures.ts';
import { evenly, maskedPassage, type Passage, readPassages } from './passages.ts';

/** A decoder with options, and on how much it is measured. */
type Entrant = {
  readonly label: string;
  readonly decoder: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly passages?: number;
  readonly draws?: number;
};

/** One passage scored. */
type Scored = {
  readonly label: string;
  readonly source: string;
  readonly passage: number;
  readonly rate: number;
  readonly kind: string;
  readonly open: number;
  readonly logProb: number;
  readonly standardError: number | null;
};

const defaultEntrants: readonly Entrant[] = [
  { label: 'autoregressive', decoder: 'autoregressive', options: {} },
  { label: 'MARIA', decoder: 'maria', options: {} },
  { label: 'masked-lm one-shot', decoder: 'masked-lm', options: { commit: 'one-shot' } },
  {
    label: 'masked-lm confidence, k = 1',
    decoder: 'masked-lm',
    options: { order: 'confidence', commit: 'k', k: 1 },
    passages: 60,
  },
  { label: 'diffusion', decoder: 'diffusion', options: {}, draws: 16 },
];

const { values } = parseArgs({
  options: {
    text: { type: 'string', multiple: true, default: [] },
    pack: { type: 'string' },
    'per-file': { type: 'string', default: '50' },
    tokens: { type: 'string', default: '128' },
    rate: { type: 'string', multiple: true, default: ['0.1', '0.3', '0.5', '0.7', '0.9'] },
    entrants: { type: 'string' },
    json: { type: 'string' },
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
  const rates = values.rate.map(Number);
  const passages = readPassages(pack, {
    files: values.text,
    perFile: Number(values['per-file']),
    tokens: Number(values.tokens),
  });
  const entrants: readonly Entrant[] =
    values.entrants === undefined
      ? defaultEntrants
      : JSON.parse(readFileSync(values.entrants, 'utf8'));
  write(`${machineState()}; ${passages.length} passages of ${values.tokens} tokens`);
  write(`| decoder | kind | passages | ${rates.map((rate) => `rate ${rate}`).join(' | ')} |`);
  write(`| --- | --- | --- |${' --- |'.repeat(rates.length)}`);
  const all: Scored[] = [];
  for (const entrant of entrants) {
    const chosen = spreadOver(passages, entrant.passages);
    const byRate: Scored[][] = [];
    for (const rate of rates) byRate.push(await scoreAll(pack, entrant, { chosen, rate }));
    const kinds = [...new Set(byRate.flat().map(({ kind }) => kind))].join(', ');
    write(
      `| ${entrant.label} | ${kinds} | ${chosen.length} | ${byRate.map(perplexity).join(' | ')} |`,
    );
    all.push(...byRate.flat());
  }
  if (values.json !== undefined)
    writeFileSync(values.json, all.map((scored) => `${JSON.stringify(scored)}\n`).join(''));
}

type Indexed = { readonly passage: Passage; readonly index: number };

/** At most `count` passages at even distances, so that every source has its part; indices are kept, and with them the masks. */
function spreadOver(passages: readonly Passage[], count = passages.length): Indexed[] {
  const indexed = passages.map((passage, index) => ({ passage, index }));
  return evenly(indexed, Math.min(count, passages.length));
}

async function scoreAll(
  pack: Pack,
  { label, decoder, options, draws }: Entrant,
  { chosen, rate }: { readonly chosen: readonly Indexed[]; readonly rate: number },
): Promise<Scored[]> {
  const all: Scored[] = [];
  for (const { passage, index } of chosen) {
    const { tokens, targets } = maskedPassage(passage, index, rate);
    const { likelihood, standardError } = await score(
      pack,
      { tokens },
      {
        decoder,
        options,
        fill: { tokens: targets },
        seed: BigInt(index),
        ...(draws === undefined ? {} : { draws }),
      },
    );
    const { kind, logProb } = likelihood;
    const { source } = passage;
    all.push({
      label,
      source,
      passage: index,
      rate,
      kind,
      open: targets.length,
      logProb,
      standardError,
    });
  }
  return all;
}

/** Such as `≤ 41.2 (38.0–44.9)`. */
function perplexity(scored: readonly Scored[]): string {
  const logPerplexity = (sample: readonly Scored[]) =>
    sample.reduce((sum, { logProb }) => sum - logProb, 0) /
    sample.reduce((sum, { open }) => sum + open, 0);
  const { low, high } = bootstrapInterval(scored, logPerplexity);
  const [middle, least, greatest] = [logPerplexity(scored), low, high].map((log) =>
    Math.exp(log).toPrecision(3),
  );
  const bound = scored.some(({ kind }) => kind === 'ELBO') ? '≤ ' : '';
  return `${bound}${middle} (${least}–${greatest})`;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
