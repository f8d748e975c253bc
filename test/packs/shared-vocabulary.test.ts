import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMaskId, shareVocabulary } from '../../src/packs/checkpoint/shared-vocabulary.ts';
import {
  readTokenizerFacts,
  type TokenizerFacts,
} from '../../src/packs/checkpoint/tokenizer-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { addedToken, tinyTokenizer } from '../support/tiny-tokenizer.ts';

const root = temporaryFolder();
type Tokenizer = ReturnType<typeof tinyTokenizer>;

/** Writes a tokenizer, with other files beside it, and reads it. */
function facts(
  edit: (tokenizer: Tokenizer) => object = (tokenizer) => tokenizer,
  others: Readonly<Record<string, object>> = {},
): Promise<TokenizerFacts> {
  const folder = mkdtempSync(join(root, 'tokenizer-'));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(edit(tinyTokenizer(280))));
  for (const [name, json] of Object.entries(others)) {
    writeFileSync(join(folder, name), JSON.stringify(json));
  }
  return readTokenizerFacts(folder);
}

const withAdded =
  (...added: ReturnType<typeof addedToken>[]) =>
  (tokenizer: Tokenizer) => ({
    ...tokenizer,
    added_tokens: [...tokenizer.added_tokens, ...added],
  });
const withVocab = (edit: Record<string, number>) => (tokenizer: Tokenizer) => ({
  ...tokenizer,
  model: { ...tokenizer.model, vocab: { ...tokenizer.model.vocab, ...edit } },
});

describe('the shared vocabulary', () => {
  it('of two equal ones is all of it, specials banned', async () => {
    const shared = shareVocabulary([await facts(), await facts()]);
    expect(shared).toEqual({ size: 280, bannedIds: [0, 1, 2, 3] });
  });

  it('leaves out special tokens that one side has beyond the other', async () => {
    const larger = await facts(withAdded(addedToken(280, '[CLS]'), addedToken(281, '[SEP]')));
    expect(shareVocabulary([await facts(), larger])).toEqual({
      size: 280,
      bannedIds: [0, 1, 2, 3],
    });
    expect(shareVocabulary([larger, await facts()])).toEqual({
      size: 280,
      bannedIds: [0, 1, 2, 3],
    });
  });

  it('leaves out unmarked added tokens that one side has beyond the other', async () => {
    const larger = await facts(withAdded(addedToken(280, '[unused0]', false)));
    expect(shareVocabulary([await facts(), larger]).size).toBe(280);
  });

  it('keeps unmarked added tokens that both have', async () => {
    const added = withAdded(addedToken(280, '    ', false));
    expect(shareVocabulary([await facts(added), await facts(added)])).toEqual({
      size: 281,
      bannedIds: [0, 1, 2, 3],
    });
  });

  it('bans an id that is special on one side, or means nothing', async () => {
    const one = await facts(withAdded(addedToken(280, 'x0'), addedToken(282, 'x2')));
    const other = await facts(withAdded(addedToken(280, 'y0'), addedToken(282, 'x2')));
    expect(shareVocabulary([one, other])).toEqual({
      size: 283,
      bannedIds: [0, 1, 2, 3, 280, 281, 282],
    });
  });

  it('does not exist where an ordinary token has another id', async () => {
    const other = await facts();
    const [a, b] = [other.tokens.get(36), other.tokens.get(37)];
    const swapped = await facts(withVocab({ [`${a}`]: 37, [`${b}`]: 36 }));
    expect(() => shareVocabulary([other, swapped])).toThrow(`"${a}" in one and "${b}"`);
    expect(() => shareVocabulary([swapped, other])).toThrow('The vocabularies differ: id 37');
  });

  it('does not exist where one side has more ordinary tokens', async () => {
    const larger = await facts(withVocab({ zz: 280 }));
    const smaller = await facts();
    expect(() => shareVocabulary([larger, smaller])).toThrow('id 280 is "zz" in one and no token');
    expect(() => shareVocabulary([smaller, larger])).toThrow('id 280 is "zz" in one and no token');
  });

  it('does not exist where an ordinary token is added on the other side under another text', async () => {
    const ordinary = await facts(withVocab({ zz: 280 }));
    const special = await facts(withAdded(addedToken(280, '[CLS]')));
    expect(() => shareVocabulary([special, ordinary])).toThrow('id 280 is "zz"');
  });
});

describe('the mask', () => {
  it('is found by its usual text', async () => {
    expect(findMaskId(await facts(), null)).toBe(3);
  });

  it('is the one that a file beside the tokenizer names', async () => {
    const named = { 'tokenizer_config.json': { mask_token: '<|eos|>' } };
    expect(findMaskId(await facts(undefined, named), null)).toBe(2);
    const wrapped = { 'special_tokens_map.json': { mask_token: { content: '<|bos|>' } } };
    expect(findMaskId(await facts(undefined, wrapped), null)).toBe(1);
  });

  it('is the one that the caller names', async () => {
    expect(findMaskId(await facts(), '<|pad|>')).toBe(0);
  });

  it('is missing where no token has such a text', async () => {
    const without = await facts((tokenizer) => ({
      ...tokenizer,
      added_tokens: tokenizer.added_tokens.slice(0, 3),
    }));
    expect(() => findMaskId(without, null)).toThrow(
      '0 added tokens among [MASK], <mask>, <|mask|>',
    );
  });

  it('is not guessed from two', async () => {
    const two = await facts(withAdded(addedToken(280, '[MASK]')));
    expect(() => findMaskId(two, null)).toThrow('2 added tokens');
  });
});

describe('the frame', () => {
  const processed = (postProcessor: unknown) =>
    facts((tokenizer) => ({ ...tokenizer, post_processor: postProcessor }));
  const template = {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [2], tokens: ['[SEP]'] },
    },
  };

  it.each<[string, unknown, object]>([
    ['no post-processor', null, { prefixIds: [], suffixIds: [] }],
    [
      'a byte-level one',
      { type: 'ByteLevel', trim_offsets: true },
      { prefixIds: [], suffixIds: [] },
    ],
    ['a template', template, { prefixIds: [1], suffixIds: [2] }],
    [
      'a template with a prefix only',
      { ...template, single: template.single.slice(0, 2) },
      { prefixIds: [1], suffixIds: [] },
    ],
    [
      'a BERT one',
      { type: 'BertProcessing', cls: ['<s>', 1], sep: ['</s>', 2] },
      { prefixIds: [1], suffixIds: [2] },
    ],
    [
      'a sequence',
      { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template] },
      { prefixIds: [1], suffixIds: [2] },
    ],
  ])('is read from %s', async (_name, postProcessor, frame) => {
    expect((await processed(postProcessor)).frame).toEqual(frame);
  });

  it('of an unknown kind is refused', async () => {
    await expect(processed({ type: 'Surprise' })).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
    });
  });
});

describe('other tokenizers', () => {
  it.each([
    ['a WordPiece decoder', { decoder: { type: 'WordPiece' } }, 'decoder WordPiece'],
    ['no decoder', { decoder: null }, 'decoder none'],
    ['a Unigram model', { model: { type: 'Unigram', vocab: [] } }, 'model Unigram'],
  ])('with %s are refused by name', async (_name, edit, message) => {
    await expect(facts((tokenizer) => ({ ...tokenizer, ...edit }))).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringContaining(message),
    });
  });

  it('that give one id to two tokens are refused', async () => {
    await expect(facts(withVocab({ zz: 279 }))).rejects.toMatchObject({
      message: expect.stringContaining('gives id 279 to both'),
    });
  });
});
