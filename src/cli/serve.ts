/**
 * `lacuna serve`: the same as `npm start`, with the settings one changes most as options.
 */
import { Command, Option } from 'commander';
import type { CommandContext } from './command-context.ts';

type Flags = {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
  readonly modelsDir?: string;
};

/** Returns the command; values are checked with the rest of the configuration. */
export function serveCommand({ env }: CommandContext): Command {
  return new Command('serve')
    .description('Serve the GraphQL API until SIGTERM or Ctrl-C.')
    .addOption(new Option('--port <number>', '0 takes any free port').env('PORT'))
    .addOption(new Option('--host <address>', 'others than loopback need an API key').env('HOST'))
    .addOption(new Option('--data-dir <folder>', 'holds the database').env('DATA_DIR'))
    .addOption(new Option('--models-dir <folder>', 'holds the packs').env('MODELS_DIR'))
    .addHelpText('after', '\nEvery other setting comes from the environment.\n')
    .action(async ({ port, host, dataDir, modelsDir }: Flags) => {
      // Loaded only here: the other commands start sooner without it.
      const { serve } = await import('../serve.ts');
      await serve({ ...env, PORT: port, HOST: host, DATA_DIR: dataDir, MODELS_DIR: modelsDir });
    });
}
