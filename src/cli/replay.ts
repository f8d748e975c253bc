/**
 * `lacuna replay`: does the infill of a receipt again, and says whether the same tokens come out.
 */
import { Command } from 'commander';
import type { Client } from '../client/client.ts';
import { CatalogDocument, InfillDocument } from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import { compareTokens, comparisonText } from './compare-tokens.ts';
import { serverOption, withClient } from './connection.ts';
import { type ReceiptFile, type ReceiptToken, readReceipt } from './receipt-file.ts';
import { readTextFile } from './text-files.ts';
import { untilSignalled } from './until-signalled.ts';

type Flags = { readonly server?: string };

const notes = `
Exit codes: 0 the same tokens; 1 other tokens, or it failed; 2 no receipt, or another model pack.

Log-probabilities are the same to the last bit on the machine of the receipt; on others they may differ in the last
digits, and so may tokens that were nearly as probable as the next one.
`;

/** Returns the command. */
export function replayCommand(context: CommandContext): Command {
  return new Command('replay')
    .description('Do the infill of a receipt again and compare every token. Nothing is stored.')
    .argument('<receipt>', 'a file of `lacuna receipt`')
    .addOption(serverOption())
    .addHelpText('after', notes)
    .action((path: string, flags: Flags) => run(path, flags, context));
}

async function run(path: string, flags: Flags, context: CommandContext): Promise<void> {
  const receipt = readReceipt((await readTextFile(path)).text, path);
  await untilSignalled(context, (signal) =>
    withClient(flags.server, context, async (client) => {
      const found = await fillAgain(receipt, client, signal);
      if (found === null) return;
      const comparison = compareTokens(receipt.tokens, found);
      context.write(comparisonText(comparison));
      if (comparison.difference !== null) context.setExitCode(1);
    }),
  );
}

/** The tokens of another run of the same request; null when `signal` aborted it. */
async function fillAgain(
  { request, pack }: ReceiptFile,
  client: Client,
  signal: AbortSignal,
): Promise<readonly ReceiptToken[] | null> {
  const { decoder, ...asked } = request;
  const input = {
    ...asked,
    model: await modelOf(pack, client),
    decoder: { plugin: decoder },
    store: 'NONE',
  } as const;
  const answer = await client.request(InfillDocument, { input }, signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (answer === null) return null;
  const { infill } = answer;
  if (infill.__typename !== 'Infill') {
    const problems = infill.__typename === 'ValidationError' ? infill.problems : [];
    throw new InfillError(infill.code, infill.message, { problems });
  }
  if (infill.status !== 'COMPLETED') {
    const { code, message } = infill.error ?? {
      code: 'CANCELLED',
      message: 'The infill was cancelled.',
    };
    throw new InfillError(code, message);
  }
  return infill.slots.flatMap(({ tokens }) => tokens.flatMap(placed));
}

/** Of a completed infill every token has a position. */
function placed({
  position,
  id,
  text,
  logProb,
}: Omit<ReceiptToken, 'position'> & { readonly position: number | null }) {
  return position === null ? [] : [{ position, id, text, logProb }];
}

/** @throws UNSUPPORTED where the pack of the receipt is not served */
async function modelOf(pack: ReceiptFile['pack'], client: Client): Promise<string> {
  const { models } = await client.request(CatalogDocument, {});
  const same = models.find(({ name, digest }) => name === pack.id && digest === pack.digest);
  if (same !== undefined) return same.id;
  const served = models.map(({ name, digest }) => `${name} (${digest.slice(0, 12)}…)`).join(', ');
  throw new InfillError(
    'UNSUPPORTED',
    `The receipt is of model pack ${pack.id} with digest ${pack.digest.slice(0, 12)}…; there are: ${served}. ` +
      'Only the same pack gives the same tokens.',
  );
}
