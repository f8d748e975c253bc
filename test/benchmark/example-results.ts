/** A small benchmark, made up: two entrants of one vocabulary, one of another, fills that were made elsewhere. */
import type { BenchmarkResults, EntrantFacts } from '../../src/benchmark/benchmark-results.ts';
import type { ItemFill, ItemResult, ItemScore } from '../../src/benchmark/item-result.ts';
import { metricNames } from '../../src/benchmark/metric.ts';

/** An entrant of a pack. */
export function entrantOf(id: string, changes: Partial<EntrantFacts> = {}): EntrantFacts {
  return {
    id,
    label: `Entrant ${id}`,
    decoderName: 'maria',
    modelId: 'small',
    modelDigest: 'd0'.repeat(32),
    vocabularyDigest: 'a1'.repeat(32),
    settings: [{ name: 'temperature', value: '0' }],
    ...changes,
  };
}

/** A score of an exact kind. */
export function scoreOf(negLogLikelihood: number, changes: Partial<ItemScore> = {}): ItemScore {
  return {
    kind: 'CHAIN_RULE',
    negLogLikelihood,
    openTokens: 4,
    characters: 10,
    standardError: null,
    ...changes,
  };
}

/** A fill of one slot. */
export function fillOf(text: string, gold: string, changes: Partial<ItemFill> = {}): ItemFill {
  return {
    slots: [{ gold, text }],
    exact: gold === text,
    tokens: { ids: [1, 2, 2, 3], open: 4, matches: 2 },
    cost: {
      causalPasses: 3,
      maskedPasses: 1,
      queueMs: 5,
      firstTokenMs: 10,
      totalMs: 40,
      peakBytes: null,
    },
    ...changes,
  };
}

/** A result of item `itemId` under `rate-0.3-word`. */
export function resultOf(
  entrantId: string,
  itemId: string,
  parts: Partial<Omit<ItemResult, 'entrantId' | 'itemId'>>,
): ItemResult {
  const empty = {
    maskingName: 'rate-0.3-word',
    group: itemId,
    score: null,
    fill: null,
    error: null,
  };
  return { ...empty, entrantId, itemId, ...parts };
}

/** A benchmark of these results, every metric asked for. */
export function resultsOf(
  entrants: readonly EntrantFacts[],
  items: readonly ItemResult[],
): BenchmarkResults {
  return {
    name: 'Example',
    dataset: {
      name: 'made-up',
      digest: 'ef'.repeat(32),
      licence: 'CC0-1.0',
      source: 'here',
      itemCount: 4,
    },
    seed: 7n,
    maskings: [{ kind: 'RATE', rate: 0.3, unit: 'WORD' }],
    metrics: metricNames,
    entrants,
    items,
    environment: [{ name: 'device', value: 'cpu' }],
  };
}
