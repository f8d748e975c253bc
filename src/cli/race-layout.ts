/**
 * The text of a lane as cells of a grid: lines of at most so many columns.
 *
 * Knows columns; knows no time and no colour.
 */
import type { Change, Piece } from './race-timeline.ts';

/** A part of a piece on one line. */
export type Cell = {
  readonly text: string;
  /** From 0. */
  readonly line: number;
  readonly column: number;
  /** Columns it takes, ≥ 1. */
  readonly width: number;
  readonly changes: readonly Change[] | null;
};

/** Cells with the number of their lines. */
export type Layout = { readonly cells: readonly Cell[]; readonly lineCount: number };

/** A word with the space before it, or a line break; of one piece, so that a token stays whole where it can. */
type Word = { readonly text: string; readonly piece: Piece };

/** Lays pieces out. Words that are longer than a line are cut. */
export function layOut(pieces: readonly Piece[], columns: number): Layout {
  const grid = new Grid(columns);
  for (const { text, piece } of pieces.flatMap(wordsOf)) {
    if (text === '\n') grid.breakLine();
    else grid.put(text, piece.changes);
  }
  return { cells: grid.cells, lineCount: grid.lineCount };
}

/** Takes text in reading order. */
class Grid {
  readonly cells: Cell[] = [];
  readonly #columns: number;
  #line = 0;
  #column = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  get lineCount(): number {
    return this.#line + 1;
  }

  breakLine(): void {
    this.#line += 1;
    this.#column = 0;
  }

  /** On the line while there is room, else on the next one without its space; over lines where it is longer than one. */
  put(text: string, changes: Cell['changes']): void {
    const hasRoom = this.#column === 0 || this.#column + columnsOf(text) <= this.#columns;
    if (!hasRoom) this.breakLine();
    const characters = [...(hasRoom ? text : text.trimStart())];
    for (let start = 0; start < characters.length; start += this.#columns) {
      if (start > 0) this.breakLine();
      const shown = characters.slice(start, start + this.#columns);
      const place = { line: this.#line, column: this.#column, width: shown.length };
      this.cells.push({ text: shown.join(''), ...place, changes });
      this.#column += shown.length;
    }
  }
}

function wordsOf(piece: Piece): readonly Word[] {
  const words = printable(piece.text).match(/\n| *[^ \n]+| +/g) ?? [];
  // A token moves to the next line as one.
  const isToken = piece.changes !== null && !piece.text.includes('\n');
  return (isToken ? [printable(piece.text)] : words)
    .filter((text) => text !== '')
    .map((text) => ({ text, piece }));
}

/** Code points: a picture gives each a column, and fits what is wider into it. */
export function columnsOf(text: string): number {
  return [...text].length;
}

/** Tabs as spaces; other controls as U+FFFD, since XML has no way to write them. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/(?!\n)[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}
