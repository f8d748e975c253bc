/**
 * The built command line as a child process, its streams not terminals.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../../src/package-root.ts';

/** How a command ended and what it wrote. */
export type CliResult = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A command that runs. */
export type CliProcess = { readonly child: ChildProcess; readonly result: Promise<CliResult> };

/** Starts a command; `env` is added to this process's. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): CliProcess {
  const child = spawn(process.execPath, [join(packageRoot(), 'dist/src/cli.js'), ...args], {
    env: { ...process.env, ...env },
  });
  child.stdin.end(input);
  const result = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return {
    child,
    result: result.then(([[code], stdout, stderr]) => ({ code, stdout, stderr })),
  };
}

/** Runs a command to its end. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<CliResult> {
  return startCli(args, env, input).result;
}
