import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import type { Mask } from '../../src/text/mask.ts';
import { readSegments, type SegmentRequest } from '../../src/text/segments.ts';
import {
  soundTemplate,
  type Template,
  type TemplatePart,
  templateLimits,
} from '../../src/text/template.ts';
import { parseTemplate } from '../../src/text/template-notation.ts';

const path = ['source', 'text'];

function literal(text: string): TemplatePart {
  return { kind: 'literal', text };
}

function mask(length: number, key: string | null = null): Mask {
  return { kind: 'mask', length: { min: length, max: length }, key, choices: null, banned: [] };
}

function between(min: number, max: number): Mask {
  return { ...mask(min), length: { min, max } };
}

/** The template of segments that ask for these parts. */
function templateOfParts(parts: readonly TemplatePart[], at: readonly string[]): Template {
  return soundTemplate(readSegments(parts.map(segmentOf), at));
}

function segmentOf(part: TemplatePart): SegmentRequest {
  if (part.kind === 'literal') return { text: part.text };
  const { length, key, choices, banned } = part;
  const { min, max } = length;
  return {
    slot: {
      length: min === max ? { tokens: min } : { between: { min, max } },
      ...(key === null ? {} : { key }),
      ...(choices === null ? {} : { choices }),
      banned,
    },
  };
}

function refusal(action: () => unknown): InfillError {
  try {
    action();
  } catch (error) {
    if (error instanceof InfillError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

function parse(text: string): readonly TemplatePart[] {
  return parseTemplate(text, path).parts;
}

const templatePiece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\\', '\\\\', '[MASK]', '[MASK:', '[MASK:3]', '[MASK', ']', '[', 'MASK', ':'),
);

describe('parseTemplate', () => {
  it('reads masks at the start, in the middle and at the end', () => {
    expect(parse('[MASK] a [MASK:2] b[MASK]')).toEqual([
      mask(1),
      literal(' a '),
      mask(2),
      literal(' b'),
      mask(1),
    ]);
  });

  it('reads text without masks, masks without text, and nothing', () => {
    expect(parse('plain')).toEqual([literal('plain')]);
    expect(parse('[MASK][MASK:3]')).toEqual([mask(1), mask(3)]);
    expect(parse('')).toEqual([]);
  });

  it('takes an escaped mask as text, without its backslash', () => {
    expect(parse('a \\[MASK] b')).toEqual([literal('a [MASK] b')]);
    expect(parse('\\[MASK:2-x] [MASK]')).toEqual([literal('[MASK:2-x] '), mask(1)]);
  });

  it('takes two backslashes before a mask as one', () => {
    expect(parse('\\\\[MASK]')).toEqual([literal('\\'), mask(1)]);
    expect(parse('\\\\\\[MASK]')).toEqual([literal('\\[MASK]')]);
    expect(parse('\\\\\\\\[MASK]')).toEqual([literal('\\\\'), mask(1)]);
  });

  it('leaves other backslashes and brackets alone', () => {
    for (const text of [
      'C:\\\\dir\\n',
      '[mask]',
      '[MASKED]',
      '[MASK',
      '\\[MASK 2]',
      '[ MASK]',
      '[]',
    ]) {
      expect(parse(text)).toEqual([literal(text)]);
    }
  });

  it.each([
    ['[MASK:0]', '0'],
    ['[MASK:1025]', '1025'],
    ['[MASK:99999999999999999999]', '99999999999999999999'],
    ['[MASK:0-3]', '0'],
    ['[MASK:1-4000]', '4000'],
  ])('refuses %s as out of range', (text, number) => {
    const { code, problems } = refusal(() => parse(`ab${text}`));
    expect(code).toBe('INVALID_TEMPLATE');
    expect(problems).toMatchObject([{ path, value: text, limit: '1024' }]);
    expect(problems[0]?.message).toContain(`"${text}" at offset 2`);
    expect(problems[0]?.message).toContain(`not ${number}`);
  });

  it.each([
    '[MASK:-1]',
    '[MASK:]',
    '[MASK:1e9]',
    '[MASK:x]',
    '[MASK:1-2-3]',
    '[MASK: 2]',
    '[MASK:1-]',
    '[MASK:２]',
  ])('refuses %s as malformed', (text) => {
    const { problems } = refusal(() => parse(`é${text}`));
    expect(problems).toMatchObject([{ code: 'INVALID_TEMPLATE', path, value: text }]);
    expect(problems[0]?.message).toContain('at offset 1');
  });

  it('refuses a mask that is not closed', () => {
    const { problems } = refusal(() => parse(`[MASK:3 ${'x'.repeat(100)}]`));
    expect(problems[0]?.message).toContain('at offset 0 is not closed');
  });

  it('reads ranges of positions, ends included', () => {
    expect(parse('a [MASK:1-4] [MASK:7-7] \\[MASK:1-2]')).toEqual([
      literal('a '),
      between(1, 4),
      literal(' '),
      mask(7),
      literal(' [MASK:1-2]'),
    ]);
    expect(parse('[MASK:1-1024]')).toEqual([between(1, 1024)]);
  });

  it('refuses a range that ends below its start', () => {
    const { problems } = refusal(() => parse('ab[MASK:5-2]'));
    expect(problems).toMatchObject([{ code: 'INVALID_TEMPLATE', value: '[MASK:5-2]' }]);
    expect(problems[0]?.message).toContain('at offset 2');
    expect(problems[0]?.message).toContain('5 is larger than 2');
  });

  it('reports all problems at once', () => {
    const { code, problems } = refusal(() => parse('[MASK:2-1] [MASK:0] \ud800 [MASK:x]'));
    expect(code).toBe('INVALID_TEMPLATE');
    expect(problems.map((problem) => problem.value)).toEqual([
      'U+D800',
      '[MASK:2-1]',
      '[MASK:0]',
      '[MASK:x]',
    ]);
  });

  it('refuses lone surrogates and names their offsets', () => {
    const { problems } = refusal(() => parse('😀\udc00[MASK]\ud83d'));
    expect(problems.map((problem) => problem.message)).toEqual([
      expect.stringContaining('U+DC00 at offset 2'),
      expect.stringContaining('U+D83D at offset 9'),
    ]);
  });

  it('bounds the text, the number of slots and the number of problems', () => {
    const { length, slots, problems } = templateLimits;
    expect(parse('a'.repeat(length))).toHaveLength(1);
    expect(refusal(() => parse('a'.repeat(length + 1))).problems).toMatchObject([
      { value: String(length + 1), limit: String(length) },
    ]);
    expect(parse('[MASK]'.repeat(slots))).toHaveLength(slots);
    expect(refusal(() => parse('[MASK]'.repeat(slots + 1))).problems).toMatchObject([
      { value: String(slots + 1), limit: String(slots) },
    ]);
    expect(refusal(() => parse('[MASK:0]'.repeat(problems + 9))).problems).toHaveLength(problems);
  });

  it('gives any well-formed text back when its masks are escaped', () => {
    fc.assert(
      fc.property(fc.array(templatePiece), (pieces) => {
        const text = pieces.join('');
        const escaped = text.replaceAll(
          /(\\*)(\[MASK[\]:])/g,
          (_, backslashes: string, opener: string) => `${backslashes}${backslashes}\\${opener}`,
        );
        expect(parse(escaped)).toEqual(text === '' ? [] : [literal(text)]);
      }),
    );
  });
});

describe('readSegments', () => {
  const at = ['source', 'segments'];

  it('joins literals, drops empty ones and takes brackets as text', () => {
    const parts = [literal(''), literal('a[MASK]'), literal('\\[MASK]'), mask(2, 'k'), literal('')];
    expect(templateOfParts(parts, at).parts).toEqual([literal('a[MASK]\\[MASK]'), mask(2, 'k')]);
  });

  it('reports all problems at once with their paths', () => {
    const parts = [
      literal('\ud800'),
      mask(0, 'k'),
      mask(1.5, 'k'),
      mask(1, 'x'.repeat(129)),
      mask(1, '\udc00'),
    ];
    const { problems } = refusal(() => templateOfParts(parts, at));
    expect(problems.map((problem) => problem.path.slice(2).join('.'))).toEqual([
      '0.text',
      '1.slot.length.tokens',
      '2.slot.length.tokens',
      '2.slot.key',
      '3.slot.key',
      '4.slot.key',
    ]);
  });

  it('names every end of a range that is out of bounds', () => {
    const { problems } = refusal(() => templateOfParts([between(0, 1025), between(3, 2)], at));
    expect(
      problems.map(({ path, value, limit }) => [path.slice(2).join('.'), value, limit]),
    ).toEqual([
      ['0.slot.length.between.min', '0', '1024'],
      ['0.slot.length.between.max', '1025', '1024'],
      ['1.slot.length.between', '3-2', null],
    ]);
  });

  it('keeps choices and banned texts', () => {
    const part = { ...mask(1), choices: ['a', 'b'], banned: ['c'] };
    expect(templateOfParts([part], at).parts).toEqual([part]);
  });

  it('refuses choices and banned texts that are none, empty, twice there, or no UTF-8', () => {
    const parts = [
      { ...mask(1), choices: [] },
      { ...mask(1), choices: ['a', '', 'a', '\ud800'] },
      { ...mask(1), banned: ['', 'b', 'b', '\udc00'] },
    ];
    const { problems } = refusal(() => templateOfParts(parts, at));
    expect(problems.map(({ path, value }) => [path.slice(2).join('.'), value])).toEqual([
      ['0.slot.choices', '0'],
      ['1.slot.choices.1', ''],
      ['1.slot.choices.2', 'a'],
      ['1.slot.choices.3', 'U+D800'],
      ['2.slot.banned.0', ''],
      ['2.slot.banned.2', 'b'],
      ['2.slot.banned.3', 'U+DC00'],
    ]);
  });

  it('bounds the number of choices and of banned texts', () => {
    const texts = Array.from({ length: 1001 }, (_, index) => String(index));
    const { problems } = refusal(() =>
      templateOfParts(
        [
          { ...mask(1), choices: texts },
          { ...mask(1), banned: texts },
        ],
        at,
      ),
    );
    expect(problems.map(({ value, limit }) => [value, limit])).toEqual([
      ['1001', '1000'],
      ['1001', '1000'],
    ]);
    const most = { ...mask(1), choices: texts.slice(1) };
    expect(templateOfParts([most], at).parts).toEqual([most]);
  });

  it('bounds the sum of literals, choices and banned texts', () => {
    const quarter = 'a'.repeat(templateLimits.length / 4);
    const part = { ...mask(1), choices: [quarter, `b${quarter.slice(1)}`], banned: [quarter] };
    expect(templateOfParts([part, literal(quarter)], at).parts).toHaveLength(2);
    expect(
      refusal(() => templateOfParts([part, literal(`${quarter}a`)], at)).problems,
    ).toMatchObject([{ path: at, value: String(templateLimits.length + 1) }]);
  });

  it('bounds the sum of the literals', () => {
    const half = literal('a'.repeat(templateLimits.length / 2));
    expect(templateOfParts([half, half], at).parts).toHaveLength(1);
    expect(refusal(() => templateOfParts([half, half, literal('a')], at)).problems).toHaveLength(1);
  });
});
