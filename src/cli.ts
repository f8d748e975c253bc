#!/usr/bin/env node
/**
 * `lacuna` on the command line: wires the commands to this process.
 *
 * Knows the process; the commands are in `cli/`.
 */
import { failureOf } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';
import { packageVersion } from './package-root.ts';

const program = createProgram({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  write: (text) => void process.stdout.write(text),
  setExitCode: (code) => {
    process.exitCode = code;
  },
  version: packageVersion(),
});

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const args = process.argv.slice(2);
try {
  await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' });
} catch (error) {
  const { message, exitCode } = failureOf(error);
  process.stderr.write(message);
  process.exitCode = exitCode;
}
