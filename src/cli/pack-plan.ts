/**
 * `lacuna pack plan`: what a pack of two checkpoints would be, before their weights are at hand.
 *
 * Knows options and wording; the work is done in `packs/plan/`.
 */
import { Command, InvalidArgumentError } from 'commander';
import { planPack } from '../packs/plan/plan-pack.ts';
import type { PackCommandContext } from './command-context.ts';
import { describePackPlan } from './pack-plan-view.ts';

type Flags = {
  readonly causal?: string;
  readonly masked?: string;
  readonly context?: number;
  readonly maskToken?: string;
  readonly json?: true;
};

const notes = `
Reads config.json and, where there is one, tokenizer.json; weights are not needed. What a build would refuse is told
under PROBLEMS, and the exit code is 1 then.

Example:
  $ lacuna pack plan --causal checkpoints/decoder --masked checkpoints/encoder
`;

/** Returns the command. */
export function planCommand({ write, setExitCode }: PackCommandContext): Command {
  return new Command('plan')
    .description('Tell sizes, memory and problems of a pack before it is built.')
    .option('--causal <folder>', 'checkpoint of the causal model')
    .option('--masked <folder>', 'checkpoint of the masked model')
    .option('--context <positions>', 'positions that both are used with', wholeNumber)
    .option('--mask-token <text>', 'the mask token, where no file of the checkpoint names it')
    .option('--json', 'write the plan as JSON')
    .addHelpText('after', notes)
    .action(async (flags: Flags) => {
      const plan = await planPack({
        ...flags,
        causalFolder: flags.causal,
        maskedFolder: flags.masked,
      });
      write(flags.json ? `${JSON.stringify(plan, null, 2)}\n` : `${describePackPlan(plan)}\n`);
      if (plan.problems.length > 0) setExitCode(1);
    });
}

/** A whole number of at least 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(text);
}
