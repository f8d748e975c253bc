/**
 * Compares log-likelihoods of fills with those a reference implementation gave.
 *
 * Usage: npx tsx bench/reference-likelihoods.ts FILE [PACK]
 * FILE is JSON: { items: [{ rate, tokens, open, logLikelihood: { autoregressive, maria, maskedOneShot } }] }, natural
 * logarithms at temperature 1. Prints, per decoder, the largest and the total relative difference, and perplexity per
 * rate; a figure without a decoder here is an error.
 */
import { readFileSync } from 'node:fs';
import { type InfillOptions, openPack, score } from '../src/index.ts';

type Item = {
  readonly rate: number;
  readonly tokens: readonly number[];
  readonly open: readonly number[];
  readonly logLikelihood: Readonly<Record<string, number>>;
};

/** What each figure of the reference is of. */
const decoders: Readonly<Record<string, Pick<InfillOptions, 'decoder' | 'options'>>> = {
  autoregressive: { decoder: 'autoregressive' },
  maria: { decoder: 'maria' },
  maskedOneShot: { decoder: 'masked-lm', options: { commit: 'one-shot' } },
};

const [file, folder] = process.argv.slice(2);
if (file === undefined)
  throw new Error('Usage: npx tsx bench/reference-likelihoods.ts FILE [PACK]');
const { items }: { items: readonly Item[] } = JSON.parse(readFileSync(file, 'utf8'));
const pack = await openPack(folder === undefined ? {} : { folder });
for (const figure of Object.keys(items[0]?.logLikelihood ?? {})) {
  const entrant = decoders[figure];
  if (entrant === undefined) throw new Error(`No decoder has the figure "${figure}".`);
  let [ours, reference, largest] = [0, 0, 0];
  const byRate = new Map<number, { nll: number; count: number }>();
  for (const item of items) {
    const open = new Set(item.open);
    const tokens = item.tokens.map((id, position) => (open.has(position) ? null : id));
    const targets = item.open.map((position) => item.tokens[position] ?? -1);
    const { likelihood } = await score(pack, { tokens }, { ...entrant, fill: { tokens: targets } });
    const logLikelihood = likelihood.logProb;
    const expected = item.logLikelihood[figure] ?? Number.NaN;
    ours += logLikelihood;
    reference += expected;
    largest = Math.max(largest, Math.abs(logLikelihood / expected - 1));
    const sums = byRate.get(item.rate) ?? { nll: 0, count: 0 };
    byRate.set(item.rate, { nll: sums.nll - logLikelihood, count: sums.count + targets.length });
  }
  const perplexities = [...byRate].map(
    ([rate, { nll, count }]) => `${rate}: ${Math.exp(nll / count).toFixed(2)}`,
  );
  process.stdout.write(
    `${figure}: ${items.length} items, largest relative difference ${(100 * largest).toFixed(5)} %, ` +
      `total ${(100 * Math.abs(ours / reference - 1)).toFixed(5)} %; perplexity ${perplexities.join(', ')}\n`,
  );
}
await pack.close();
