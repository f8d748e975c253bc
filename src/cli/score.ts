/**
 * `lacuna score`: the log-likelihood of a given fill.
 *
 * Knows options and what goes to which stream.
 */
import { Command } from 'commander';
import type { Client } from '../client/client.ts';
import {
  CatalogDocument,
  ScoreInfillDocument,
  type ScoreInfillInput,
} from '../client/generated/graphql.ts';
import type { CommandContext } from './command-context.ts';
import { withClient } from './connection.ts';
import { type FlaggedInput, refusalOf } from './refusal.ts';
import { append, templateOf, textArgument, withDecoderOptions } from './request-options.ts';
import { type ScoreFlags, scoreInputOf } from './score-input.ts';
import { describeScore } from './score-view.ts';
import { textWidth } from './screen.ts';
import { unlessAborted, untilSignalled } from './until-signalled.ts';

type Flags = ScoreFlags & { readonly json?: true; readonly server?: string };

const notes = `
All numbers are natural logarithms at temperature 1, whatever the decoder's sampling would be. Kinds:
  chain-rule   exact, the sum along the order the decoder fills in
  independent  exact, every token from the known text alone
  elbo         a lower bound (so the perplexity is an upper one, ≤), the mean of --draws random masks ± its standard error

A given text may also continue the word before its mask, where a filled one begins a new word after a space: there the
numbers are a little below those of lacuna infill.

Examples:
  $ lacuna score "The [MASK] sat on the [MASK:2]." --fill cat --fill "old mat"
  $ lacuna score "The [MASK] sat." --fill cat --decoder diffusion --draws 512 --seed 7
  $ lacuna score "The [MASK:2] sat." --tokens 284,1201 --json

Exit codes: 0 scored; 1 failed; 2 something to correct in the command; 130 and 143 stopped by a signal.
`;

/** Returns the command. */
export function scoreCommand(context: CommandContext): Command {
  const command = new Command('score')
    .description('Tell how probable a given fill is for a decoder.')
    .addArgument(textArgument())
    .option(
      '--fill <text>',
      'text of a slot, without the space before its mask; once per slot, in order',
      append,
      [],
    )
    .option('--tokens <ids>', 'token ids of all open positions instead, separated by commas');
  return withDecoderOptions(command)
    .option('--draws <number>', 'random masks that a bound (elbo) is the mean of, from 1 to 1024')
    .option('--seed <number>', 'fixes these masks; chosen and reported by default')
    .option('--json', 'print one JSON object')
    .addHelpText('after', notes)
    .action((text: string, flags: Flags) => run(text, flags, context));
}

async function run(argument: string, flags: Flags, context: CommandContext): Promise<void> {
  const template = await templateOf(argument, context);
  await untilSignalled(context, (signal) =>
    withClient(flags.server, context, async (client) => {
      const asked = scoreInputOf(template, flags, await client.request(CatalogDocument, {}));
      const score = await scoreOf(client, asked, signal);
      if (score === null) return;
      const { json } = flags;
      const columns = textWidth(context.stdout);
      context.write(`${json ? JSON.stringify(score, null, 2) : describeScore(score, columns)}\n`);
    }),
  );
}

/** Null when `signal` aborts, which ends the work. @throws what the server refused and what is wrong with the flags, with every problem */
async function scoreOf(client: Client, asked: FlaggedInput<ScoreInfillInput>, signal: AbortSignal) {
  const answer = await unlessAborted(
    client.request(ScoreInfillDocument, { input: asked.input }, signal),
    signal,
  );
  if (answer === null) return null;
  const { scoreInfill: score } = answer;
  if (score.__typename !== 'ScoredInfill') throw refusalOf(score, asked);
  asked.problems.throwIfAny();
  const { __typename, ...scored } = score;
  return scored;
}
