/**
 * `lacuna pack train`: trains the layer that joins a pack's two models, and writes the pack with it.
 *
 * Knows options and wording; the work is done in `packs/train/`.
 */
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { trainPack } from '../packs/train/train-pack.ts';
import type { TrainingSettings, TrainPackOptions } from '../packs/train/training-options.ts';
import type { WeightStorage } from '../packs/weight-layout.ts';
import type { PackCommandContext } from './command-context.ts';
import { FlagProblems } from './flag-problems.ts';
import { append } from './request-options.ts';
import { readTextFile } from './text-files.ts';
import { TrainingView } from './training-view.ts';
import { untilSignalled } from './until-signalled.ts';

type Flags = Readonly<Record<keyof typeof numbers, string>> & {
  readonly text: readonly string[];
  readonly out: string;
  readonly id?: string;
  readonly work?: string;
  readonly resume?: true;
  readonly card: string;
  readonly storage: WeightStorage;
  readonly seed: string;
};

/** Options that are numbers: what they are, their default, and their range. */
const numbers = {
  examples: ['texts cut out of the documents', 20_000, [1, 10_000_000]],
  length: ['most tokens of one, the context of the pack at most', 128, [16, 8192]],
  epochs: ['rounds over them', 3, [1, 1000]],
  batch: ['masked tokens of one step, at most', 4096, [1, 65_536]],
  rate: ['highest learning rate', 0.001, [0, 1]],
  weightDecay: ['weight decay of AdamW', 0.01, [0, 1]],
  heldOut: ['share of the documents that is held out', 0.02, [0, 1]],
  heldOutExamples: ['held-out texts for each mask rate', 100, [1, 100_000]],
  evaluateEvery: ['steps between two looks at the held-out texts', 50, [1, 1_000_000]],
  patience: ['looks without a better result after which it stops', 5, [1, 1000]],
  blockRows: [
    'tokens of the vocabulary that are worked on at once; bounds memory',
    4096,
    [1, 262_144],
  ],
} as const;

const fractions: readonly string[] = ['rate', 'weightDecay', 'heldOut'];

const notes = `
Both models stay as they are; only the layer is trained. Documents in the texts are set apart by empty lines, and some
are held out to see that it got better. Features of the models are computed once and kept in the work folder: about
one gigabyte for 14,000 examples of the bundled pack's models. Ctrl-C keeps what was done; --resume goes on with it and
reaches the same weights. Another training on the same pack and texts, with other settings but --seed, --length and
--held-out, begins on the features that are there: give it the same --work, and no --resume.

Example:
  $ lacuna pack train models/bundled --text stories.txt --text articles.txt --out models/trained
`;

/** Returns the command. */
export function trainCommand(context: PackCommandContext): Command {
  const command = new Command('train')
    .description("Train the layer that joins a pack's two models, on your own text.")
    .argument('<pack>', 'folder of the pack; it is only read')
    .requiredOption('--text <file>', 'plain text in UTF-8; may be repeated', append)
    .requiredOption('--out <folder>', 'folder of the trained pack; must not exist')
    .option('--id <name>', 'id of the trained pack; the name of its folder by default')
    .option('--work <folder>', 'where features and progress are kept; <out>.training by default')
    .option('--resume', 'go on with the training in the work folder')
    .option(
      '--card <text>',
      'what the models are, in front of what the pack says of its training',
      '',
    )
    .option('--seed <number>', 'chooses texts, masks and their order', '0')
    .addOption(
      new Option('--storage <type>', 'how the layer is stored; f16 rounds it')
        .choices(['f32', 'f16'])
        .default('f32'),
    );
  for (const [name, [what, fallback]] of Object.entries(numbers)) {
    command.option(`--${dashed(name)} <number>`, what, String(fallback));
  }
  return command
    .addHelpText('after', notes)
    .action((folder: string, flags: Flags) => train(folder, flags, context));
}

async function train(folder: string, flags: Flags, context: PackCommandContext): Promise<void> {
  const { settings, seed } = numbersOf(flags);
  const outFolder = resolve(flags.out);
  const workFolder = resolve(flags.work ?? `${outFolder}.training`);
  const options: TrainPackOptions = {
    folder,
    outFolder,
    id: flags.id ?? basename(outFolder),
    workFolder,
    isResumed: flags.resume === true,
    texts: await Promise.all(flags.text.map(readTextFile)),
    seed: BigInt(seed),
    storage: flags.storage,
    threads: availableParallelism(),
    settings,
    cardWords: flags.card,
    tool: `lacuna ${context.version}`,
  };
  await untilSignalled(context, (signal) => follow(options, signal, context));
}

async function follow(
  options: TrainPackOptions,
  signal: AbortSignal,
  context: PackCommandContext,
): Promise<void> {
  const view = new TrainingView(context);
  signal.addEventListener('abort', () => view.stopping());
  for await (const progress of trainPack(options)) {
    view.show(progress);
    // Left between two steps, so that what was done is kept.
    if (signal.aborted && progress.type !== 'written') {
      view.stopped(options.workFolder);
      return;
    }
  }
}

function numbersOf(flags: Flags): { settings: TrainingSettings; seed: string } {
  const problems = new FlagProblems();
  const entries = Object.entries(numbers).map(([name, [, , range]]) => {
    const flag = `--${dashed(name)}`;
    const text = flags[name as keyof typeof numbers];
    const value = fractions.includes(name)
      ? problems.fraction(flag, text, range)
      : problems.between(flag, text, range);
    return [name, value] as const;
  });
  const seed = problems.seed(flags.seed) ?? '0';
  problems.throwIfAny();
  return { settings: Object.fromEntries(entries) as unknown as TrainingSettings, seed };
}

function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
