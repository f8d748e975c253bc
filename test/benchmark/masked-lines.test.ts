/** Masked items that are written out and read back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MaskedSegment, maskText } from '../../src/benchmark/mask-item.ts';
import { maskedLine, readMaskedLine } from '../../src/benchmark/masked-lines.ts';

const key = { datasetDigest: 'ab'.repeat(32), seed: 7n };

describe('a masked text', () => {
  it('is a line of a dataset', () => {
    const segments = [{ text: 'A ' }, { gold: 'red fox' }, { text: ' ran.' }];
    expect(maskedLine({ id: 'i', group: null, segments })).toBe(
      '{"id":"i","group":null,"template":"A [MASK] ran.","gold":["red fox"]}',
    );
  });

  it('is masked the same way when it is read back, whatever its text holds', () => {
    const piece = fc
      .array(fc.constantFrom('\\', '[MASK', '[MASK]', '[MASK:2]', ']', ' ', 'word', '"\n'), {
        minLength: 1,
        maxLength: 6,
      })
      .map((parts) => parts.join(''));
    const known = piece.map((text): MaskedSegment => ({ text }));
    const gold = piece.map((text): MaskedSegment => ({ gold: text }));
    fc.assert(
      fc.property(fc.array(fc.tuple(known, gold), { minLength: 1, maxLength: 4 }), (pairs) => {
        const segments = pairs.flat();
        const read = readMaskedLine(maskedLine({ id: 'i', group: 'g', segments }), 1);
        if (!('template' in read)) throw new Error('It was written as tokens.');
        expect(maskText(read, { kind: 'EXPLICIT' }, key)).toEqual({ segments });
      }),
    );
  });
});

describe('masked tokens', () => {
  it('are read back as they were', () => {
    const item = { id: 'i', group: 'g', tokens: [5, null, 7, null], gold: [6, 8] };
    expect(readMaskedLine(maskedLine(item), 1)).toEqual(item);
  });
});

describe('a line that is none', () => {
  it.each([
    ['{', 'Line 3 is not JSON.'],
    ['[]', 'Line 3 is not a JSON object.'],
    ['{"id":1}', 'Line 3 has no "id" that is a string.'],
    ['{"id":"a","group":2}', 'Line 3 has a "group" that is neither a string nor null.'],
    [
      '{"id":"a","template":"x"}',
      'Line 3 has neither "template" with gold texts nor "tokens" with gold ids.',
    ],
    ['{"id":"a","tokens":[1,null],"gold":[]}', 'Line 3 has 1 open position and 0 gold tokens.'],
    ['{"id":"a","tokens":[-1],"gold":[]}', 'Line 3 has neither'],
  ])('%s is refused', (line, message) => {
    expect(() => readMaskedLine(line, 3)).toThrow(message);
  });
});
