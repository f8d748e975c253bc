/**
 * Pieces of text as rows of a terminal.
 *
 * Knows colours, widths and heights; knows no stream and no infill.
 */
import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
import type { Piece } from './filled-template.ts';

/** A terminal's size in cells. */
export type ScreenSize = { readonly columns: number; readonly rows: number };

/** Styled text, or the text itself where the terminal shows no colours. */
export type Paint = (style: 'bold' | 'dim' | 'filled', text: string) => string;

const formats = { bold: ['bold'], dim: ['dim'], filled: ['bold', 'cyan'] } as const;

/** Columns that text for people may take: those of a terminal; for a file there is no limit. */
export function textWidth(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Breaks prose between words; each line starts with `indent`. */
export function indentProse(prose: string, indent: string, columns: number): string {
  const width = columns - indent.length;
  const lines = width < Number.POSITIVE_INFINITY ? wrapAnsi(prose, width) : prose;
  return lines.replace(/^/gm, indent);
}

/** Styles for a terminal that shows them; NO_COLOR and its kin are heeded. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return paintWith(stream.isTTY && stream.hasColors());
}

/** Styles, or none. */
export function paintWith(hasColors: boolean): Paint {
  // It is decided already, not by whether standard output is a terminal.
  const options = { validateStream: false };
  return (style, text) => (hasColors ? styleText([...formats[style]], text, options) : text);
}

/** The whole text for a terminal. Control characters, which could move its cursor, are shown as symbols. */
export function paintText(pieces: readonly Piece[], paint: Paint): string {
  return pieces.map(({ text, kind }) => paintPiece(shown(text), kind, paint)).join('');
}

/**
 * At most `rows` rows of the text, none wider than `columns`, around the end of the last piece that is filled.
 *
 * Text that could not be on the screen is not looked at: what it costs does not grow with the text.
 */
export function screenRows(
  pieces: readonly Piece[],
  { columns, rows }: ScreenSize,
  paint: Paint,
): string[] {
  const safe = pieces.map(({ text, kind }) => ({ text: shown(text), kind }));
  const focus = offsetAfter(
    safe,
    safe.findLastIndex(({ kind }) => kind === 'filled'),
  );
  const screen = columns * rows;
  // The first character moves by whole screens only, so that rows do not shift at every token.
  const start = Math.max(0, Math.floor(focus / screen) - 1) * screen;
  const row = wrap(paintRange(safe, [start, focus], paint), columns).length - 1;
  const all = wrap(paintRange(safe, [start, focus + screen], paint), columns);
  const first = Math.max(0, Math.min(row - Math.floor(rows / 2), all.length - rows));
  return all.slice(first, first + rows);
}

/** How many rows lines take on a terminal of another width. */
export function rowCount(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + wrap(line, columns).length, 0);
}

function wrap(text: string, columns: number): string[] {
  return wrapAnsi(text, columns, { hard: true, trim: false, wordWrap: false }).split('\n');
}

function offsetAfter(pieces: readonly Piece[], index: number): number {
  return pieces.slice(0, index + 1).reduce((sum, { text }) => sum + text.length, 0);
}

/** @param range - UTF-16 offsets, half-open. */
function paintRange(
  pieces: readonly Piece[],
  [start, end]: readonly [number, number],
  paint: Paint,
): string {
  let offset = 0;
  let painted = '';
  for (const { text, kind } of pieces) {
    const part = text.slice(Math.max(0, start - offset), Math.max(0, end - offset));
    painted += paintPiece(part, kind, paint);
    offset += text.length;
  }
  return painted;
}

function paintPiece(text: string, kind: Piece['kind'], paint: Paint): string {
  if (kind === 'known' || text === '') return text;
  return paint(kind === 'filled' ? 'filled' : 'dim', text);
}

/** Tabs become spaces, since their width depends on where they stand; other controls but newlines their pictures. */
export function shown(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/(?!\n)\p{Cc}/gu, (control) => {
      const code = control.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\uFFFD';
    });
}
