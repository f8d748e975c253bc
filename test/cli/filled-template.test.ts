import { describe, expect, it } from 'vitest';
import { filledSoFar, filledText } from '../../src/cli/filled-template.ts';
import { parseTemplate } from '../../src/text/template-notation.ts';

const template = parseTemplate('A [MASK:2] and \\[MASK] then [MASK].', []);

const update = (index: number, text: string, complete: boolean) =>
  ({ index, key: null, text, complete }) as const;

describe('a template in the course of being filled', () => {
  it('shows masks as they were written until something is filled', () => {
    expect(filledSoFar(template, [])).toEqual([
      { text: 'A ', kind: 'known' },
      { text: '[MASK:2]', kind: 'open' },
      { text: ' and [MASK] then ', kind: 'known' },
      { text: '[MASK]', kind: 'open' },
      { text: '.', kind: 'known' },
    ]);
  });

  it('marks what is still open after the filled part of a slot', () => {
    const pieces = filledSoFar(template, [update(0, 'big', false), update(1, '', true)]);
    expect(pieces.slice(1, 3)).toEqual([
      { text: 'big', kind: 'filled' },
      { text: '[MASK]', kind: 'open' },
    ]);
    expect(pieces.at(-2)).toEqual({ text: '', kind: 'filled' });
  });

  it('takes open positions from decoders that say where they are', () => {
    expect(filledSoFar(template, [update(0, '[MASK] dog', false)]).slice(1, 3)).toEqual([
      { text: '[MASK]', kind: 'open' },
      { text: ' dog', kind: 'filled' },
    ]);
  });

  it('sets off what was filled in the finished text', () => {
    const segments = [
      { text: 'A ', start: 0, end: 2, slot: null },
      { text: 'dog', start: 2, end: 5, slot: 0 },
    ];
    expect(filledText({ segments })).toEqual([
      { text: 'A ', kind: 'known' },
      { text: 'dog', kind: 'filled' },
    ]);
  });
});
