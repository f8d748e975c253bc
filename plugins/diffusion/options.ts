/**
 * The options of the diffusion decoder: how many denoising steps, and whether committed tokens reopen in between.
 *
 * What the chosen ones leave without effect has no default and is refused when given; checked options hold only what
 * has an effect.
 */
import { z } from 'zod';
import { idleCheck, isWrong, refuseIdle } from '../../src/decoding/idle-options.ts';

const fields = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(1024)
    .default(64)
    .describe(
      'Denoising steps. More steps reveal fewer tokens at once; a step that reveals nothing costs no pass.',
    ),
  revise: z
    .enum(['none', 'remdm'])
    .default('none')
    .describe('Whether committed tokens may reopen: never, or at random (remdm).'),
  schedule: z
    .enum(['cap', 'rescale', 'conf'])
    .optional()
    .describe(
      'With revise remdm: the probability that a token reopens in a step. cap (the default): at most eta; rescale: eta ' +
        'times the largest possible; conf: the largest possible shared out among tokens, most to those that were least ' +
        'probable when committed.',
    ),
  eta: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('With schedule cap or rescale: see there. Default 0.02.'),
});

type Fields = z.output<typeof fields>;

/** When tokens reopen. */
export type Revision =
  | { readonly revise: 'none' }
  | {
      readonly revise: 'remdm';
      readonly schedule: 'cap' | 'rescale';
      readonly eta: number;
    }
  | { readonly revise: 'remdm'; readonly schedule: 'conf' };

/** Checked options: what has an effect, defaults included. */
export type Options = { readonly steps: number } & Revision;

/** See the file's header. */
export const optionsSchema = fields
  .check(
    idleCheck<Fields>((context) => {
      const { revise, schedule } = context.value;
      if (isWrong(context, ['revise'])) return;
      if (revise === 'none') refuseIdle(context, ['schedule', 'eta'], 'revise is "none"');
      else if (schedule === 'conf') refuseIdle(context, ['eta'], 'schedule is "conf"');
    }),
  )
  .transform((given): Options => ({ steps: given.steps, ...revisionOf(given) }));

function revisionOf({ revise, schedule = 'cap', eta = 0.02 }: Fields): Revision {
  if (revise === 'none') return { revise };
  return schedule === 'conf' ? { revise, schedule } : { revise, schedule, eta };
}
