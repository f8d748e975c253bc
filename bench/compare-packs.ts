/**
 * Two packs on the same text, whatever their vocabularies: bits per character of masked words, by source and rate.
 *
 * The same words of the same passages are open for both (`word-passages.ts`). Both know how many tokens each open word
 * has in their own vocabulary. What is compared is Σ −log₂ p / Σ open characters; the difference has a 95 % interval of
 * 2,000 paired bootstrap samples of passages, below 0 where the first pack is better. Masked one-shot takes the tokens of
 * a word, and all others, as independent. --tokens is the most that a passage may have in either vocabulary; longer ones
 * are cut, for both. --draws is how many choices of open words a passage is measured under; it counts once.
 *
 *   npx tsx bench/compare-packs.ts --pack DIR --against DIR --text FILE [--text FILE] [--per-file N] [--characters N]
 *     [--tokens T] [--rate R …] [--draws N] [--decoder NAME …] [--json FILE] [--threads N]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openPack, type Pack, score } from '../src/index.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { machineState } from './figures.ts';
import {
  fitted,
  openUnits,
  readWordPassages,
  tokensOf,
  type WordPassage,
} from './word-passages.ts';

const decoders = {
  autoregressive: { decoder: 'autoregressive', options: {} },
  'masked one-shot': { decoder: 'masked-lm', options: { commit: 'one-shot' } },
  maria: { decoder: 'maria', options: {} },
} as const;

/** A key of `decoders`. */
type DecoderName = keyof typeof decoders;

/** Draw n of passage i has the masks of passage i + n × this. */
const passagesPerDraw = 100_000;

/** A passage scored by both packs, under all masks. */
type Compared = {
  readonly decoder: DecoderName;
  readonly source: string;
  readonly document: number;
  readonly rate: number;
  /** Open characters. */
  readonly characters: number;
  /** −log₂ p of the open text. */
  readonly bits: readonly [number, number];
  /** Open tokens. */
  readonly tokens: readonly [number, number];
};

const { values } = parseArgs({
  options: {
    pack: { type: 'string' },
    against: { type: 'string' },
    text: { type: 'string', multiple: true, default: [] },
    'per-file': { type: 'string', default: '50' },
    characters: { type: 'string', default: '400' },
    tokens: { type: 'string', default: '128' },
    rate: { type: 'string', multiple: true, default: ['0.1', '0.3', '0.5', '0.7', '0.9'] },
    draws: { type: 'string', default: '1' },
    decoder: { type: 'string', multiple: true, default: Object.keys(decoders) },
    json: { type: 'string' },
    threads: { type: 'string' },
  },
});

if (values.pack === undefined || values.against === undefined || values.text.length === 0) {
  throw new Error('--pack DIR, --against DIR and --text FILE are needed.');
}
const draws = Number(values.draws);
if (!Number.isInteger(draws) || draws < 1) {
  throw new Error(`--draws is ${values.draws}; it must be a whole number from 1.`);
}
const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
const packs = [
  await openPack({ folder: values.pack, ...threads }),
  await openPack({ folder: values.against, ...threads }),
] as const;
try {
  await report();
} finally {
  for (const pack of packs) await pack.close();
}

async function report(): Promise<void> {
  const passages = readWordPassages({
    files: values.text,
    perFile: Number(values['per-file']),
    characters: Number(values.characters),
  }).map((passage) => fitted(passage, packs, Number(values.tokens)));
  write(
    `${machineState()}; ${passages.length} passages of at most ${values.characters} characters; ${draws} draws of masks each`,
  );
  write('| source | passages | decoder | rate | first | second | difference |');
  write('| --- | --- | --- | --- | --- | --- | --- |');
  const all: Compared[] = [];
  for (const source of new Set(passages.map((passage) => passage.source))) {
    const indexed = passages
      .map((passage, index) => ({ passage, index }))
      .filter(({ passage }) => passage.source === source);
    for (const name of values.decoder.map(decoderNamed)) {
      for (const rate of values.rate.map(Number)) {
        const compared: Compared[] = [];
        for (const item of indexed) compared.push(await compare(name, rate, item));
        write(`| ${source} | ${indexed.length} | ${name} | ${rate} | ${figures(compared)} |`);
        all.push(...compared);
      }
    }
  }
  if (values.json !== undefined)
    writeFileSync(values.json, all.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

function decoderNamed(name: string): DecoderName {
  const known = (Object.keys(decoders) as DecoderName[]).find((each) => each === name);
  if (known === undefined) {
    throw new Error(`${name} is not one of: ${Object.keys(decoders).join(', ')}.`);
  }
  return known;
}

async function compare(
  name: DecoderName,
  rate: number,
  { passage, index }: { readonly passage: WordPassage; readonly index: number },
): Promise<Compared> {
  let characters = 0;
  const first = { pack: packs[0], bits: 0, tokens: 0 };
  const second = { pack: packs[1], bits: 0, tokens: 0 };
  for (let draw = 0; draw < draws; draw += 1) {
    const open = openUnits(passage, index + draw * passagesPerDraw, rate);
    for (const sum of [first, second]) {
      const { bits, tokens } = await bitsOf(sum.pack, name, { passage, open });
      sum.bits += bits;
      sum.tokens += tokens;
    }
    for (const at of open) characters += passage.units[at]?.length ?? 0;
  }
  return {
    decoder: name,
    source: passage.source,
    document: passage.document,
    rate,
    characters,
    bits: [first.bits, second.bits],
    tokens: [first.tokens, second.tokens],
  };
}

async function bitsOf(
  pack: Pack,
  name: DecoderName,
  { passage, open }: { readonly passage: WordPassage; readonly open: ReadonlySet<number> },
): Promise<{ readonly bits: number; readonly tokens: number }> {
  const { tokens, targets } = tokensOf(pack, passage, open);
  const fill = { tokens: targets };
  const { likelihood } = await score(pack, { tokens }, { ...decoders[name], fill, seed: 0n });
  return { bits: -likelihood.logProb / Math.LN2, tokens: targets.length };
}

/** Bits per character of both, and the first less the second, with its interval. */
function figures(compared: readonly Compared[]): string {
  const perCharacter = (sample: readonly Compared[], bits: (entry: Compared) => number) =>
    sample.reduce((sum, entry) => sum + bits(entry), 0) /
    sample.reduce((sum, { characters }) => sum + characters, 0);
  const difference = ({ bits: [first, second] }: Compared) => first - second;
  const { low, high } = bootstrapInterval(compared, (sample) => perCharacter(sample, difference));
  const [first, second, less, least, greatest] = [
    perCharacter(compared, ({ bits: [bits] }) => bits),
    perCharacter(compared, ({ bits: [, bits] }) => bits),
    perCharacter(compared, difference),
    low,
    high,
  ].map((figure) => figure.toFixed(3));
  return `${first} | ${second} | ${less} (${least} to ${greatest})`;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
