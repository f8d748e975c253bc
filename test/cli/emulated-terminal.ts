/**
 * A terminal emulator that a live view can draw on.
 */
import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';

/** A stream for the view, and what a person would see. */
export type EmulatedTerminal = {
  readonly stdout: NodeJS.WriteStream;
  /** Changes the size; text that was broken at the old width is broken anew. */
  resize(columns: number, rows: number): void;
  /** Rows of the screen and of what has scrolled off it, without empty ones at the end. */
  rows(): Promise<string[]>;
};

/** Opens an empty one. */
export function emulateTerminal(columns: number, rows: number): EmulatedTerminal {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    convertEol: true,
    allowProposedApi: true,
  });
  const stream = Object.assign(new EventEmitter(), {
    isTTY: true,
    hasColors: () => true,
    getWindowSize: () => [terminal.cols, terminal.rows],
    write(text: string) {
      terminal.write(text);
      return true;
    },
  });
  return {
    stdout: stream as unknown as NodeJS.WriteStream,
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      stream.emit('resize');
    },
    async rows() {
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      const all = Array.from({ length: active.length }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
      );
      return all.slice(0, all.findLastIndex((row) => row !== '') + 1);
    },
  };
}
