/**
 * What the commands know of the process they run in.
 */
import type { Environment } from '../config.ts';

/** What commands on packs need of the process they run in. */
export type PackCommandContext = {
  readonly env: Environment;
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** Sets the exit code; 1 is a checkpoint that differs. */
  readonly setExitCode: (code: number) => void;
  /** Takes progress, where it is a terminal. */
  readonly stderr: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  /** Version of the program, for provenance. */
  readonly version: string;
};

/** Where a command reads and writes. */
export type CommandContext = PackCommandContext & {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
};
