/**
 * `lacuna report`: a benchmark as one page with charts, or in another form.
 */
import { Command, Option } from 'commander';
import { writeBenchmark } from './bench.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { type ExportForm, formats, formOf } from './export-form.ts';

type Flags = { readonly out?: string; readonly format?: ExportForm; readonly server?: string };

const notes = `
The page needs nothing else: no script, no font, no image is loaded.

Examples:
  $ lacuna report QmVuY2… --out report.html
  $ lacuna report QmVuY2… --format csv > figures.csv
`;

/** Returns the command. */
export function reportCommand(context: CommandContext): Command {
  return new Command('report')
    .description('Write what came out of a benchmark.')
    .argument('<id>', 'global id of a benchmark')
    .option('--out <file>', 'write to this file; its ending says how')
    .addOption(new Option('--format <form>', 'how it is written').choices(formats))
    .addOption(serverOption())
    .addHelpText('after', notes)
    .action((id: string, flags: Flags) =>
      withClient(flags.server, context, (client) =>
        writeBenchmark(client, id, { form: formOf(flags), ...flags }, context),
      ),
    );
}
