/**
 * `lacuna db`: takes everything out of a database, and puts it into another one.
 *
 * Knows options and wording; what a backup is, is the store's.
 */
import { Command } from 'commander';
import type { RowCounts } from '../store/stored-tables.ts';
import type { CommandContext } from './command-context.ts';
import { rowProgress } from './row-progress.ts';

const backupHelp = `
A server may run meanwhile. The file holds clients' texts and the hashes of keys; only its owner may read it.
`;

const moveHelp = `
The embedded database stays as it is. Stop its server first; afterwards set DATABASE_URL for the next one.
  $ lacuna db move --to postgres://lacuna@db.example/lacuna
`;

/** Returns the command with its subcommands. */
export function dbCommand(context: CommandContext): Command {
  return new Command('db')
    .description('Back up, restore or move the database.')
    .addCommand(backupCommand(context))
    .addCommand(restoreCommand(context))
    .addCommand(moveCommand(context));
}

/** Loaded only when it is wanted: the other commands start sooner without a database. */
const work = () => import('./db-work.ts');

type JsonFlag = { readonly json?: true };

function backupCommand(context: CommandContext): Command {
  return new Command('backup')
    .description('Write all rows of the database into a file, as they are at one moment.')
    .requiredOption('--out <file>', 'must not exist; such as lacuna.backup.gz')
    .option('--json', 'print a JSON object')
    .addHelpText('after', backupHelp)
    .action(async ({ out, json }: JsonFlag & { readonly out: string }) => {
      const { backUp } = await work();
      const file = await backUp(context.env, out, rowProgress(context.stderr, 'Backed up'));
      const sentence = `${file.path}: ${described(file.rows)}, ${file.bytes} bytes.`;
      context.write(`${json ? JSON.stringify(file) : sentence}\n`);
    });
}

function restoreCommand(context: CommandContext): Command {
  return new Command('restore')
    .description('Put a backup into the database, which must be empty and without a server.')
    .argument('<file>', 'as `lacuna db backup` wrote it')
    .option('--json', 'print a JSON object')
    .action(async (file: string, { json }: JsonFlag) => {
      const { restore } = await work();
      const rows = await restore(context.env, file, rowProgress(context.stderr, 'Restored'));
      context.write(`${json ? JSON.stringify({ rows }) : `Restored ${described(rows)}.`}\n`);
    });
}

function moveCommand(context: CommandContext): Command {
  return new Command('move')
    .description('Copy the embedded database of DATA_DIR into an empty PostgreSQL database.')
    .option(
      '--to <url>',
      'a PostgreSQL database; DATABASE_URL by default, which hides its password',
    )
    .option('--json', 'print a JSON object')
    .addHelpText('after', moveHelp)
    .action(async ({ to, json }: JsonFlag & { readonly to?: string }) => {
      const { moveTo } = await work();
      const rows = await moveTo(context.env, to, rowProgress(context.stderr, 'Moved'));
      context.write(`${json ? JSON.stringify({ rows }) : `Moved ${described(rows)}.`}\n`);
    });
}

function described({ runs, apiKeys, clientTokens }: RowCounts): string {
  return `${runs} infills, ${apiKeys} keys and ${clientTokens} client tokens`;
}
