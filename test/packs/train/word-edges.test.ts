import { describe, expect, it } from 'vitest';
import { WordEdges } from '../../../src/packs/train/word-edges.ts';
import { ByteTokenizer } from '../../support/byte-tokenizer.ts';

const tokenizer = new ByteTokenizer([' the', ' s', 'ing', 'don', '."', 'é', 'x ']);
const edges = new WordEdges(tokenizer);
const firstPositions = (text: string) => edges.firstPositions(tokenizer.encode(text));

describe('words', () => {
  it('begin at what is neither letter nor digit, and after it', () => {
    // don, ', t, the, s, ing, ing, .", é, 9
    expect(firstPositions('don\'t the singing."é9')).toEqual([0, 1, 2, 3, 4, 4, 4, 7, 8, 8]);
  });

  it('end in a token whose last byte is neither', () => {
    // a, "x ", b
    expect(firstPositions('ax b')).toEqual([0, 0, 2]);
  });

  it('have eight tokens at most', () => {
    const eights = [0, 8].flatMap((first) => Array.from({ length: 8 }, () => first));
    expect(firstPositions('abcdefghijklmnopqr')).toEqual([...eights, 16, 16]);
  });
});
