/**
 * The commands of `lacuna`, together.
 */
import { Command } from 'commander';
import { benchCommand } from './bench.ts';
import type { CommandContext } from './command-context.ts';
import { dbCommand } from './db.ts';
import { decodersCommand } from './decoders.ts';
import { doctorCommand } from './doctor.ts';
import { infillCommand } from './infill.ts';
import { keysCommand } from './keys.ts';
import { modelsCommand } from './models.ts';
import { packCommand } from './pack.ts';
import { raceCommand } from './race.ts';
import { receiptCommand } from './receipt.ts';
import { replayCommand } from './replay.ts';
import { reportCommand } from './report.ts';
import { scoreCommand } from './score.ts';
import { serveCommand } from './serve.ts';

const examples = `
Examples:
  $ lacuna infill "The [MASK] sat on the [MASK:2]."
  $ lacuna score "The [MASK] sat on the [MASK:2]." --fill cat --fill "old mat"
  $ lacuna race "The [MASK] sat on the [MASK:4]." --entrant maria --entrant autoregressive
  $ lacuna decoders
  $ lacuna serve --port 4000
  $ lacuna doctor
  $ lacuna keys create --name site --scopes infill
`;

/** Makes the program; wrong usage is written to standard error and thrown as a CommanderError. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('lacuna')
    .description('Fills masked text with several decoders.')
    .version(context.version)
    .addHelpText('after', examples)
    .exitOverride();
  const commands = [
    infillCommand,
    scoreCommand,
    raceCommand,
    receiptCommand,
    replayCommand,
    benchCommand,
    reportCommand,
    modelsCommand,
    decodersCommand,
    serveCommand,
    doctorCommand,
    keysCommand,
    packCommand,
    dbCommand,
  ];
  for (const create of commands) adopt(program, create(context));
  return program;
}

/** Adds a command that was made apart, and gives it and its subcommands the settings of the program. */
function adopt(parent: Command, child: Command): void {
  if (!parent.commands.includes(child)) parent.addCommand(child);
  child.copyInheritedSettings(parent);
  for (const grandchild of child.commands) adopt(child, grandchild);
}
