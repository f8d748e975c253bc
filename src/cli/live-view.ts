/**
 * A text that changes in place on a terminal.
 *
 * Knows when to draw and how to take back what it drew; what is drawn comes from `screen.ts`.
 */
import type { Piece } from './filled-template.ts';
import { type Paint, rowCount, type ScreenSize, screenRows } from './screen.ts';

/** Least time between two drawings. */
const frameMs = 33;

/** A view that is open until it is closed. */
export type LiveView = {
  /** Shows `pieces` soon; of several in a short time the last. */
  show(pieces: readonly Piece[]): void;
  /** Takes everything back; the cursor is where it was. */
  close(): void;
};

/** Opens a view below what the terminal shows. */
export function openLiveView(stdout: NodeJS.WriteStream, paint: Paint): LiveView {
  let pieces: readonly Piece[] = [];
  let drawn: readonly string[] = [];
  let timer: NodeJS.Timeout | null = null;
  const replace = (rows: readonly string[], { columns }: ScreenSize) => {
    // A terminal that became narrower has broken the rows that were drawn into more of them.
    const erase = eraseAbove(rowCount(drawn, columns));
    stdout.write(erase + rows.map((row) => `${row}\n`).join(''));
    drawn = rows;
  };
  const draw = () => {
    timer = null;
    const size = sizeOf(stdout);
    replace(screenRows(pieces, size, paint), size);
  };
  stdout.on('resize', draw);
  return {
    show(next) {
      pieces = next;
      timer ??= setTimeout(draw, frameMs);
    },
    close() {
      stdout.off('resize', draw);
      if (timer !== null) clearTimeout(timer);
      replace([], sizeOf(stdout));
    },
  };
}

/**
 * Erases the cursor's row, where a terminal echoes Ctrl-C, and `rows` rows above it; the cursor is then at the top.
 *
 * Row by row: some terminals keep a screen that is erased at once in their history.
 */
function eraseAbove(rows: number): string {
  return rows === 0 ? '' : `\r\u001B[2K${'\u001B[1A\u001B[2K'.repeat(rows)}`;
}

/** The size now, not at the last event. One row is the cursor's; a terminal that does not know its size says 0. */
function sizeOf(stdout: NodeJS.WriteStream): ScreenSize {
  const [columns, rows] = stdout.getWindowSize();
  return { columns: columns || 80, rows: Math.max(1, (rows || 24) - 1) };
}
