import { describe, expect, it } from 'vitest';
import { compareTokens, comparisonText } from '../../src/cli/compare-tokens.ts';
import { readReceipt } from '../../src/cli/receipt-file.ts';
import { digestOf } from '../../src/service/input-digest.ts';

const token = (position: number, id: number, logProb: number | null = -1.5) => ({
  ...{ position, id, logProb },
  text: ` t${id}`,
});
const whole = {
  format: 'lacuna-receipt',
  formatVersion: 1,
  id: 'i',
  pack: { id: 'p', digest: 'd' },
  writtenBy: { lacuna: '1' },
  request: {
    source: { segments: [{ text: 'a' }, { slot: { length: { tokens: 1 } } }] },
    decoder: { name: 'maria', options: { draftWindow: 2 } },
    sampling: { temperature: 1 },
    seed: '7',
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
  },
  tokens: [token(1, 5)],
};
const written = (receipt: object) => JSON.stringify({ ...receipt, digest: digestOf(receipt) });

describe('readReceipt', () => {
  it('reads what was written, whatever else it tells', () => {
    expect(readReceipt(written({ ...whole, later: 1 }), 'f')).toMatchObject({
      request: whole.request,
      tokens: whole.tokens,
    });
  });

  it.each([
    ['{', 'f is not JSON.'],
    ['[]', 'f is not a receipt of an infill'],
    [written({ ...whole, formatVersion: 2 }), '(formatVersion: '],
    [written({ ...whole, request: { ...whole.request, seed: '-1' } }), '(request.seed: '],
    [written(whole).replace('"seed":"7"', '"seed":"8"'), 'has been changed since it was written'],
  ])('refuses %s', (text, message) => {
    expect(() => readReceipt(text, 'f')).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('compareTokens', () => {
  const say = (...lists: readonly (readonly ReturnType<typeof token>[])[]) =>
    comparisonText(compareTokens(lists[0] ?? [], lists[1] ?? []));

  it('counts tokens that are the same, and how far their log-probabilities are apart', () => {
    const tokens = [token(1, 5), token(2, 6, null)];
    expect(say(tokens, tokens)).toBe('2 of 2 tokens identical; log-probabilities too\n');
    expect(say(tokens, [token(1, 5, -1.25), token(2, 6, null)])).toBe(
      '2 of 2 tokens identical; log-probabilities differ by at most 2.5e-1\n',
    );
    expect(say([], [])).toBe('0 of 0 tokens identical; log-probabilities too\n');
  });

  it('tells the first difference with both log-probabilities', () => {
    expect(say([token(1, 5), token(2, 6), token(3, 7)], [token(1, 5), token(2, 9, -0.5)])).toBe(
      [
        '1 of 3 tokens identical; token 2 differs:',
        '  receipt: " t6", id 6, at position 2, log-probability -1.5',
        '  replay:  " t9", id 9, at position 2, log-probability -0.5',
        '',
      ].join('\n'),
    );
    expect(say([token(1, 5)], [])).toContain('replay:  no token');
  });
});
