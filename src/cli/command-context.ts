/**
 * What the commands know of the process they run in.
 */
import type { Environment } from '../config.ts';
import type { PackCommandContext } from './pack.ts';

/** Where a command reads its environment and writes what it found. */
export type CommandContext = PackCommandContext & {
  readonly env: Environment;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
};
