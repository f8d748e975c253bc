/**
 * `lacuna pack` in this process.
 */
import { packCommand } from '../../src/cli/pack.ts';

/** What a command wrote and its exit code. */
export type PackResult = { readonly output: string; readonly exitCode: number };

/** Runs it with `args`; rejects with what the command throws. */
export async function runPack(...args: string[]): Promise<PackResult> {
  let output = '';
  let exitCode = 0;
  const command = packCommand({
    env: {},
    write: (text) => {
      output += text;
    },
    setExitCode: (code) => {
      exitCode = code;
    },
    stderr: { isTTY: false, write: () => true },
    version: '0.0.0-test',
  });
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await command.parseAsync(args, { from: 'user' });
  return { output, exitCode };
}
