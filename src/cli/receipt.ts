/**
 * `lacuna receipt`: everything that is needed to do an infill again, as a file.
 */
import { Command } from 'commander';
import { FindReceiptDocument } from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { globalIdOf } from './given-id.ts';
import { requireNewFile, writeNewFile } from './new-file.ts';

type Flags = { readonly out?: string; readonly server?: string };

const notes = `
Examples:
  $ lacuna infill "The [MASK] sat." --json | node -p 'JSON.parse(require("fs").readFileSync(0)).id'
  $ lacuna receipt SW5maWxsOjAxOT… --out receipt.json
  $ lacuna replay receipt.json
`;

/** Returns the command. */
export function receiptCommand(context: CommandContext): Command {
  return new Command('receipt')
    .description('Write everything that is needed to do an infill again, with its tokens.')
    .argument('<id>', 'of the infill, as `lacuna infill --json` prints it')
    .option('--out <file>', 'where to write it, a new file; standard output by default')
    .addOption(serverOption())
    .addHelpText('after', notes)
    .action((id: string, flags: Flags) => run(id, flags, context));
}

async function run(given: string, flags: Flags, context: CommandContext): Promise<void> {
  if (flags.out !== undefined) await requireNewFile(flags.out);
  const id = globalIdOf('Infill', given);
  const receipt = await withClient(flags.server, context, async (client) => {
    const { infill } = await client.request(FindReceiptDocument, { id });
    if (infill === null) throw new InfillError('UNKNOWN_RUN', `There is no infill ${given}.`);
    if (infill.receipt === null) {
      const message = `The infill is ${infill.status} and stored as ${infill.store}; a receipt needs a completed one with its texts.`;
      throw new InfillError('UNSUPPORTED', message);
    }
    return infill.receipt;
  });
  const text = `${JSON.stringify(receipt, null, 2)}\n`;
  if (flags.out === undefined) context.write(text);
  else await writeNewFile(flags.out, text);
}
