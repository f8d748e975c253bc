/** Words and sentences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentenceSpans, type TextSpan, wordSpans } from '../../src/benchmark/text-units.ts';

function texts(text: string, spans: readonly TextSpan[]): string[] {
  return spans.map(({ start, end }) => text.slice(start, end));
}

describe('words', () => {
  it.each([
    ["Don't re-do 3.5!", ["Don't", 're-do', '3', '5']],
    ['‘Ne’er – again’, she said--twice.', ['Ne’er', 'again', 'she', 'said', 'twice']],
    ['Ünïcödé e\u0301te\u0301 日本', ['Ünïcödé', 'e\u0301te\u0301', '日本']],
    ['--- ...', []],
  ])('of %j', (text, words) => {
    expect(texts(text, wordSpans(text))).toEqual(words);
  });
});

describe('sentences', () => {
  it.each([
    ['One. Two! Three? Four… Five', ['One.', 'Two!', 'Three?', 'Four…', 'Five']],
    ['"Stop!" she said. "Why?" He ran.', ['"Stop!" she said.', '"Why?"', 'He ran.']],
    [
      'Mr. Lee met Dr. J. Ortiz. So did I. Then vs. now.',
      ['Mr. Lee met Dr. J. Ortiz.', 'So did I.', 'Then vs. now.'],
    ],
    ['It cost 3.50 euros... really. (Yes.) OK', ['It cost 3.50 euros... really.', '(Yes.)', 'OK']],
    ['  Padded.  \n Out.  ', ['Padded.', 'Out.']],
    ['', []],
  ])('of %j', (text, sentences) => {
    expect(texts(text, sentenceSpans(text))).toEqual(sentences);
  });

  it('cover everything but the white space between them', () => {
    const pieces = fc.array(fc.constantFrom('Aa', 'b', '.', '!', '"', ' ', '\n', 'Mr', ')'));
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const spans = sentenceSpans(text);
        const rest = spans.reduceRight(
          (left, { start, end }) => left.slice(0, start) + left.slice(end),
          text,
        );
        expect(rest.trim()).toBe('');
        for (const sentence of texts(text, spans)) expect(sentence.trim()).toBe(sentence);
      }),
    );
  });
});
