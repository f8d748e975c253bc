/**
 * How much two texts share: ROUGE-N and ROUGE-L, and the counts BLEU is made of; and n-grams, for those and distinct-n.
 *
 * Knows words; knows no slots and no metric names. ROUGE: Lin 2004, "ROUGE: A package for automatic evaluation of summaries".
 */
import { wordSpans } from './text-units.ts';

/** What precision and recall are made of. */
export type Overlap = {
  readonly shared: number;
  readonly candidate: number;
  readonly reference: number;
};

/** Returns the words of a text in lower case, without punctuation and stemming. */
export function rougeWords(text: string): string[] {
  const lower = text.toLowerCase();
  return wordSpans(lower).map(({ start, end }) => lower.slice(start, end));
}

/** Returns every run of `n` tokens, in order, each as one string. */
export function ngrams(tokens: readonly string[], n: number): string[] {
  return Array.from({ length: Math.max(0, tokens.length - n + 1) }, (_, start) =>
    JSON.stringify(tokens.slice(start, start + n)),
  );
}

/** Returns how many n-grams two token lists share, each at most as often as it is in both. */
export function ngramOverlap(
  candidate: readonly string[],
  reference: readonly string[],
  n: number,
): Overlap {
  const left = new Map<string, number>();
  const expected = ngrams(reference, n);
  for (const ngram of expected) left.set(ngram, (left.get(ngram) ?? 0) + 1);
  const found = ngrams(candidate, n);
  let shared = 0;
  for (const ngram of found) {
    const count = left.get(ngram) ?? 0;
    if (count > 0) shared += 1;
    left.set(ngram, count - 1);
  }
  return { shared, candidate: found.length, reference: expected.length };
}

/** Returns the length of the longest common subsequence beside both lengths. */
export function subsequenceOverlap(
  candidate: readonly string[],
  reference: readonly string[],
): Overlap {
  let lengths = new Array<number>(reference.length + 1).fill(0);
  for (const token of candidate) {
    const next = [0];
    for (const [index, other] of reference.entries()) {
      const extended = (lengths[index] ?? 0) + 1;
      const kept = Math.max(lengths[index + 1] ?? 0, next[index] ?? 0);
      next.push(token === other ? extended : kept);
    }
    lengths = next;
  }
  const shared = lengths.at(-1) ?? 0;
  return { shared, candidate: candidate.length, reference: reference.length };
}

/** Returns the harmonic mean of precision and recall, in [0, 1]; 0 where nothing is shared. */
export function fScore({ shared, candidate, reference }: Overlap): number {
  return shared === 0 ? 0 : (2 * shared) / (candidate + reference);
}
