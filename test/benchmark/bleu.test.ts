/** BLEU against sacreBLEU, recorded by `training/make_bleu_reference.py`, and the counts of the paper's example. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bleuCounts, bleuScore, bleuTokens } from '../../src/benchmark/bleu.ts';
import { addTerms } from '../../src/benchmark/measures.ts';

type Reference = {
  readonly pairs: readonly {
    readonly candidate: string;
    readonly reference: string;
    readonly tokens: readonly string[];
    readonly score: number;
  }[];
  readonly corpus: number;
};

const fixture = join(import.meta.dirname, '../fixtures/benchmark/bleu.json');
const { pairs, corpus }: Reference = JSON.parse(readFileSync(fixture, 'utf8'));

describe('BLEU', () => {
  it.each(pairs)('of "$candidate" is that of sacreBLEU', ({ candidate, reference, score }) => {
    expect(bleuScore(bleuCounts(candidate, reference))).toBeCloseTo(score, 12);
  });

  it('of a set is that of sacreBLEU, from summed counts', () => {
    const counts = pairs.map(({ candidate, reference }) => bleuCounts(candidate, reference));
    expect(bleuScore(addTerms(counts))).toBeCloseTo(corpus, 12);
  });

  it.each(pairs)(
    'reads the tokens of "$candidate" as mteval-v13a does',
    ({ candidate, tokens }) => {
      expect(bleuTokens(candidate)).toEqual(tokens);
    },
  );

  it('clips counts: two of seven in the example of Papineni et al., part 2.1', () => {
    const counts = bleuCounts('the the the the the the the', 'The cat is on the mat'.toLowerCase());
    expect(counts.slice(0, 2)).toEqual([2, 7]);
  });
});
