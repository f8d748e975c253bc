/** Entrants against a baseline. */
import { describe, expect, it } from 'vitest';
import type { EntrantFacts } from '../../src/benchmark/benchmark-results.ts';
import { benchmarkDifferences, type Difference } from '../../src/benchmark/differences.ts';
import type { ItemResult } from '../../src/benchmark/item-result.ts';
import type { Masking } from '../../src/benchmark/masking.ts';
import type { Metric } from '../../src/benchmark/metric.ts';
import { entrantOf, fillOf, resultOf, resultsOf, scoreOf } from './example-results.ts';

type Case = {
  readonly entrants?: readonly EntrantFacts[];
  readonly maskings?: readonly Masking[];
  readonly metrics?: readonly Metric[];
};

function differencesOf(items: readonly ItemResult[], changes: Case = {}): Difference[] {
  const results = resultsOf([entrantOf('base'), entrantOf('other')], items);
  return benchmarkDifferences({ ...results, metrics: ['PERPLEXITY'], ...changes }, 'base');
}

/** Losses of items 0, 1, … under an entrant. */
function losses(entrantId: string, values: readonly number[], changes = {}): ItemResult[] {
  return values.map((value, index) =>
    resultOf(entrantId, `i${index}`, { score: scoreOf(value), ...changes }),
  );
}

const spread = [1, 9, 4, 16, 2, 12, 7, 3];
const slightlyWorse = spread.map((loss, index) => loss + 0.4 + 0.02 * index);

describe('a difference', () => {
  it('is a ratio of perplexities, paired, so that the spread of items does not hide it', () => {
    const [difference] = differencesOf([
      ...losses('base', spread),
      ...losses('other', slightlyWorse),
    ]);
    const added = 0.4 + 0.02 * 3.5;
    expect(difference?.estimate?.difference).toBeCloseTo(Math.exp(added / 4), 12);
    expect(difference?.estimate?.isRatio).toBe(true);
    expect(difference?.estimate?.low).toBeGreaterThan(1.1);
    // Every resample is above 1: twice (0 + 1) of 10,001.
    expect(difference?.estimate?.pValue).toBeCloseTo(2 / 10_001, 12);
  });

  it('of equal entrants is none, with p = 1', () => {
    const [difference] = differencesOf([...losses('base', spread), ...losses('other', spread)]);
    expect(difference?.estimate).toMatchObject({ difference: 1, low: 1, high: 1, pValue: 1 });
  });

  it('is over the items that both have', () => {
    const base = losses('base', spread);
    const other = losses('other', slightlyWorse);
    const [difference] = differencesOf([...base.slice(0, 6), ...other.slice(2)]);
    expect(difference?.n).toBe(4);
    expect(differencesOf([...base.slice(2, 6), ...other.slice(2, 6)])[0]).toEqual(difference);
  });

  it('has neither interval nor p-value for one group', () => {
    const one = { group: 'all' };
    const [difference] = differencesOf([
      ...losses('base', spread, one),
      ...losses('other', slightlyWorse, one),
    ]);
    expect(difference?.estimate).toMatchObject({
      low: null,
      high: null,
      pValue: null,
      adjustedPValue: null,
    });
  });
});

describe('p-values', () => {
  it('are corrected over all differences of one metric, and of no other', () => {
    const entrants = [entrantOf('base'), entrantOf('x'), entrantOf('y')];
    const items = [
      ...losses('base', spread),
      ...losses('x', slightlyWorse),
      ...losses('y', slightlyWorse),
    ];
    const metrics = ['PERPLEXITY', 'BITS_PER_CHARACTER'] as const;
    const estimates = differencesOf(items, { entrants, metrics }).map(({ estimate }) => estimate);
    expect(estimates).toHaveLength(4);
    for (const estimate of estimates) {
      expect(estimate?.adjustedPValue).toBeCloseTo(2 * (estimate?.pValue ?? 0), 12);
    }
  });
});

describe('what is refused', () => {
  const other = entrantOf('other', { vocabularyDigest: 'b2'.repeat(32) });
  const entrants = [entrantOf('base'), other];
  const items = [...losses('base', spread), ...losses('other', slightlyWorse)];

  it('is perplexity across vocabularies, naming both digests', () => {
    const [difference] = differencesOf(items, { entrants });
    expect(difference).toMatchObject({ n: 0, estimate: null, refusal: { code: 'UNSUPPORTED' } });
    expect(difference?.refusal?.message).toContain('a1'.repeat(32));
    expect(difference?.refusal?.message).toContain('b2'.repeat(32));
  });

  it('is not bits per character', () => {
    const [difference] = differencesOf(items, { entrants, metrics: ['BITS_PER_CHARACTER'] });
    expect(difference?.refusal).toBeNull();
    expect(difference?.estimate?.isRatio).toBe(false);
  });

  it('is everything across vocabularies where tokens were masked', () => {
    const masked = items.map((result) => ({ ...result, maskingName: 'rate-0.3-token' }));
    const maskings = [{ kind: 'RATE', rate: 0.3, unit: 'TOKEN' }] as const;
    const [difference] = differencesOf(masked, {
      entrants,
      maskings,
      metrics: ['BITS_PER_CHARACTER'],
    });
    expect(difference?.refusal?.message).toContain('Every figure of rate-0.3-token');
  });

  it('is a vocabulary that is not known, even beside another', () => {
    const unknown = [
      entrantOf('base', { vocabularyDigest: null }),
      entrantOf('other', { vocabularyDigest: null }),
    ];
    expect(differencesOf(items, { entrants: unknown })[0]?.refusal?.code).toBe('UNSUPPORTED');
  });

  it.each(['ELBO', 'INDEPENDENT'] as const)('is %s against an exact likelihood', (kind) => {
    const bounds = spread.map((loss, index) =>
      resultOf('other', `i${index}`, { score: scoreOf(loss, { kind }) }),
    );
    const [difference] = differencesOf([...losses('base', spread), ...bounds]);
    expect(difference?.refusal?.message).toContain(`"Entrant other" is ${kind}`);
  });

  it('is an unknown baseline', () => {
    expect(() => benchmarkDifferences(resultsOf(entrants, items), 'nobody')).toThrow(
      'no entrant "nobody"',
    );
  });
});

describe('two bounds', () => {
  it('are set against each other, with a word of warning', () => {
    const bound = { kind: 'ELBO', standardError: 0.1 } as const;
    const items = ['base', 'other'].flatMap((id) =>
      spread.map((loss, index) => resultOf(id, `i${index}`, { score: scoreOf(loss, bound) })),
    );
    expect(differencesOf(items)[0]?.note).toContain(
      'a difference of two bounds, which bounds no difference',
    );
  });
});

describe('speed', () => {
  it('is compared as a ratio of quantiles over the same items', () => {
    const fast = fillOf('a', 'a');
    const cost = {
      causalPasses: 3,
      maskedPasses: 1,
      queueMs: 5,
      firstTokenMs: 15,
      totalMs: 80,
      peakBytes: null,
    };
    const items = [0, 1, 2].flatMap((index) => [
      resultOf('base', `i${index}`, { fill: fast }),
      resultOf('other', `i${index}`, { fill: { ...fast, cost } }),
    ]);
    const [difference] = differencesOf(items, { metrics: ['LATENCY_P50'] });
    expect(difference?.estimate?.difference).toBeCloseTo(2, 12);
  });
});
