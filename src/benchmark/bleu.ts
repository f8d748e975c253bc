/**
 * BLEU of up to four-grams with one reference, as sacreBLEU computes it with `tokenize=13a`, `smooth_method=exp` and
 * `effective_order=True`, case kept, in [0, 1].
 *
 * Sources: Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation"; Post 2018, "A call for
 * clarity in reporting BLEU scores"; Chen, Cherry 2014 (smoothing 3).
 */
import { ngramOverlap } from './text-overlap.ts';

const orders = [1, 2, 3, 4] as const;

/** (10): shared and candidate n-grams for n = 1 to 4, alternating; then tokens of the candidate and of the reference. */
export type BleuCounts = readonly number[];

/** Returns the counts of one text; counts of a set are their sums. */
export function bleuCounts(candidate: string, reference: string): BleuCounts {
  const found = bleuTokens(candidate);
  const expected = bleuTokens(reference);
  const overlaps = orders.map((n) => ngramOverlap(found, expected, n));
  return [
    ...overlaps.flatMap(({ shared, candidate: total }) => [shared, total]),
    found.length,
    expected.length,
  ];
}

/**
 * Returns BLEU of summed counts, in [0, 1].
 *
 * Orders for which the candidates have no n-gram are left out of the mean. The first order without a match counts as half a
 * match, the next as a quarter, and so on. 0 where nothing at all is shared.
 */
export function bleuScore(counts: BleuCounts): number {
  const [candidateLength = 0, referenceLength = 0] = counts.slice(-2);
  const pairs = orders.map((n) => counts.slice(2 * n - 2, 2 * n));
  if (pairs.every(([shared]) => shared === 0)) return 0;
  let smoothing = 1;
  const logs: number[] = [];
  for (const [shared = 0, total = 0] of pairs) {
    if (total === 0) break;
    if (shared === 0) smoothing /= 2;
    logs.push(Math.log((shared === 0 ? smoothing : shared) / total));
  }
  const logMean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const logPenalty = Math.min(0, 1 - referenceLength / candidateLength);
  return Math.exp(logPenalty + logMean);
}

/**
 * Returns the tokens of a text by the rules of mteval-v13a: punctuation apart, but periods and commas between digits kept.
 *
 * Character entities are text here, as fills are no markup.
 */
export function bleuTokens(text: string): string[] {
  return ` ${text.replaceAll('-\n', '').replaceAll('\n', ' ')} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter((token) => token !== '');
}
