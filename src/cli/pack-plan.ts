/**
 * `lacuna pack plan`: what a pack of two checkpoints would be, before their weights are at hand.
 *
 * Knows options and wording; the work is done in `packs/plan/`.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Precision, precisionBits } from '../packs/onnx/check-quantised.ts';
import { planPack } from '../packs/plan/plan-pack.ts';
import type { PackCommandContext } from './command-context.ts';
import { checkpointFolders, hubNotes } from './hub-checkpoints.ts';
import { describePackPlan } from './pack-plan-view.ts';

type Flags = {
  readonly causal?: string;
  readonly masked?: string;
  readonly context?: number;
  readonly precision: Precision;
  readonly maskToken?: string;
  readonly json?: true;
};

const notes = `
Reads config.json and, where there is one, tokenizer.json; weights are neither needed nor downloaded. What a build would refuse is told
under PROBLEMS, and the exit code is 1 then.

Example:
  $ lacuna pack plan --causal jhu-clsp/ettin-decoder-17m --masked jhu-clsp/ettin-encoder-17m
`;

/** Returns the command. */
export function planCommand(context: PackCommandContext): Command {
  const { write, setExitCode } = context;
  return new Command('plan')
    .description('Tell sizes, memory and problems of a pack before it is built.')
    .option('--causal <checkpoint>', 'folder or name of the causal model')
    .option('--masked <checkpoint>', 'folder or name of the masked model')
    .option('--context <positions>', 'positions that both are used with', wholeNumber)
    .addOption(
      new Option('--precision <type>', 'of the matrices, for the memory at run time')
        .choices(Object.keys(precisionBits))
        .default('f32'),
    )
    .option('--mask-token <text>', 'the mask token, where no file of the checkpoint names it')
    .option('--json', 'write the plan as JSON')
    .addHelpText('after', hubNotes + notes)
    .action(async (flags: Flags) => {
      const folders = await checkpointFolders(flags, false, context);
      const plan = await planPack({ ...flags, ...folders });
      const text = flags.json
        ? JSON.stringify(plan, null, 2)
        : describePackPlan(plan, flags.precision);
      write(`${text}\n`);
      if (plan.problems.length > 0) setExitCode(1);
    });
}

/** A whole number of at least 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(text);
}
