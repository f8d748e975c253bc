/**
 * `lacuna pack`: plans and builds a pack from checkpoints, compares a checkpoint's graphs with reference results, and measures a pack.
 *
 * Knows options and wording; the work is done in `packs/`.
 */
import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { buildPack, checkTarget } from '../packs/build-pack.ts';
import { type Precision, precisionBits } from '../packs/onnx/check-quantised.ts';
import { type Verification, verifyCheckpoint } from '../packs/verify-checkpoint.ts';
import type { WeightStorage } from '../packs/weight-layout.ts';
import type { PackCommandContext } from './command-context.ts';
import { checkpointFolders, hubNotes } from './hub-checkpoints.ts';
import { fitLengthCommand } from './pack-fit-length.ts';
import { planCommand, wholeNumber } from './pack-plan.ts';
import { describePack, quantiseCommand } from './pack-quantise.ts';
import { trainCommand } from './pack-train.ts';

type BuildOptions = {
  readonly causal?: string;
  readonly masked?: string;
  readonly out: string;
  readonly storage: WeightStorage;
  readonly precision: Precision;
  readonly id?: string;
  readonly packVersion: string;
  readonly licence: string;
  readonly card: string;
  readonly notes: string;
  readonly builtAt?: string;
  readonly causalContext?: number;
  readonly maskedContext?: number;
  readonly maskToken?: string;
};

/** The default bound: below what every known mistake in a graph costs, above float32 rounding. */
const defaultTolerance = 2e-4;

/** Returns the command with its subcommands; errors are thrown as they are. */
export function packCommand(context: PackCommandContext): Command {
  return new Command('pack')
    .description('Plan, build, verify and tune model packs.')
    .addCommand(planCommand(context))
    .addCommand(buildCommand(context))
    .addCommand(verifyCommand(context))
    .addCommand(fitLengthCommand(context))
    .addCommand(trainCommand(context))
    .addCommand(quantiseCommand(context));
}

function buildCommand(context: PackCommandContext): Command {
  const { write, version } = context;
  return new Command('build')
    .description('Build a pack from checkpoints in Hugging Face form, in folders or on a hub.')
    .option(
      '--causal <checkpoint>',
      'folder or name of the causal model (Llama, OLMo, OLMo 2, ModernBERT decoder)',
    )
    .option('--masked <checkpoint>', 'folder or name of the masked model (ModernBERT)')
    .requiredOption('--out <folder>', 'folder of the pack; must not exist')
    .addOption(
      new Option('--storage <type>', 'how weights that are not quantised are stored')
        .choices(['f32', 'f16'])
        .default('f32'),
    )
    .addOption(
      new Option('--precision <type>', "number format of the models' matrices")
        .choices(Object.keys(precisionBits))
        .default('f32'),
    )
    .option(
      '--id <name>',
      'id of the pack: lower-case letters, digits, hyphens; the name of its folder by default',
    )
    .option('--pack-version <version>', 'version of the pack', '1.0.0')
    .option('--licence <text>', 'licence of the weights', 'unknown')
    .option('--card <text>', 'what the models are, in a few sentences', '')
    .option('--notes <text>', 'where the checkpoints come from', '')
    .option('--built-at <time>', 'ISO 8601 time to record; none is recorded by default')
    .option(
      '--causal-context <positions>',
      'positions the causal model was trained on',
      wholeNumber,
    )
    .option(
      '--masked-context <positions>',
      'positions the masked model was trained on',
      wholeNumber,
    )
    .option('--mask-token <text>', 'the mask token, where no file of the checkpoint names it')
    .addHelpText('after', hubNotes)
    .action(async (options: BuildOptions) => {
      const id = options.id ?? basename(resolve(options.out));
      const outFolder = options.out;
      // Downloads may take hours; without checkpoints there are none.
      if (options.causal ?? options.masked) await checkTarget({ id, outFolder });
      const manifest = await buildPack({
        ...options,
        ...(await checkpointFolders(options, true, context)),
        id,
        outFolder,
        version: options.packVersion,
        builtAt: options.builtAt ?? null,
        tool: `lacuna ${version}`,
      });
      write(describePack(options.out, manifest));
    });
}

function verifyCommand({ write, setExitCode }: PackCommandContext): Command {
  return new Command('verify')
    .description('Compare the graphs of one checkpoint with the expected.safetensors beside it.')
    .argument('<folder>', 'folder with config.json, model.safetensors and expected.safetensors')
    .option(
      '--tolerance <difference>',
      'largest absolute difference allowed',
      bound,
      defaultTolerance,
    )
    .action(async (folder: string, { tolerance }: { tolerance: number }) => {
      const verification = await verifyCheckpoint(folder);
      const { hiddenDifference, logitsDifference } = verification;
      // A NaN is within no tolerance.
      const within = hiddenDifference <= tolerance && logitsDifference <= tolerance;
      write(describeVerification(verification, tolerance, within));
      if (!within) setExitCode(1);
    });
}

function describeVerification(
  { architecture, sequenceCount, length, hiddenDifference, logitsDifference }: Verification,
  tolerance: number,
  within: boolean,
): string {
  return [
    `${architecture}, ${sequenceCount} sequences of ${length} tokens`,
    'largest absolute difference',
    `  hidden  ${hiddenDifference.toExponential(2)}`,
    `  logits  ${logitsDifference.toExponential(2)}`,
    `${within ? 'within' : 'beyond'} the tolerance of ${tolerance}`,
    '',
  ].join('\n');
}

function bound(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0))
    throw new InvalidArgumentError('It must be a number of at least 0.');
  return value;
}
