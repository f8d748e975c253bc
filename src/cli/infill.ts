/**
 * `lacuna infill`: fills one text and prints it; on a terminal it is shown while it is filled.
 *
 * Knows options and what goes to which stream.
 */
import { Command, Option } from 'commander';
import type { Client } from '../client/client.ts';
import {
  CatalogDocument,
  type InfillInput,
  type InfillPartsFragment,
} from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import { withClient } from './connection.ts';
import { followInfill } from './follow-infill.ts';
import { type InfillFlags, infillInputOf } from './infill-input.ts';
import { infillView } from './infill-view.ts';
import { printPlan } from './plan.ts';
import type { FlaggedInput } from './refusal.ts';
import { append, templateOf, textArgument, withDecoderOptions } from './request-options.ts';
import { untilSignalled } from './until-signalled.ts';

type Flags = InfillFlags & {
  readonly plan?: true;
  readonly json?: true;
  readonly server?: string;
};

const notes = `
Flags number slots from 1, in reading order; in JSON and in messages, the index of a slot counts from 0.
Texts in lists are separated by commas; "\\," is a comma in one.

Examples:
  $ lacuna infill "The [MASK] sat on the [MASK:2]."
  $ lacuna infill "The [MASK] sat." --decoder autoregressive --seed 7
  $ lacuna infill "She said [MASK:4]." --temperature 0.8 --top-p 0.95 --samples 4
  $ lacuna infill "She had a [MASK:1-3] and a [MASK] dog." --choices 2=big,small --banned 1=cat
  $ lacuna infill "The [MASK] sat." --decoder masked-lm --option order=left-to-right --json
  $ cat letter.txt | lacuna infill - --plan

Exit codes: 0 filled; 1 failed; 2 something to correct in the command; 130 and 143 stopped by a signal.
`;

/** Returns the command. */
export function infillCommand(context: CommandContext): Command {
  const command = new Command('infill')
    .description(
      'Fill the masks of a text: [MASK] is one token, [MASK:n] is n, [MASK:a-b] from a to b.',
    )
    .addArgument(textArgument());
  return withDecoderOptions(command)
    .option('--temperature <number>', '0 takes the most probable token; 1 samples as it is')
    .option('--top-k <number>', 'sample from this many most probable tokens only')
    .option('--top-p <number>', 'sample from the smallest set of tokens of this probability')
    .option('--repetition-penalty <number>', 'above 1: makes tokens of the text less probable')
    .option('--seed <number>', 'fixes all randomness; chosen and reported by default')
    .option('--samples <number>', 'fill this often and print every fill, best first')
    .addOption(
      new Option(
        '--length-search <way>',
        "how [MASK:a-b] gets its length: by the masked model's confidence, or by decoding each one",
      ).choices(['cal', 'decode-all']),
    )
    .option('--choices <slot=text,…>', 'texts that a slot may have; may be repeated', append, [])
    .option(
      '--banned <slot=text,…>',
      'tokens that a slot must not have, of all slots with all=; may be repeated',
      append,
      [],
    )
    .option('--alternatives <number>', 'probable tokens to report beside each one, with --json')
    .option('--label <text>', 'a word to find the infill again by; may be repeated', append, [])
    .option('--plan', 'print what would be run, or all that is wrong with it, and run nothing')
    .option('--json', 'print one JSON object')
    .addHelpText('after', notes)
    .action((text: string, flags: Flags) => run(text, flags, context));
}

async function run(argument: string, flags: Flags, context: CommandContext): Promise<void> {
  const template = await templateOf(argument, context);
  await untilSignalled(context, (signal) =>
    withClient(flags.server, context, async (client) => {
      const asked = infillInputOf(template, flags, await client.request(CatalogDocument, {}));
      const isJson = flags.json === true;
      // Where flags are wrong, a plan tells what else is.
      const isPlan = flags.plan === true || !asked.problems.isEmpty;
      if (isPlan) await printPlan(client, { asked, isJson, signal }, context);
      else await fill(client, { template, asked, isJson, signal }, context);
    }),
  );
}

type Filling = {
  readonly template: string;
  readonly asked: FlaggedInput<InfillInput>;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
};

async function fill(
  client: Client,
  { template, asked, isJson, signal }: Filling,
  context: CommandContext,
): Promise<void> {
  const view = infillView(template, isJson, context);
  try {
    const infill = await followInfill(client, asked, view.update, signal);
    view.finish(infill);
    if (infill !== null) assertCompleted(infill);
  } finally {
    view.close();
  }
}

/** @throws the reason of an infill that failed, or that somebody else cancelled. */
function assertCompleted({ status, error, cancelReason }: InfillPartsFragment): void {
  if (status === 'COMPLETED') return;
  const why = cancelReason === null ? '' : ` (${cancelReason})`;
  const { code, message } = error ?? {
    code: 'CANCELLED',
    message: `The infill was cancelled${why}.`,
  };
  throw new InfillError(code, message);
}
