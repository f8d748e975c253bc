/**
 * `lacuna pack` in this process.
 */
import { packCommand } from '../../src/cli/pack.ts';

/** What a command wrote and its exit code. */
export type PackResult = {
  readonly output: string;
  readonly progress: string;
  readonly exitCode: number;
};

/** Runs it with `args`; rejects with what the command throws. */
export function runPack(...args: string[]): Promise<PackResult> {
  return runPackIn({ env: {}, isTTY: false }, ...args);
}

/** As `runPack`, in another environment. */
export async function runPackIn(
  { env, isTTY }: { readonly env: Readonly<Record<string, string>>; readonly isTTY: boolean },
  ...args: string[]
): Promise<PackResult> {
  let output = '';
  let progress = '';
  let exitCode = 0;
  const command = packCommand({
    env,
    write: (text) => {
      output += text;
    },
    setExitCode: (code) => {
      exitCode = code;
    },
    stderr: {
      isTTY,
      write: (text) => {
        progress += text;
        return true;
      },
    },
    version: '0.0.0-test',
  });
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await command.parseAsync(args, { from: 'user' });
  return { output, progress, exitCode };
}
