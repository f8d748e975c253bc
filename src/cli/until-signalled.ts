/**
 * Ends a command's work at SIGINT and SIGTERM.
 *
 * Knows signals and exit codes; knows no command.
 */
import type { CommandContext } from './command-context.ts';

/** Exit codes of shells for a process that a signal ended. */
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs `use` under a signal that the first SIGINT or SIGTERM aborts; a second one ends the process. */
export async function untilSignalled(
  { setExitCode }: Pick<CommandContext, 'setExitCode'>,
  use: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const onSignal = (name: keyof typeof signalCodes) => {
    unlisten();
    setExitCode(signalCodes[name]);
    stop.abort();
  };
  const unlisten = () => {
    for (const name of Object.keys(signalCodes)) process.off(name, onSignal);
  };
  for (const name of Object.keys(signalCodes)) process.on(name, onSignal);
  try {
    await use(stop.signal);
  } finally {
    unlisten();
  }
}

/** The result; null where it was the abort that ended the work. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return work.catch((error) => {
    if (signal.aborted) return null;
    throw error;
  });
}
