/**
 * How each metric is computed from item results: sums over items and what is made of them, a quantile over items, or one
 * figure of all.
 *
 * Knows no intervals and no entrants. Token figures count a fill's own tokens; times count from the start of the run.
 */
import { bleuCounts, bleuScore } from './bleu.ts';
import type { FillCost, ItemFill, ItemResult, ItemScore } from './item-result.ts';
import type { Metric } from './metric.ts';
import {
  fScore,
  ngramOverlap,
  ngrams,
  type Overlap,
  rougeWords,
  subsequenceOverlap,
} from './text-overlap.ts';

/** Of one item, for sums over items; all items of a measure have as many. */
export type Terms = readonly number[];

/** How a metric is computed. */
export type Measure =
  | {
      readonly kind: 'SUMS';
      /** Null where the item has no such figure. */
      readonly terms: (result: ItemResult) => Terms | null;
      /** From the sums of terms; not finite where it has no value. */
      readonly value: (sums: Terms) => number;
    }
  | {
      readonly kind: 'QUANTILE';
      readonly share: number;
      readonly term: (result: ItemResult) => number | null;
    }
  | {
      readonly kind: 'WHOLE';
      /** Why there is no interval, and what else a reader must know. */
      readonly note: string;
      readonly has: (result: ItemResult) => boolean;
      readonly value: (results: readonly ItemResult[]) => number;
    };

const measures = {
  PERPLEXITY: ofScore(
    ({ negLogLikelihood, openTokens }) => [negLogLikelihood, openTokens],
    (sums) => Math.exp(ratio(sums)),
  ),
  BITS_PER_CHARACTER: ofScore(({ negLogLikelihood, characters }) => [
    negLogLikelihood / Math.LN2,
    characters,
  ]),
  TOKEN_ACCURACY: ofFill(({ tokens }) => tokens && [tokens.matches, tokens.open]),
  EXACT_MATCH: ofFill(({ exact }) => [exact ? 1 : 0, 1]),
  ROUGE_1: rouge((candidate, reference) => ngramOverlap(candidate, reference, 1)),
  ROUGE_2: rouge((candidate, reference) => ngramOverlap(candidate, reference, 2)),
  ROUGE_L: rouge(subsequenceOverlap),
  BLEU: ofFill(bleuOfSlots, bleuScore),
  SENTENCE_BLEU: ofFill((fill) => [bleuScore(bleuOfSlots(fill)), 1]),
  DISTINCT_1: distinct(1),
  DISTINCT_2: distinct(2),
  TOKEN_ENTROPY: ofFill(({ tokens }) => tokens && [entropyOf(tokens.ids), 1]),
  CAUSAL_PASSES: ofFill(({ cost }) => cost && [cost.causalPasses, 1]),
  MASKED_PASSES: ofFill(({ cost }) => cost && [cost.maskedPasses, 1]),
  TOKENS_PER_PASS: ofFill(
    ({ tokens, cost }) =>
      tokens && cost && [tokens.ids.length, cost.causalPasses + cost.maskedPasses],
  ),
  TOKENS_PER_SECOND: ofFill(
    ({ tokens, cost }) => tokens && cost && [tokens.ids.length, cost.totalMs / 1000],
  ),
  FIRST_TOKEN_P50: ofCost(0.5, ({ firstTokenMs }) => firstTokenMs),
  FIRST_TOKEN_P95: ofCost(0.95, ({ firstTokenMs }) => firstTokenMs),
  LATENCY_P50: ofCost(0.5, ({ totalMs }) => totalMs),
  LATENCY_P95: ofCost(0.95, ({ totalMs }) => totalMs),
  PEAK_MEMORY: {
    kind: 'WHOLE',
    note: 'no interval, as it is a maximum; of the whole decoding worker, which entrants of one model pack share',
    has: ({ fill }) => typeof fill?.cost?.peakBytes === 'number',
    value: (results) =>
      Math.max(...results.map(({ fill }) => fill?.cost?.peakBytes ?? 0)) / 2 ** 20,
  },
} as const satisfies Record<Metric, Measure>;

/** Returns how a metric is computed. */
export function measureOf(metric: Metric): Measure {
  return measures[metric];
}

function ofScore(terms: (score: ItemScore) => Terms, value = ratio): Measure {
  return { kind: 'SUMS', terms: ({ score }) => score && terms(score), value };
}

function ofFill(terms: (fill: ItemFill) => Terms | null, value = ratio): Measure {
  return { kind: 'SUMS', terms: ({ fill }) => fill && terms(fill), value };
}

function ofCost(share: number, term: (cost: FillCost) => number | null): Measure {
  return { kind: 'QUANTILE', share, term: ({ fill }) => (fill?.cost ? term(fill.cost) : null) };
}

/** The F-score over all slots of an item; n-grams do not reach from one slot into another. Null without any to find. */
function rouge(overlap: (candidate: string[], reference: string[]) => Overlap): Measure {
  return ofFill(({ slots }) => {
    const overlaps = slots.map(({ text, gold }) => overlap(rougeWords(text), rougeWords(gold)));
    const sum = (part: keyof Overlap) => overlaps.reduce((all, of) => all + of[part], 0);
    const reference = sum('reference');
    if (reference === 0) return null;
    return [fScore({ shared: sum('shared'), candidate: sum('candidate'), reference }), 1];
  });
}

function bleuOfSlots({ slots }: ItemFill): Terms {
  return addTerms(slots.map(({ text, gold }) => bleuCounts(text, gold)));
}

/** Distinct n-grams over all n-grams of all fills. Li et al. 2016, "A diversity-promoting objective function". */
function distinct(n: number): Measure {
  return {
    kind: 'WHOLE',
    note: 'no interval, as repeated items would change the figure',
    has: ({ fill }) => fill !== null,
    value: (results) => {
      const slots = results.flatMap(({ fill }) => fill?.slots ?? []);
      const all = slots.flatMap(({ text }) => ngrams(rougeWords(text), n));
      return new Set(all).size / all.length;
    },
  };
}

/** Of the fill's own token frequencies, in nats; 0 where all its tokens are the same. */
function entropyOf(ids: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / ids.length);
  return shares.reduce((sum, share) => sum - share * Math.log(share), 0);
}

function ratio([numerator = 0, denominator = 0]: Terms): number {
  return numerator / denominator;
}

/** Returns the sums of equally many terms. @param rows - at least one. */
export function addTerms(rows: readonly Terms[]): number[] {
  const [first = [], ...rest] = rows;
  const sums = [...first];
  for (const row of rest)
    for (const [index, term] of row.entries()) sums[index] = (sums[index] ?? 0) + term;
  return sums;
}
