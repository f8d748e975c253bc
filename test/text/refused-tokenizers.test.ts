import { describe, expect, it } from 'vitest';
import { openTokenizer } from '../../src/text/byte-level-tokenizer.ts';
import { smallTokenizerJson } from './small-tokenizer.ts';

describe('openTokenizer', () => {
  it.each(refusedFiles())('refuses %s', (_, source, message) => {
    expect(() => openTokenizer(source)).toThrow(
      expect.objectContaining({ code: 'INVALID_PACK', message: expect.stringContaining(message) }),
    );
  });
});

function refusedFiles(): [string, unknown, string][] {
  const json = smallTokenizerJson();
  const model = (changes: object) => ({ ...json, model: { ...json.model, ...changes } });
  const vocab = (changes: object) => model({ vocab: { ...json.model.vocab, ...changes } });
  const split = { type: 'Split', behavior: 'Isolated', pattern: { String: ' ' } };
  const steps = (step: unknown) => ({
    ...json,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [step, { type: 'ByteLevel' }] },
  });
  const nested = Array.from({ length: 9 }).reduce(
    (step: object) => ({ type: 'Sequence', normalizers: [step], pretokenizers: [step] }),
    { type: 'NFC' },
  );
  return [
    ['what is no object', [], 'the root is not an object'],
    ['null', 'null', 'the root is not an object'],
    ['another decoder', { ...json, decoder: { type: 'WordPiece' } }, 'decoder is "WordPiece"'],
    ['no decoder', { ...json, decoder: null }, 'decoder is not an object'],
    ['another model', model({ type: 'Unigram' }), 'model is "Unigram"'],
    ['an affix', model({ end_of_word_suffix: '</w>' }), 'model.end_of_word_suffix'],
    [
      'a normaliser that strips',
      { ...json, normalizer: { type: 'Strip' } },
      'normalizer is "Strip"',
    ],
    [
      'a hidden normaliser',
      { ...json, normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend' }] } },
      '"Prepend"',
    ],
    ['nesting', { ...json, normalizer: nested }, 'nested more than 4 deep'],
    ['no pre-tokenizer', { ...json, pre_tokenizer: null }, 'pre_tokenizer is not an object'],
    ['a pre-tokenizer without bytes', { ...json, pre_tokenizer: split }, 'exactly one ByteLevel'],
    [
      'a pre-tokenizer that drops spaces',
      steps({ type: 'Whitespace' }),
      'pre_tokenizer is "Whitespace"',
    ],
    ['a split that drops text', steps({ ...split, behavior: 'Removed' }), 'a Split other than'],
    ['an inverted split', steps({ ...split, invert: true }), 'a Split other than'],
    ['a split without a pattern', steps({ ...split, pattern: {} }), 'a Split other than'],
    ['a missing byte', renamed('a', 'aa'), 'no token for the byte 97'],
    ['a merge without a result', model({ merges: ['a b'] }), 'makes "ab"'],
    ['a merge that makes a special', mergedSpecial(), 'makes "<|bos|>"'],
    ['a merge of three', model({ merges: ['a b c'] }), 'not a pair'],
    ['an id that is no number', vocab({ x1: '7' }), 'model.vocab["x1"] has the id "7"'],
    ['a huge id', vocab({ x1: 1e12 }), 'not a whole number below'],
    ['a gap in the ids', vocab({ x1: 900 }), 'no token has the id'],
    ['two tokens of one id', vocab({ x1: 7 }), 'the id 7 is that of'],
    [
      'a token with two ids',
      { ...json, added_tokens: [{ id: 9, content: 'a' }] },
      '"a" has two ids',
    ],
    ['a token that spells no bytes', vocab({ 'x y': 265 }), 'does not spell bytes at " "'],
    ['an empty token', vocab({ '': 265 }), 'an empty token'],
    [
      'an added token without text',
      { ...json, added_tokens: [{ id: 9 }] },
      'an entry without text',
    ],
  ];
}

function renamed(from: string, to: string) {
  const json = smallTokenizerJson();
  const entries = Object.entries(json.model.vocab).map(([token, id]) => [
    token === from ? to : token,
    id,
  ]);
  return { ...json, model: { ...json.model, vocab: Object.fromEntries(entries) } };
}

function mergedSpecial() {
  const json = smallTokenizerJson();
  return { ...json, model: { ...json.model, merges: [['<', '|bos|>']] } };
}
