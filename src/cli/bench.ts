/**
 * `lacuna bench`: compares what a file says, shows how far it is, and writes what came out.
 */
import { Command, Option } from 'commander';
import type { Client } from '../client/client.ts';
import {
  CatalogDocument,
  ExportBenchmarkDocument,
  type ExportBenchmarkQuery,
  FollowBenchmarkDocument,
  type FollowBenchmarkSubscription,
  ListDatasetsDocument,
  StartBenchmarkDocument,
} from '../client/generated/graphql.ts';
import { counted } from '../counted.ts';
import { InfillError } from '../errors.ts';
import { benchmarkInputOf, placeInFile } from './bench-file.ts';
import type { CommandContext } from './command-context.ts';
import { serverOption, withClient } from './connection.ts';
import { type ExportForm, formats, formOf } from './export-form.ts';
import { requireNewFile, writeNewFile } from './new-file.ts';
import { progressBar, timeLeftText } from './progress-bar.ts';
import { readTextFile } from './text-files.ts';
import { untilSignalled } from './until-signalled.ts';

type Flags = {
  readonly out?: string;
  readonly format?: ExportForm;
  readonly server?: string;
};

type StreamItem = FollowBenchmarkSubscription['benchmarkEvents'];

const notes = `
The file is YAML or JSON:
  name: Three decoders                 what you call it
  dataset: stories                     name or id of a dataset
  items: 50                            so many from the first; all when absent
  seed: 7                              of masks and samples
  maskings: [rate-0.3-word, span-4-word, middle-sentence]
  measures: [FILL, SCORE]              what is done with every masked item
  entrants:
    - label: maria
      decoder: maria
      options: { draftWindow: 4 }
    - label: left to right
      decoder: autoregressive
      sampling: { temperature: 1 }
      model: lacuna-small              a model pack; the first when absent

A benchmark that is interrupted goes on when a server starts on the same data.

Examples:
  $ lacuna bench run.yaml
  $ lacuna bench run.yaml --out report.html
  $ lacuna report QmVuY2… --out report.html

Exit codes: 0 done; 1 failed; 2 something to correct in the command or the file; 130 and 143 stopped by a signal.
`;

/** Returns the command. */
export function benchCommand(context: CommandContext): Command {
  return new Command('bench')
    .description('Compare decoders and model packs on a dataset, as a file says.')
    .argument('<file>', 'what to compare')
    .option('--out <file>', 'write the figures to this file, a new one; its ending says how')
    .addOption(new Option('--format <form>', 'how figures are written').choices(formats))
    .addOption(serverOption())
    .addHelpText('after', notes)
    .action((path: string, flags: Flags) => run(path, flags, context));
}

async function run(path: string, flags: Flags, context: CommandContext): Promise<void> {
  const form = formOf(flags);
  if (flags.out !== undefined) await requireNewFile(flags.out);
  const { text } = await readTextFile(path);
  await untilSignalled(context, (signal) =>
    withClient(flags.server, context, async (client) => {
      const id = await start(client, text, path);
      context.stderr.write(`Benchmark ${id}\n`);
      await follow(client, id, { signal, context });
      if (signal.aborted) context.stderr.write(goesOn(id));
      else await writeEnded(client, id, { form, ...flags }, context);
    }),
  );
}

function goesOn(id: string): string {
  return (
    'The benchmark goes on in its server, or when one starts on the same data. ' +
    `\`lacuna report ${id}\` writes what is done.\n`
  );
}

/** A benchmark that did not come to its end has figures too, and is a failure all the same. */
async function writeEnded(
  client: Client,
  id: string,
  target: Target,
  context: CommandContext,
): Promise<void> {
  const { status, error } = await writeBenchmark(client, id, target, context);
  if (status === 'COMPLETED') return;
  const why = error === null ? '' : `: ${error.message}`;
  context.stderr.write(`The benchmark is ${status}${why}\n`);
  context.setExitCode(1);
}

async function start(client: Client, text: string, path: string): Promise<string> {
  const names = {
    ...(await client.request(CatalogDocument, {})),
    ...(await client.request(ListDatasetsDocument, {})),
  };
  const input = benchmarkInputOf(text, path, names);
  const { startBenchmark: started } = await client.request(StartBenchmarkDocument, { input });
  if (started.__typename === 'Benchmark') return started.id;
  const problems = started.__typename === 'ValidationError' ? started.problems : [];
  const told = problems.map((problem) => ({ ...problem, path: placeInFile(problem.path) }));
  throw new InfillError(started.code, started.message, { problems: told });
}

async function follow(
  client: Client,
  id: string,
  { signal, context }: { readonly signal: AbortSignal; readonly context: CommandContext },
): Promise<void> {
  const { stderr } = context;
  for await (const { benchmarkEvents: item } of client.subscribe(
    FollowBenchmarkDocument,
    { id, after: null },
    signal,
  )) {
    if (!('progress' in item)) throw new InfillError(item.code, item.message);
    if (stderr.isTTY) stderr.write(`\r${progressLine(item)}\u001b[K`);
  }
  if (stderr.isTTY) stderr.write('\n');
}

function progressLine({ progress }: Extract<StreamItem, { progress: unknown }>): string {
  const { done, failed, total, secondsLeft } = progress;
  const left = secondsLeft === null ? '' : `  ${timeLeftText(secondsLeft)} left`;
  const failures = failed === 0 ? '' : `  ${failed} failed`;
  return `${progressBar(done, total)}  ${done} of ${total}${failures}${left}`;
}

/** Where a benchmark is written, and in which form. */
type Target = { readonly form: ExportForm; readonly out?: string };

type Written = NonNullable<ExportBenchmarkQuery['benchmark']>;

/** Writes a benchmark to a new file, or to standard output. @throws UNKNOWN_BENCHMARK; CONFLICT */
export async function writeBenchmark(
  client: Client,
  id: string,
  { form, out }: Target,
  context: Pick<CommandContext, 'write' | 'stderr'>,
): Promise<Written> {
  const format = form.toUpperCase() as Uppercase<ExportForm>;
  const { benchmark } = await client.request(ExportBenchmarkDocument, { id, format });
  if (benchmark === null) {
    throw new InfillError('UNKNOWN_BENCHMARK', `There is no benchmark ${id}.`);
  }
  const { progress, exported, name } = benchmark;
  if (out === undefined) context.write(exported);
  else {
    await writeNewFile(out, exported);
    context.stderr.write(`${out} has the figures of ${name ?? 'the benchmark'}.\n`);
  }
  const { done, failed, total } = progress;
  if (done < total) context.stderr.write(`They are of ${done} of ${total} units.\n`);
  if (failed > 0) context.stderr.write(`${counted(failed, 'unit')} failed; its items say why.\n`);
  return benchmark;
}
