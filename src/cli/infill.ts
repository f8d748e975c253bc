/**
 * `lacuna infill`: fills one text and prints it; on a terminal it is shown while it is filled.
 *
 * Knows options, signals and what goes to which stream.
 */
import { text as readText } from 'node:stream/consumers';
import { Command } from 'commander';
import { CatalogDocument, type InfillPartsFragment } from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { followInfill } from './follow-infill.ts';
import { type InfillFlags, infillInputOf } from './infill-input.ts';
import { infillView } from './infill-view.ts';

type Flags = InfillFlags & { readonly json?: true; readonly server?: string };

/** Exit codes of shells for a process that a signal ended. */
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

const examples = `
Examples:
  $ lacuna infill "The [MASK] sat on the [MASK:2]."
  $ lacuna infill "The [MASK] sat." --decoder autoregressive --seed 7
  $ lacuna infill "She said [MASK:4]." --temperature 0.8 --top-p 0.95
  $ lacuna infill "The [MASK] sat." --option draftWindow=0 --json
  $ cat letter.txt | lacuna infill -
`;

/** Returns the command. */
export function infillCommand(context: CommandContext): Command {
  return new Command('infill')
    .description('Fill the masks of a text: [MASK] is one token, [MASK:n] is n.')
    .argument('<text>', 'the text with its masks; - reads standard input, without its last newline')
    .option('--decoder <name>', 'as in `lacuna decoders`; the first of them by default')
    .option('--option <key=value>', 'an option of the decoder; may be repeated', append, [])
    .option('--model <id>', 'as in `lacuna models`; the first of them by default')
    .option('--temperature <number>', '0 takes the most probable token; 1 samples as it is')
    .option('--top-k <number>', 'sample from this many most probable tokens only')
    .option('--top-p <number>', 'sample from the smallest set of tokens of this probability')
    .option('--repetition-penalty <number>', 'above 1: makes tokens of the text less probable')
    .option('--seed <number>', 'fixes all randomness; chosen and reported by default')
    .option('--alternatives <number>', 'probable tokens to report beside each one, with --json')
    .option('--label <text>', 'a word to find the infill again by; may be repeated', append, [])
    .option('--json', 'print the infill as one JSON object')
    .addOption(serverOption())
    .addHelpText('after', examples)
    .action((text: string, flags: Flags) => fill(text, flags, context));
}

async function fill(argument: string, flags: Flags, context: CommandContext): Promise<void> {
  const isPiped = argument === '-';
  const template = isPiped ? (await readText(context.stdin)).replace(/\r?\n$/, '') : argument;
  const view = infillView(template, flags.json === true, context);
  await untilSignalled(context, (signal) =>
    withClient(flags.server, context, async (client) => {
      const catalog = await client.request(CatalogDocument, {});
      const input = infillInputOf(template, flags, catalog);
      try {
        const infill = await followInfill(client, input, view.update, signal);
        view.finish(infill);
        if (infill !== null) assertCompleted(infill);
      } finally {
        view.close();
      }
    }),
  );
}

/** Runs `use` under a signal that the first SIGINT or SIGTERM aborts; a second one ends the process. */
async function untilSignalled(
  { setExitCode }: CommandContext,
  use: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const onSignal = (name: keyof typeof signalCodes) => {
    unlisten();
    setExitCode(signalCodes[name]);
    stop.abort();
  };
  const unlisten = () => {
    for (const name of Object.keys(signalCodes)) process.off(name, onSignal);
  };
  for (const name of Object.keys(signalCodes)) process.on(name, onSignal);
  try {
    await use(stop.signal);
  } finally {
    unlisten();
  }
}

/** @throws the reason of an infill that failed, or that somebody else cancelled. */
function assertCompleted({ status, error }: InfillPartsFragment): void {
  if (status === 'COMPLETED') return;
  const { code, message } = error ?? { code: 'CANCELLED', message: 'The infill was cancelled.' };
  throw new InfillError(code, message);
}

function append(value: string, values: readonly string[]): readonly string[] {
  return [...values, value];
}
