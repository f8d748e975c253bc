import { describe, expect, it } from 'vitest';
import { Corpus, type Example } from '../../../src/packs/train/corpus.ts';
import { ByteTokenizer } from '../../support/byte-tokenizer.ts';

const tokenizer = new ByteTokenizer();
const letters = [...'abcdefghijklmnopqrstuvwxyz'];
/** 26 documents of 20 to 70 tokens, each of one letter. */
const text = letters.map((letter, index) => letter.repeat(20 + 2 * index)).join('\n\n');
const options = { exampleLength: 32, heldOutShare: 0.3, seed: 7n };
const corpus = new Corpus([text], tokenizer, options);
const indices = Array.from({ length: 200 }, (_, index) => index);

const words = 'the old, cold harbour; nobody unfathomable left it\nwithout a "word"';
const sentences = letters.map((letter) => `${words} ${letter} ${words}`).join('\n\n');
const spoken = new Corpus([sentences], tokenizer, { ...options, exampleLength: 200 });

const letterOf = (ids: readonly number[]) => new Set(ids).size === 1 && ids[0];

/** Positions of each word, of which at most eight letters count as one, and of each character between words. */
function wordsOf(ids: readonly number[]): number[][] {
  const text = ids.map((id) => String.fromCharCode(...tokenizer.bytesOf(id))).join('');
  return [...text.matchAll(/[a-z]{1,8}|[^a-z]/g)].map(({ 0: { length }, index }) =>
    Array.from({ length }, (_, offset) => index + offset),
  );
}

describe('a corpus', () => {
  it('cuts each example from one document, and none from one that is held out', () => {
    const training = new Set(indices.map((index) => letterOf(corpus.example(index).ids)));
    const heldOut = new Set(
      indices.map((index) => letterOf(corpus.heldOutExample(index, 0.5).ids)),
    );
    expect(training).not.toContain(false);
    expect(heldOut).not.toContain(false);
    expect(training.size + heldOut.size).toBeLessThanOrEqual(26);
    expect([...heldOut].filter((letter) => training.has(letter))).toEqual([]);
  });

  it('cuts examples out of a whole document, its beginning and its end among them', () => {
    const long = [...letters, ...letters.map((letter) => letter.toUpperCase())].join('');
    const texts = letters.map((letter) => `${long}${letter}`);
    const cut = new Corpus([texts.join('\n\n')], tokenizer, options);
    const starts = new Set(indices.map((index) => cut.example(index).ids[0]));
    expect([...starts].sort((a = 0, b = 0) => a - b)).toEqual(
      tokenizer.encode(`${letters.slice(0, 22).join('')}`),
    );
  });

  it('counts a document once, however often it is there', () => {
    const twice = new Corpus([text, `${text}\n\n${text}`], tokenizer, options);
    for (const index of indices.slice(0, 20)) {
      expect(twice.example(index)).toEqual(corpus.example(index));
      expect(twice.heldOutExample(index, 0.5)).toEqual(corpus.heldOutExample(index, 0.5));
    }
  });

  it('gives the same example for an index, and others for another seed', () => {
    const again = new Corpus([text], tokenizer, options);
    const other = new Corpus([text], tokenizer, { ...options, seed: 8n });
    const examples = indices.map((index) => corpus.example(index));
    expect(indices.map((index) => again.example(index))).toEqual(examples);
    expect(indices.map((index) => other.example(index))).not.toEqual(examples);
  });

  it('masks at least one position of at most the given number, ascending', () => {
    for (const index of indices) {
      const { ids, masked } = corpus.example(index);
      expect(ids.length).toBeLessThanOrEqual(32);
      expect(ids.length).toBeGreaterThanOrEqual(20);
      expect(masked.length).toBeGreaterThan(0);
      expect([...masked].sort((a, b) => a - b)).toEqual(masked);
      expect(masked.every((position) => position < ids.length)).toBe(true);
    }
  });

  it('has mask rates that are uniform', () => {
    const shares = indices.map((index) => {
      const { ids, masked } = spoken.example(index);
      return masked.length / ids.length;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    // Of 200 uniform rates the mean is 0.5 ± 0.02; of one fixed rate, the quarters would be empty.
    expect(mean).toBeGreaterThan(0.42);
    expect(mean).toBeLessThan(0.58);
    for (const quarter of [0, 1, 2, 3]) {
      const count = shares.filter((share) => Math.min(3, Math.floor(share * 4)) === quarter).length;
      expect(count).toBeGreaterThan(25);
    }
  });

  it('masks whole words in half of the examples', () => {
    const cutWords = (example: Example) => {
      const isMasked = new Set(example.masked);
      const parts = wordsOf(example.ids);
      return parts.filter((part) => new Set(part.map((at) => isMasked.has(at))).size > 1).length;
    };
    const examples = [
      (index: number) => spoken.example(index),
      (index: number) => spoken.heldOutExample(index, 0.5),
    ];
    for (const example of examples) {
      const counts = indices.map((index) => cutWords(example(index)));
      // Of single tokens, rates near 0 and 1 cut few words or none.
      const whole = counts.filter((count) => count === 0).length;
      expect(whole).toBeGreaterThan(85);
      expect(whole).toBeLessThan(130);
      expect(counts.filter((count) => count > 2).length).toBeGreaterThan(65);
    }
  });

  it('holds the same texts out at every rate, with more masks at a higher one', () => {
    for (const index of indices.slice(0, 20)) {
      const [few, many] = [0.1, 0.9].map((rate) => corpus.heldOutExample(index, rate));
      expect(many?.ids).toEqual(few?.ids);
      expect(many?.masked).toEqual(expect.arrayContaining([...(few?.masked ?? [])]));
    }
  });

  it('refuses texts of which none can be held out', () => {
    expect(() => new Corpus(['one document only, and no other'], tokenizer, options)).toThrow(
      /1 different documents .* both need at least one/,
    );
  });
});
