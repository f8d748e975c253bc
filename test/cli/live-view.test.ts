import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Piece } from '../../src/cli/filled-template.ts';
import { openLiveView } from '../../src/cli/live-view.ts';
import { paintWith } from '../../src/cli/screen.ts';
import { type EmulatedTerminal, emulateTerminal } from './emulated-terminal.ts';

const paint = paintWith(true);
const known = (text: string): Piece => ({ text, kind: 'known' });
const filled = (text: string): Piece => ({ text, kind: 'filled' });

/** The words of a text that grows in its middle. */
const frame = (words: number): Piece[] => [
  known('First line, '),
  filled('word '.repeat(words)),
  known('and\n\nthe third line.'),
];

/** The emulator, too, works off what was written at a timer. */
function seen(terminal: EmulatedTerminal): Promise<string[]> {
  const rows = terminal.rows();
  vi.runAllTimers();
  return rows;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a live view', () => {
  it('changes the text where it stands and leaves what was above', async () => {
    const terminal = emulateTerminal(20, 12);
    terminal.stdout.write('above\n');
    const view = openLiveView(terminal.stdout, paint);
    for (let words = 0; words <= 6; words += 1) {
      view.show(frame(words));
      vi.runAllTimers();
    }
    expect(await seen(terminal)).toEqual([
      'above',
      'First line, word wor',
      'd word word word wor',
      'd and',
      '',
      'the third line.',
    ]);
    view.close();
    expect(await seen(terminal)).toEqual(['above']);
  });

  it('draws several changes in a short time once', async () => {
    const terminal = emulateTerminal(80, 12);
    const view = openLiveView(terminal.stdout, paint);
    for (let words = 0; words < 5; words += 1) view.show(frame(words));
    expect(vi.getTimerCount()).toBe(1);
    expect(await seen(terminal)).toContain('First line, word word word word and');
    view.close();
  });

  it.each([9, 13, 40])('stays whole when the terminal becomes %i columns wide', async (columns) => {
    const terminal = emulateTerminal(20, 24);
    terminal.stdout.write('above\n');
    const view = openLiveView(terminal.stdout, paint);
    view.show(frame(5));
    vi.runAllTimers();
    terminal.resize(columns, 24);
    view.show(frame(6));
    vi.runAllTimers();
    const expected = `First line, ${'word '.repeat(6)}and`;
    const broken = expected.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
    const third = 'the third line.'.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
    const rows = ['above', ...broken, '', ...third].map((row) => row.trimEnd());
    expect(await seen(terminal)).toEqual(rows);
    view.close();
    expect(await seen(terminal)).toEqual(['above']);
  });

  it('shows of a text taller than the terminal the part that is being filled, and takes it back', async () => {
    const terminal = emulateTerminal(20, 6);
    const lines = Array.from({ length: 30 }, (_, line) => known(`line ${line}\n`));
    const view = openLiveView(terminal.stdout, paint);
    view.show([...lines.slice(0, 15), filled('here'), known('\n'), ...lines.slice(15)]);
    vi.runAllTimers();
    expect(await seen(terminal)).toEqual(['line 13', 'line 14', 'here', 'line 15', 'line 16']);
    view.close();
    expect(await seen(terminal)).toEqual([]);
  });

  it('removes an echoed Ctrl-C with the text', async () => {
    const terminal = emulateTerminal(20, 6);
    const view = openLiveView(terminal.stdout, paint);
    view.show(frame(1));
    vi.runAllTimers();
    terminal.stdout.write('^C');
    view.close();
    terminal.stdout.write('end');
    expect(await seen(terminal)).toEqual(['end']);
  });
});
