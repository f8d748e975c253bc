import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { openTokenizer } from '../../src/text/byte-level-tokenizer.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { decodeUtf8 } from '../../src/text/utf8.ts';
import { byteCharacter, smallTokenizerJson } from './small-tokenizer.ts';

const bundledPath = new URL('../../models/bundled/tokenizer.json', import.meta.url);
const small = openTokenizer(smallTokenizerJson());

function spelled(tokenizer: Tokenizer, text: string): string {
  const bytes = tokenizer.encode(text).flatMap((id) => [...tokenizer.bytesOf(id)]);
  return decodeUtf8(Uint8Array.from(bytes));
}

const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\r\n',
        '\0',
        'e\u0301',
        '👩🏽‍🚀',
        '\ufeff',
        '    ',
        '\t',
        'don’t',
        "'ll",
        '<|bos|>',
        '[unused0]',
      ),
      fc.constantFrom(
        '<|pad|>',
        '<|eos|>',
        '<|mask|>',
        '<|endoftext|>',
        '123',
        ' the',
        'Ġ',
        '\u00a0',
        '\u2028',
      ),
    ),
  )
  .map((pieces) => pieces.join(''));

function expectSpelling(tokenizer: Tokenizer): void {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(spelled(tokenizer, text)).toBe(text);
    }),
  );
}

describe('encode', () => {
  it('spells every text byte for byte', () => {
    expectSpelling(small);
  });

  it('applies merges in their order', () => {
    expect(small.encode(' the').map((id) => decodeUtf8(small.bytesOf(id)))).toEqual([' the']);
    expect(small.encode('the').map((id) => decodeUtf8(small.bytesOf(id)))).toEqual(['t', 'he']);
  });

  it('encodes the names of specials as ordinary text', () => {
    for (const json of [smallTokenizerJson(), wholeTextSteps()]) {
      const tokenizer = openTokenizer(json);
      for (const name of ['<|bos|>', '<|mask|>', 'a <|bos|> b']) {
        const ids = tokenizer.encode(name);
        expect(ids.filter((id) => id < 2)).toEqual([]);
        expect(spelled(tokenizer, name)).toBe(name);
      }
    }
  });

  it('finds ordinary added tokens, without taking the spaces around them', () => {
    const id = smallTokenizerJson().added_tokens[3]?.id;
    expect(small.encode(' [unused0] ')).toEqual([...small.encode(' '), id, ...small.encode(' ')]);
  });

  it('refuses a file with ordinary tokens that the vocabulary leaves out', () => {
    const json = smallTokenizerJson();
    const ordinary = Object.keys(json.model.vocab).length;
    const open = (vocabularySize: number) => () =>
      openTokenizer(json, { vocabularySize, bannedIds: [] });
    expect(open(ordinary)).not.toThrow();
    expect(open(ordinary - 1)).toThrow(
      `has the id ${ordinary - 1}; the models have ids below ${ordinary - 1}`,
    );
  });

  it('encodes added tokens that the vocabulary bans or leaves out as ordinary text', () => {
    const id = smallTokenizerJson().added_tokens[3]?.id ?? 0;
    for (const vocabulary of [
      { vocabularySize: id + 1, bannedIds: [id] },
      { vocabularySize: id, bannedIds: [] },
    ]) {
      const tokenizer = openTokenizer(smallTokenizerJson(), vocabulary);
      expect(tokenizer.encode('[unused0]')).not.toContain(id);
      expect(spelled(tokenizer, '[unused0]')).toBe('[unused0]');
    }
  });

  it('puts no space before the text, whatever the file says', () => {
    const prefixing = { type: 'ByteLevel', add_prefix_space: true };
    const sequence = {
      type: 'Sequence',
      pretokenizers: [{ type: 'Digits', individual_digits: true }, prefixing],
    };
    for (const preTokenizer of [prefixing, sequence]) {
      const tokenizer = openTokenizer({ ...smallTokenizerJson(), pre_tokenizer: preTokenizer });
      expect(spelled(tokenizer, 'the')).toBe('the');
    }
  });

  it('adds nothing that the file would add around a text', () => {
    const frame = { id: '<|bos|>', type_id: 0 };
    const postProcessor = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: frame }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<|bos|>': { id: '<|bos|>', ids: [0], tokens: ['<|bos|>'] } },
    };
    const tokenizer = openTokenizer({ ...smallTokenizerJson(), post_processor: postProcessor });
    expect(tokenizer.encode('')).toEqual([]);
    expect(tokenizer.encode('he')).toHaveLength(1);
  });

  it('spells the normalised text where the file has a normaliser', () => {
    const tokenizer = openTokenizer({ ...smallTokenizerJson(), normalizer: { type: 'NFC' } });
    expect(spelled(tokenizer, 'cafe\u0301')).toBe('caf\u00e9');
  });
});

/** Whole texts as one pre-token, and tokens found before merges: the way in for a special's name. */
function wholeTextSteps() {
  const json = smallTokenizerJson();
  json.pre_tokenizer = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  json.model.ignore_merges = true;
  return json;
}

describe('bytesOf', () => {
  it('gives single bytes, the ones UTF-8 does not have included', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => [...small.bytesOf(2 + byte)]);
    expect(bytes).toEqual(Array.from({ length: 256 }, (_, byte) => [byte]));
  });

  it('gives the UTF-8 of a name for specials and added tokens', () => {
    expect(decodeUtf8(small.bytesOf(1))).toBe('<|mask|>');
    expect(decodeUtf8(small.bytesOf(small.vocabularySize - 2))).toBe('    ');
  });

  it('refuses ids without a token', () => {
    expect(() => small.bytesOf(small.vocabularySize)).toThrow('is not below');
    expect(() => small.bytesOf(-1)).toThrow('is not below');
  });
});

describe('openTokenizer', () => {
  it('opens the text of a file as it opens what it parses to', () => {
    const tokenizer = openTokenizer(JSON.stringify(smallTokenizerJson()));
    expect(tokenizer.encode('he said <|bos|>')).toEqual(small.encode('he said <|bos|>'));
  });

  it('opens a vocabulary without the bytes that UTF-8 never has', () => {
    const json = smallTokenizerJson();
    const { [byteCharacter(0xff)]: _, ...vocab } = json.model.vocab;
    const moved = Object.fromEntries(
      Object.entries(vocab).map(([token, id]) => [token, id > 257 ? id - 1 : id]),
    );
    const addedTokens = json.added_tokens.map((token) => ({
      ...token,
      id: token.id > 257 ? token.id - 1 : token.id,
    }));
    const tokenizer = openTokenizer({
      ...json,
      model: { ...json.model, vocab: moved },
      added_tokens: addedTokens,
    });
    expect(spelled(tokenizer, 'é the')).toBe('é the');
  });

  it('keeps the cause of what a parser or the library refuses, and quotes a pattern that is none', () => {
    const badRegex = { type: 'Split', behavior: 'Isolated', pattern: { Regex: '(' } };
    const preTokenizer = { type: 'Sequence', pretokenizers: [badRegex, { type: 'ByteLevel' }] };
    for (const source of ['{', { ...smallTokenizerJson(), pre_tokenizer: preTokenizer }]) {
      const error = refusal(source);
      expect(error.code).toBe('INVALID_PACK');
      expect(error.cause).toBeInstanceOf(SyntaxError);
      if (source !== '{') expect(error.message).toContain('/(/');
    }
  });
});

function refusal(source: unknown): InfillError {
  try {
    openTokenizer(source);
  } catch (error) {
    if (error instanceof InfillError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('the bundled tokenizer', () => {
  const bundled = () => openTokenizer(readFileSync(bundledPath, 'utf8'));

  it('never makes a special of user text and spells it byte for byte', () => {
    const tokenizer = bundled();
    expect(tokenizer.encode('<|pad|><|bos|><|eos|> <|mask|>').filter((id) => id < 4)).toEqual([]);
    expectSpelling(tokenizer);
  });

  it('keeps words whole with their space in front', () => {
    const tokenizer = bundled();
    const pieces = tokenizer
      .encode('Once upon a time')
      .map((id) => decodeUtf8(tokenizer.bytesOf(id)));
    expect(pieces).toEqual(['Once', ' upon', ' a', ' time']);
  });
});
