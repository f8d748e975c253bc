/**
 * How far a long work on rows is, on one line of a terminal; elsewhere nothing.
 */
import type { OnRows } from '../store/backup.ts';

/** Rows between two looks of the line. */
const rowsPerLook = 100;

/** Rewrites a line such as "Moved 200 of 1000 rows", and ends it with the last row. */
export function rowProgress(
  stderr: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  done: string,
): OnRows {
  if (!stderr.isTTY) return () => undefined;
  return (count, total) => {
    if (count % rowsPerLook !== 0 && count !== total) return;
    stderr.write(`\r${done} ${count} of ${total} rows${count === total ? '\n' : ''}`);
  };
}
