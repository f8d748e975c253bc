import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTemplate } from '../../src/text/encode-template.ts';
import type { Prompt } from '../../src/text/prompt.ts';
import { readSegments } from '../../src/text/segments.ts';
import { soundTemplate } from '../../src/text/template.ts';
import { decodeUtf8 } from '../../src/text/utf8.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { promptOf, shapeOf } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer();

function encode(text: string): Prompt {
  return promptOf(text, tokenizer);
}

/** Known text with a dot at each open position. */
function shape(prompt: Prompt): string {
  const bytes = prompt.ids.flatMap((id) => (id === null ? [0x2e] : [...tokenizer.bytesOf(id)]));
  return decodeUtf8(Uint8Array.from(bytes));
}

function ownedSpaces(prompt: Prompt): boolean[] {
  return prompt.slots.map((slot) => slot.ownsSpace);
}

describe('encodeTemplate', () => {
  it('places slots half-open between the literals', () => {
    const prompt = encode('ab[MASK:2]c[MASK]');
    expect(shape(prompt)).toBe('ab..c.');
    expect(prompt.slots.map(({ index, span }) => [index, span.start, span.end])).toEqual([
      [0, 2, 4],
      [1, 5, 6],
    ]);
  });

  it.each([
    ['a [MASK] b', 'a. b', [true]],
    ['a  [MASK]', 'a  .', [false]],
    ['a\n [MASK]', 'a\n.', [true]],
    ['a\n[MASK]', 'a\n.', [false]],
    ['a\u00a0[MASK]', 'a\u00a0.', [false]],
    ['[MASK] [MASK]', '..', [false, true]],
    ['[MASK]  [MASK]', '.  .', [false, false]],
    ['a [MASK][MASK]', 'a..', [true, false]],
    [' [MASK]', '.', [true]],
    ['[MASK] ', '. ', [false]],
    ['[MASK]', '.', [false]],
  ])('gives the space before a mask to the mask in %j', (text, known, owned) => {
    const prompt = encode(text);
    expect(shape(prompt)).toBe(known);
    expect(ownedSpaces(prompt)).toEqual(owned);
  });

  it('keeps owned spaces in the parts', () => {
    expect(encode('a [MASK] [MASK].').parts).toMatchObject([
      { kind: 'literal', text: 'a ' },
      { kind: 'slot', slot: { index: 0 } },
      { kind: 'literal', text: ' ' },
      { kind: 'slot', slot: { index: 1 } },
      { kind: 'literal', text: '.' },
    ]);
  });

  it('encodes text without masks, and nothing', () => {
    expect(encode('a ')).toMatchObject({ ids: tokenizer.encode('a '), slots: [] });
    expect(encode('')).toEqual({ ids: [], slots: [], parts: [] });
  });

  it('tokenizes literals one by one', () => {
    const words = new ByteTokenizer(['ab']);
    expect(promptOf('a[MASK]b', words).ids).toEqual([
      ...words.encode('a'),
      null,
      ...words.encode('b'),
    ]);
  });

  it('keeps the keys of slots', () => {
    const slot = { key: 'who', length: { tokens: 1 } };
    const template = soundTemplate(readSegments([{ slot }], []));
    expect(encodeTemplate(template, tokenizer).slots.map((slot) => slot.key)).toEqual(['who']);
  });

  it('encodes literals of more tokens than a call takes arguments', () => {
    expect(encode(`${'語'.repeat(90_000)}[MASK]`).ids).toHaveLength(270_001);
  });

  it('places a slot after characters of several bytes and several UTF-16 units', () => {
    const { slots } = encode('é😀[MASK]𝄞 [MASK:2]');
    expect(slots.map(({ span }) => [span.start, span.end])).toEqual([
      [6, 7],
      [11, 13],
    ]);
  });

  it('has the same literals whatever the lengths', () => {
    const part = fc.constantFrom(
      'a',
      ' ',
      '😀 ',
      'é ',
      '[MASK:1-4]',
      ' [MASK:2-3]',
      '\\[MASK:1-2]',
    );
    const draws = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), draws, (pieces, drawn) => {
        const text = pieces.join('');
        const encoded = shapeOf(text, tokenizer);
        const lengths = encoded.slots.map(
          ({ lengths: allowed }, index) => allowed[(drawn[index] ?? 0) % allowed.length] ?? 0,
        );
        const { ids, slots, parts } = encoded.withLengths(lengths);
        expect(slots.map(({ span }) => span.end - span.start)).toEqual(lengths);
        expect(ids.filter((id) => id !== null)).toEqual(
          promptOf(text, tokenizer).ids.filter((id) => id !== null),
        );
        expect(encoded.knownTokens).toBe(ids.length - lengths.reduce((sum, n) => sum + n, 0));
        const known = parts.flatMap((piece) => (piece.kind === 'literal' ? [piece.text] : []));
        expect(known.join('')).toBe(
          text.replaceAll(/(?<!\\)\[MASK:\d-\d\]/g, '').replaceAll('\\[', '['),
        );
      }),
    );
  });

  it('opens exactly the positions of the slots', () => {
    const part = fc.constantFrom('a', ' ', '  ', 'é ', '[MASK]', '[MASK:3]', ' [MASK]', '\\[MASK]');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (pieces) => {
        const { ids, slots } = encode(pieces.join(''));
        const open = [...ids.keys()].filter((position) => ids[position] === null);
        const covered = slots.flatMap(({ span }) =>
          Array.from({ length: span.end - span.start }, (_, i) => span.start + i),
        );
        expect(covered).toEqual(open);
      }),
    );
  });
});
