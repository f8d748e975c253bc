import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { encodeTokens } from '../../src/text/encode-tokens.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { leastPrompt } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer();
const vocabulary = { vocabularySize: 260, bannedIds: [0, 1, 2, 3] };
const path = ['source', 'tokens'];

const read = (ids: readonly (number | null)[]) => encodeTokens(ids, tokenizer, vocabulary, path);

function shapeOf(ids: readonly (number | null)[]) {
  const { shape, problems } = read(ids);
  assert(shape !== null && problems.length === 0);
  return shape;
}

const encode = (ids: readonly (number | null)[]) => leastPrompt(shapeOf(ids));

describe('encodeTokens', () => {
  it('makes each run of nulls one slot and each run of ids one literal', () => {
    const ids = [null, ...tokenizer.encode('a '), null, null, ...tokenizer.encode('é')];
    const prompt = encode(ids);
    expect(prompt.ids).toEqual(ids);
    expect(prompt.slots).toEqual([
      { index: 0, key: null, span: { start: 0, end: 1 }, ownsSpace: false },
      { index: 1, key: null, span: { start: 3, end: 5 }, ownsSpace: false },
    ]);
    expect(prompt.parts).toEqual([
      { kind: 'slot', slot: prompt.slots[0] },
      { kind: 'literal', text: 'a ' },
      { kind: 'slot', slot: prompt.slots[1] },
      { kind: 'literal', text: 'é' },
    ]);
  });

  it('knows the lengths of its slots', () => {
    const { slots, knownTokens } = shapeOf([null, null, 4, null]);
    expect(slots.map(({ lengths }) => lengths)).toEqual([[2], [1]]);
    expect(knownTokens).toBe(1);
  });

  it('shows bytes of a literal that are no whole character as U+FFFD', () => {
    const [lead = 0, rest = 0] = tokenizer.encode('é');
    expect(encode([lead, null, rest]).parts).toMatchObject([
      { text: '\ufffd' },
      {},
      { text: '\ufffd' },
    ]);
  });

  it('takes no ids and only nulls', () => {
    expect(encode([])).toEqual({ ids: [], slots: [], parts: [] });
    expect(encode([null]).slots).toHaveLength(1);
  });

  it('refuses ids outside the vocabulary and special ids, all at once', () => {
    const { shape, problems } = read([260, -1, 1.5, 3, 4, Number.NaN, null]);
    expect(shape?.slots).toHaveLength(1);
    expect(problems.every(({ code }) => code === 'INVALID_INPUT')).toBe(true);
    expect(problems.map((problem) => [problem.path.at(-1), problem.value])).toEqual([
      ['0', '260'],
      ['1', '-1'],
      ['2', '1.5'],
      ['3', '3'],
      ['5', 'NaN'],
    ]);
    expect(problems[0]?.message).toContain('from 0 to 259');
    expect(problems[3]?.message).toContain('special');
  });

  it('bounds ids, slots and positions', () => {
    expect(read(Array<number>(100_001).fill(4))).toMatchObject({
      shape: null,
      problems: [{ limit: '100000' }],
    });
    const alternating = Array.from({ length: 514 }, (_, i) => (i % 2 === 0 ? null : 4));
    expect(read(alternating).problems).toMatchObject([{ value: '257', limit: '256' }]);
    expect(read([4, ...Array<null>(1025).fill(null)]).problems).toMatchObject([
      { path: [...path, '1'], value: '1025', limit: '1024' },
    ]);
  });

  it('bounds the number of problems', () => {
    expect(read(Array<number>(500).fill(0)).problems).toHaveLength(100);
  });
});
