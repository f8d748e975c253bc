import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { RequestChecker } from '../../src/decoding/check-request.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { preparedInfill, preparedScore } from '../../src/decoding/prepared-infill.ts';
import { createRegistry } from '../../src/decoding/registry.ts';
import { requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' s', 'at']);
const models = fakeModels({ vocabularySize: tokenizer.vocabularySize });
const checker = new RequestChecker(models, tokenizer, createRegistry([autoregressive]));
const idsOf = (text: string) => tokenizer.encode(text);

function prepare(source: InfillRequest['source'], change: Partial<InfillRequest> = {}) {
  return preparedInfill(checker.check(requestOf(autoregressive, { source, ...change })));
}

describe('preparedInfill', () => {
  it('tells ids, slots and what is known of them', () => {
    const prepared = prepare({
      segments: [
        { text: 'a😀 ' },
        { slot: { key: 'who', length: { tokens: 2 }, choices: ['sat'] } },
        { text: 'b' },
        { slot: { length: { tokens: 1 } } },
      ],
    });
    expect(prepared).toEqual({
      promptTokens: [...idsOf('a😀'), null, null, ...idsOf('b'), null],
      slots: [
        {
          index: 0,
          key: 'who',
          minTokens: 2,
          maxTokens: 2,
          start: 5,
          ownsSpace: true,
          choices: [idsOf(' sat')],
        },
        {
          index: 1,
          key: null,
          minTokens: 1,
          maxTokens: 1,
          start: 8,
          ownsSpace: false,
          choices: [],
        },
      ],
      knownTokens: 6,
      openTokens: 3,
      cost: 3,
      likelihood: 'CHAIN_RULE',
      settings: [
        { name: 'decoder', value: 'autoregressive' },
        { name: 'prompt', value: 'PREFIX' },
        { name: 'temperature', value: 0 },
        { name: 'seed', value: '1' },
        { name: 'alternatives', value: 0 },
        { name: 'slots.0.choices', value: ['sat'] },
      ],
    });
  });

  it('counts unknown lengths as their least in the ids, as their greatest in the rest', () => {
    const prepared = prepare({ text: 'a[MASK:2-4]b[MASK:1-3]c[MASK]' });
    expect(prepared.promptTokens).toHaveLength(3 + 2 + 1 + 1);
    expect(prepared.openTokens).toBe(4 + 3 + 1);
    expect(prepared.slots.map(({ minTokens, maxTokens }) => [minTokens, maxTokens])).toEqual([
      [2, 4],
      [1, 3],
      [1, 1],
    ]);
  });

  it('gives no start after a slot of unknown length', () => {
    const startsOf = (text: string) => prepare({ text }).slots.map(({ start }) => start);
    expect(startsOf('[MASK]a[MASK:1-3]b[MASK:2]')).toEqual([0, 2, null]);
    expect(startsOf('[MASK]a[MASK:3]b[MASK:2]')).toEqual([0, 2, 6]);
  });

  it('narrows the lengths of a slot to those of its choices', () => {
    const slot = { length: { between: { min: 1, max: 4 } }, choices: ['xyz', 'xy', 'zyx'] };
    const { slots, openTokens } = prepare({ segments: [{ text: 'a' }, { slot }] });
    expect(slots).toMatchObject([{ minTokens: 2, maxTokens: 3 }]);
    expect(openTokens).toBe(3);
  });

  it('costs open tokens times samples, and the trials of all lengths where they are decoded', () => {
    const text = '[MASK:1-2]a[MASK:1-3]';
    // Each of five lengths is tried twice at most.
    expect(prepare({ text }, { samples: 3 }).cost).toBe((2 + 3) * 3 + 2 * 5);
    // (1 + 1) + (1 + 2) + (1 + 3) + (2 + 1) + (2 + 2) + (2 + 3), and one pass to compare each.
    expect(prepare({ text }, { samples: 2, lengthSearch: 'DECODE_ALL' }).cost).toBe(21 + 6 + 5);
    expect(prepare({ text: 'a' }, { lengthSearch: 'DECODE_ALL' }).cost).toBe(0);
  });
});

describe('preparedScore', () => {
  it('tells lengths as the fill settles them, and the choices there are', () => {
    const slot = { length: { between: { min: 1, max: 4 } }, choices: ['xyz', 'xy'] };
    const source = { segments: [{ text: 'a' }, { slot }] };
    const request = requestOf(autoregressive, { source });
    const checked = checker.checkScore({ request, fill: { slots: ['xy'] }, draws: 9 });
    expect(preparedScore(checked)).toMatchObject({
      slots: [{ minTokens: 2, maxTokens: 2, start: 1, choices: [idsOf('xyz'), idsOf('xy')] }],
      knownTokens: 1,
      openTokens: 2,
      cost: 2,
    });
  });
});
