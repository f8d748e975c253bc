/**
 * `lacuna doctor`: what runs here, what does not, and how to get it.
 */
import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { textWidth } from './screen.ts';

/** Returns the command; it exits with 1 when a start would fail. */
export function doctorCommand(context: CommandContext): Command {
  const { env, stdout, write, setExitCode } = context;
  return new Command('doctor')
    .description('Check what a server needs here: devices, packs, data, database, port, settings.')
    .option('--json', 'print a JSON array of findings')
    .action(async ({ json }: { readonly json?: true }) => {
      // Loaded only here: the other commands start sooner without it.
      const [{ examine }, { reportOf }] = await Promise.all([
        import('./doctor/examine.ts'),
        import('./doctor/report.ts'),
      ]);
      const findings = await examine(env);
      const hasColors = stdout.isTTY && stdout.hasColors();
      const report = () => reportOf(findings, { columns: textWidth(stdout), hasColors });
      write(`${json ? JSON.stringify(findings, null, 2) : report()}\n`);
      if (findings.some(({ state }) => state === 'failed')) setExitCode(1);
    });
}
