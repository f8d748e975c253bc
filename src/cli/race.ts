/**
 * `lacuna race`: one text filled by several entrants at once, shown side by side, and as an animated picture.
 *
 * Knows options and what goes to which stream.
 */
import { Command } from 'commander';
import type { Client } from '../client/client.ts';
import {
  CancelInfillDocument,
  CatalogDocument,
  CompareDocument,
  type CompareInput,
  type ComparisonPartsFragment,
  FollowComparisonDocument,
} from '../client/generated/graphql.ts';
import { InfillError } from '../errors.ts';
import { applyInfillEvent, initialInfillState } from '../events.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { FlagProblems } from './flag-problems.ts';
import { requireNewFile, writeNewFile } from './new-file.ts';
import { type RaceFlags, raceInputOf } from './race-input.ts';
import { racePicture } from './race-picture.ts';
import { lanesOf, type RaceEvent } from './race-timeline.ts';
import { type RaceEntrant, type RaceView, raceView } from './race-view.ts';
import { refusalOf } from './refusal.ts';
import { append, templateOf, textArgument } from './request-options.ts';
import { untilSignalled } from './until-signalled.ts';

type Flags = RaceFlags & { readonly out?: string; readonly server?: string };

const notes = `
An entrant is a decoder, with key=value after spaces: options of the decoder, temperature, topK, topP,
repetitionPenalty, or model. All have the same seed; their steps take turns, so times are those of a shared machine.

Examples:
  $ lacuna race "The [MASK] sat on the [MASK:6]." --entrant maria --entrant autoregressive
  $ lacuna race "She said [MASK:12]." --entrant "masked-lm commit=threshold" --entrant "diffusion revise=remdm" \\
      --seed 7 --out race.svg

Exit codes: 0 all have ended with a fill; 1 one has not; 2 something to correct in the command.
`;

/** Returns the command. */
export function raceCommand(context: CommandContext): Command {
  return new Command('race')
    .description('Fill one text with several decoders at once, and show how they go.')
    .addArgument(textArgument())
    .requiredOption('--entrant <decoder>', 'who takes part, from 2 to 8; to be repeated', append)
    .option('--seed <number>', 'fixes all randomness; chosen and reported by default')
    .option('--deadline <ms>', 'cancel what has not ended after so many milliseconds')
    .option('--label <text>', 'a word to find the infills again by; may be repeated', append, [])
    .option('--out <file>', 'write an animated picture (SVG) of the race, a new file')
    .addOption(serverOption())
    .addHelpText('after', notes)
    .action((text: string, flags: Flags) => run(text, flags, context));
}

async function run(argument: string, flags: Flags, context: CommandContext): Promise<void> {
  const template = await templateOf(argument, context);
  if (flags.out !== undefined) await requireNewFile(flags.out);
  const view = raceView(template, context);
  await untilSignalled(context, (signal) =>
    withClient(flags.server, context, async (client) => {
      const input = raceInputOf(template, flags, await client.request(CatalogDocument, {}));
      const comparison = await start(client, input);
      try {
        const { events, entrants } = await follow(client, comparison, view, signal);
        view.finish(entrants);
        if (signal.aborted) return;
        if (flags.out !== undefined) {
          const lanes = lanesOf(
            comparison.entrants.map(({ label }) => label),
            events,
          );
          await writeNewFile(flags.out, racePicture(lanes, template));
        }
        if (entrants.some(({ infill }) => infill?.status !== 'COMPLETED')) context.setExitCode(1);
      } finally {
        view.close();
      }
    }),
  );
}

async function start(client: Client, input: CompareInput): Promise<ComparisonPartsFragment> {
  const { compare } = await client.request(CompareDocument, { input });
  if (compare.__typename === 'Comparison') return compare;
  throw refusalOf(compare, { input, problems: new FlagProblems() });
}

/** Until all have ended, or `signal` aborts, which cancels them. */
async function follow(
  client: Client,
  { id, entrants: started }: ComparisonPartsFragment,
  view: RaceView,
  signal: AbortSignal,
): Promise<{ readonly events: readonly RaceEvent[]; readonly entrants: readonly RaceEntrant[] }> {
  const events: RaceEvent[] = [];
  let entrants = started.map(
    ({ label }): RaceEntrant => ({ label, state: initialInfillState, infill: null }),
  );
  const following = client.subscribe(FollowComparisonDocument, { id }, signal);
  for await (const { comparisonEvents: item } of following) {
    if (item.__typename !== 'ComparisonEvent') throw new InfillError(item.code, item.message);
    events.push(item);
    entrants = entrants.map((known, index) =>
      index === item.entrant ? after(known, item) : known,
    );
    view.update(entrants);
  }
  if (signal.aborted) await cancel(client, started);
  return { events, entrants };
}

function after(entrant: RaceEntrant, { event }: RaceEvent): RaceEntrant {
  const state = applyInfillEvent(entrant.state, event);
  return { ...entrant, state, infill: 'infill' in event ? event.infill : entrant.infill };
}

async function cancel(
  client: Client,
  entrants: ComparisonPartsFragment['entrants'],
): Promise<void> {
  const ids = entrants.flatMap(({ infill }) => (infill === null ? [] : [infill.id]));
  await Promise.all(ids.map((id) => client.request(CancelInfillDocument, { id })));
}
