/**
 * Which entries end a run.
 *
 * Knows their names only; a run has exactly one of them, and it is the last.
 */

/** An entry after which nothing follows. */
type TerminalType = 'completed' | 'cancelled' | 'failed';

/** Whether `type` is that of a run's last entry. */
export function isTerminal(type: string): type is TerminalType {
  return type === 'completed' || type === 'cancelled' || type === 'failed';
}
