import { describe, expect, it } from 'vitest';
import { indentProse, paintText, paintWith, screenRows } from '../../src/cli/screen.ts';
import { tableOf } from '../../src/cli/table.ts';

const plain = paintWith(false);
const coloured = paintWith(true);

describe('text on a screen', () => {
  it('sets off what is filled and what is open', () => {
    const pieces = [
      { text: 'a ', kind: 'known' },
      { text: 'b', kind: 'filled' },
      { text: '[MASK]', kind: 'open' },
    ] as const;
    expect(paintText(pieces, plain)).toBe('a b[MASK]');
    expect(paintText(pieces, coloured)).toBe(
      'a \u001B[1m\u001B[36mb\u001B[39m\u001B[22m\u001B[2m[MASK]\u001B[22m',
    );
  });

  it('shows control characters instead of obeying them', () => {
    const text = 'a\u001B[2Jb\r\nc\td\u007F\u009Be';
    expect(paintText([{ text, kind: 'known' }], plain)).toBe('a␛[2Jb\nc    d��e');
  });

  it('breaks wide characters and styles at the edge', () => {
    const rows = screenRows(
      [{ text: '漢字漢字', kind: 'filled' }],
      { columns: 5, rows: 9 },
      coloured,
    );
    const painted = (text: string) => `\u001B[1m\u001B[36m${text}\u001B[39m\u001B[22m`;
    expect(rows).toEqual([painted('漢字'), painted('漢字')]);
  });

  it('does not look at what cannot be on the screen', () => {
    const far = 'x'.repeat(5_000_000);
    const pieces = [
      { text: far, kind: 'known' },
      { text: 'here', kind: 'filled' },
      { text: far, kind: 'known' },
    ] as const;
    const rows = screenRows(pieces, { columns: 10, rows: 3 }, plain);
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(/^(?:x*here|x*h|x*he|x*her)/);
  });

  it('indents prose and breaks it between words', () => {
    expect(indentProse('one two three', '  ', 10)).toBe('  one two\n  three');
    expect(indentProse('one two three', '  ', Number.POSITIVE_INFINITY)).toBe('  one two three');
  });
});

describe('a table', () => {
  const rows = [
    ['a', 'long cell'],
    ['bb', 'c'],
  ];
  it('aligns its columns', () => {
    expect(tableOf(['H', 'I'], rows, 80)).toBe('H   I\na   long cell\nbb  c');
  });
  it('has a line per cell where it would be too wide', () => {
    expect(tableOf(['H', 'I'], rows, 12)).toBe('H  a\nI  long cell\n\nH  bb\nI  c');
  });
});
