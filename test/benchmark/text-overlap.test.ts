/** ROUGE on the examples of its paper, and against plain definitions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fScore,
  ngramOverlap,
  ngrams,
  rougeWords,
  subsequenceOverlap,
} from '../../src/benchmark/text-overlap.ts';

const reference = rougeWords('police killed the gunman');
const first = rougeWords('police kill the gunman');
const second = rougeWords('the gunman kill police');

describe('the examples of Lin 2004', () => {
  it('have ROUGE-L 3/4 and 2/4', () => {
    expect(fScore(subsequenceOverlap(first, reference))).toBe(3 / 4);
    expect(fScore(subsequenceOverlap(second, reference))).toBe(2 / 4);
  });

  it('have the same ROUGE-2, as both share "the gunman"', () => {
    expect(fScore(ngramOverlap(first, reference, 2))).toBe(1 / 3);
    expect(fScore(ngramOverlap(second, reference, 2))).toBe(1 / 3);
  });
});

describe('words', () => {
  it('are in lower case, without punctuation', () => {
    expect(rougeWords('"Well-known" Café, 3 o’clock!')).toEqual([
      'well-known',
      'café',
      '3',
      'o’clock',
    ]);
  });
});

describe('overlaps', () => {
  const tokens = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });

  it('of n-grams count each as often as the rarer side has it', () => {
    fc.assert(
      fc.property(tokens, tokens, fc.integer({ min: 1, max: 3 }), (left, right, n) => {
        const [found, expected] = [ngrams(left, n), ngrams(right, n)];
        const count = (list: string[], gram: string) =>
          list.filter((other) => other === gram).length;
        const shared = [...new Set(found)]
          .map((gram) => Math.min(count(found, gram), count(expected, gram)))
          .reduce((sum, one) => sum + one, 0);
        expect(ngramOverlap(left, right, n)).toEqual({
          shared,
          candidate: Math.max(0, left.length - n + 1),
          reference: Math.max(0, right.length - n + 1),
        });
      }),
    );
  });

  it('of subsequences are those of trying every one', () => {
    fc.assert(
      fc.property(tokens, tokens, (left, right) => {
        const subsequences = Array.from({ length: 2 ** left.length }, (_, bits) =>
          left.filter((_token, index) => (bits >> index) % 2 === 1),
        ).filter((tokensOf) => isSubsequence(tokensOf, right));
        const longest = Math.max(...subsequences.map(({ length }) => length));
        expect(subsequenceOverlap(left, right).shared).toBe(longest);
      }),
    );
  });
});

function isSubsequence(tokens: readonly string[], of: readonly string[]): boolean {
  let found = 0;
  for (const token of of) if (token === tokens[found]) found += 1;
  return found === tokens.length;
}
