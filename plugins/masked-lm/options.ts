/**
 * The options of the masked-LM decoder: an order, a rule for how many tokens a pass commits, and a way to revise.
 *
 * What the chosen ones leave without effect has no default and is refused when given; checked options hold only what has an
 * effect.
 */
import { z } from 'zod';
import { idleCheck, isWrong, refuseIdle } from '../../src/decoding/idle-options.ts';

const fields = z.strictObject({
  order: z
    .enum(['random', 'confidence', 'margin', 'entropy', 'left-to-right'])
    .optional()
    .describe(
      'Which positions come first: those of a random order, of the highest probability (confidence, the default), of the ' +
        'largest difference between the two highest probabilities, of the lowest entropy, or the leftmost.',
    ),
  commit: z
    .enum(['k', 'threshold', 'entropy-bound', 'one-shot'])
    .optional()
    .describe(
      'How many tokens one pass commits: the first k in the order (the default); all whose highest probability reaches ' +
        'threshold, at least the first in the order; as many, by entropy, as keep their joint error below entropyBound; ' +
        'or all.',
    ),
  k: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('With commit k: how many tokens one pass commits. Default 1.'),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('With commit threshold: the probability that commits a token. Default 0.9.'),
  entropyBound: z
    .number()
    .min(0)
    .max(1000)
    .optional()
    .describe(
      'With commit entropy-bound: nats that the entropies of all tokens of one pass but the most uncertain may sum to. ' +
        'Default 0.5.',
    ),
  revise: z
    .enum(['none', 'mask-predict', 'edit'])
    .default('none')
    .describe(
      'Whether tokens change once committed. mask-predict: all are filled in one pass, then, iteration by iteration, ' +
        'fewer and fewer of the least probable are predicted again. edit: one is replaced when another is more probable ' +
        'than editThreshold, at most four times per position.',
    ),
  iterations: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('With revise mask-predict: passes, the first included. Default 10.'),
  editThreshold: z
    .number()
    .min(0.5)
    .lt(1)
    .optional()
    .describe('With revise edit: the probability that replaces a token. Default 0.9.'),
});

type Fields = z.output<typeof fields>;

/** What positions are ranked by; best first. */
export type Order = NonNullable<Fields['order']>;

/** Which positions one pass commits. */
export type CommitRule =
  | { readonly commit: 'k'; readonly order: Order; readonly k: number }
  | { readonly commit: 'threshold'; readonly order: Order; readonly threshold: number }
  | { readonly commit: 'entropy-bound'; readonly order: 'entropy'; readonly entropyBound: number }
  | { readonly commit: 'one-shot' };

type Revision =
  | { readonly revise: 'none' }
  | { readonly revise: 'mask-predict'; readonly iterations: number }
  | { readonly revise: 'edit'; readonly editThreshold: number };

/** Checked options: what has an effect, defaults included. */
export type Options = CommitRule & Revision;

/** Of the order and commit rule that are chosen when none is. */
const defaults = { order: 'confidence', commit: 'k' } as const;

/** See the file's header. */
export const optionsSchema = fields
  .check(
    idleCheck<Fields>((context) => {
      if (isWrong(context, ['revise'])) return;
      const { revise } = context.value;
      if (revise !== 'mask-predict') refuseIdle(context, ['iterations'], `revise is "${revise}"`);
      if (revise !== 'edit') refuseIdle(context, ['editThreshold'], `revise is "${revise}"`);
      if (isWrong(context, ['commit'])) return;
      if (revise === 'mask-predict') refuseOfMaskPredict(context);
      else refuseOfCommit(context);
    }),
  )
  .transform((given): Options => ({ ...commitRuleOf(given), ...revisionOf(given) }));

function refuseOfMaskPredict(context: z.core.ParsePayload<Fields>): void {
  const reason = 'revise "mask-predict" fills all positions in one pass';
  if (context.value.commit !== 'one-shot') refuseIdle(context, ['commit'], reason);
  refuseIdle(context, ['order', 'k', 'threshold', 'entropyBound'], reason);
}

function refuseOfCommit(context: z.core.ParsePayload<Fields>): void {
  const { commit = defaults.commit, order } = context.value;
  const idle = (names: readonly (keyof Fields)[], reason: string) =>
    refuseIdle(context, names, reason);
  if (commit !== 'k') idle(['k'], `commit is "${commit}"`);
  if (commit !== 'threshold') idle(['threshold'], `commit is "${commit}"`);
  if (commit !== 'entropy-bound') idle(['entropyBound'], `commit is "${commit}"`);
  if (commit === 'one-shot') idle(['order'], 'commit "one-shot" fills all positions in one pass');
  if (commit === 'entropy-bound' && order !== 'entropy')
    idle(['order'], 'commit "entropy-bound" goes by entropy');
}

function commitRuleOf(given: Fields): CommitRule {
  const { order = defaults.order, k = 1, threshold = 0.9, entropyBound = 0.5 } = given;
  if (given.revise === 'mask-predict') return { commit: 'one-shot' };
  const { commit = defaults.commit } = given;
  switch (commit) {
    case 'k':
      return { commit, order, k };
    case 'threshold':
      return { commit, order, threshold };
    case 'entropy-bound':
      return { commit, order: 'entropy', entropyBound };
    case 'one-shot':
      return { commit };
  }
}

function revisionOf({ revise, iterations = 10, editThreshold = 0.9 }: Fields): Revision {
  switch (revise) {
    case 'none':
      return { revise };
    case 'mask-predict':
      return { revise, iterations };
    case 'edit':
      return { revise, editThreshold };
  }
}
