/**
 * Compares log-likelihoods of fills with those a reference implementation gave.
 *
 * Usage: npx tsx bench/reference-likelihoods.ts FILE [PACK]
 * FILE is JSON: { items: [{ rate, tokens, open, logLikelihood: { autoregressive, maria } }] }, natural logarithms at
 * temperature 1. Prints, per decoder, the largest and the total relative difference, and perplexity per rate.
 */
import { readFileSync } from 'node:fs';
import { openPack, score } from '../src/index.ts';

type Item = {
  readonly rate: number;
  readonly tokens: readonly number[];
  readonly open: readonly number[];
  readonly logLikelihood: Readonly<Record<string, number>>;
};

const [file, folder] = process.argv.slice(2);
if (file === undefined)
  throw new Error('Usage: npx tsx bench/reference-likelihoods.ts FILE [PACK]');
const { items }: { items: readonly Item[] } = JSON.parse(readFileSync(file, 'utf8'));
const pack = await openPack(folder === undefined ? {} : { folder });
for (const decoder of pack.engine.decoderNames) {
  let [ours, reference, largest] = [0, 0, 0];
  const byRate = new Map<number, { nll: number; count: number }>();
  for (const item of items) {
    const open = new Set(item.open);
    const tokens = item.tokens.map((id, position) => (open.has(position) ? null : id));
    const targets = item.open.map((position) => item.tokens[position] ?? -1);
    const { likelihood } = await score(pack, { tokens }, { decoder, fill: { tokens: targets } });
    const logLikelihood = likelihood.logProb;
    const expected = item.logLikelihood[decoder] ?? Number.NaN;
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
    `${decoder}: ${items.length} items, largest relative difference ${(100 * largest).toFixed(5)} %, ` +
      `total ${(100 * Math.abs(ours / reference - 1)).toFixed(5)} %; perplexity ${perplexities.join(', ')}\n`,
  );
}
await pack.close();
