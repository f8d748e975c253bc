import { describe, expect, it } from 'vitest';
import { wordStartIds } from '../../src/text/tokenizer.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';

describe('wordStartIds', () => {
  it('marks tokens that begin with a space and have another byte', () => {
    const tokenizer = new ByteTokenizer([' the', '  ', ' \n', 'the', 'a b']);
    const marks = wordStartIds(tokenizer, tokenizer.vocabularySize);
    expect([...marks.keys()].filter((id) => marks[id] === 1)).toEqual([260, 261, 262]);
  });

  it('covers the vocabulary it is asked for', () => {
    const tokenizer = new ByteTokenizer([' the']);
    expect(wordStartIds(tokenizer, 260)).toHaveLength(260);
    expect(wordStartIds(tokenizer, 300)).toHaveLength(300);
  });
});
