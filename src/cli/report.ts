/**
 * `lacuna report`: a benchmark as one page with charts, or in another form.
 */
import { Command, Option } from 'commander';
import { writeBenchmark } from './bench.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { type ExportForm, formats, formOf } from './export-form.ts';
import { globalIdOf } from './given-id.ts';
import { requireNewFile } from './new-file.ts';

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
    .argument('<id>', 'of the benchmark, as `lacuna bench` prints it')
    .option('--out <file>', 'write to this file, a new one; its ending says how')
    .addOption(new Option('--format <form>', 'how it is written').choices(formats))
    .addOption(serverOption())
    .addHelpText('after', notes)
    .action((id: string, flags: Flags) => run(id, flags, context));
}

async function run(given: string, flags: Flags, context: CommandContext): Promise<void> {
  const form = formOf(flags);
  if (flags.out !== undefined) await requireNewFile(flags.out);
  const id = globalIdOf('Benchmark', given);
  await withClient(flags.server, context, async (client) => {
    await writeBenchmark(client, id, { form, ...flags }, context);
  });
}
