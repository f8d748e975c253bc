/**
 * A checkpoint folder opened for one role of a pack: configuration, tokenizer and context length.
 *
 * Knows which role an architecture can play; draws nothing.
 */
import { InfillError } from '../errors.ts';
import { openCheckpoint } from './checkpoint/checkpoint.ts';
import { vocabularyLength } from './checkpoint/shared-vocabulary.ts';
import { readTokenizerFacts, type TokenizerFacts } from './checkpoint/tokenizer-facts.ts';
import { type PlannedRole, planRole } from './draw-role.ts';

/** Roles that are made from a checkpoint. */
export type RoleName = 'causal' | 'masked';

/** A role's checkpoint with everything read but the weights. */
export type RoleSource = PlannedRole & {
  readonly role: RoleName;
  readonly tokenizer: TokenizerFacts;
  /** Positions the model was trained on, its frame included. */
  readonly contextLength: number;
};

/**
 * Opens `folder` for `role`.
 *
 * @param context - trained positions; the configuration's maximum when undefined.
 * @throws InfillError INVALID_CHECKPOINT, UNSUPPORTED_CHECKPOINT, or INVALID_OPTION for a context that does not fit.
 */
export async function openRoleSource(
  role: RoleName,
  folder: string,
  context: number | undefined,
): Promise<RoleSource> {
  const planned = planRole(await openCheckpoint(folder));
  const contextLength = fitRole(planned, role, context);
  const tokenizer = await readTokenizerFacts(folder);
  checkTokenizer(planned, tokenizer);
  return { ...planned, role, tokenizer, contextLength };
}

/**
 * The trained context of a model in `role`.
 *
 * @param context - trained positions; the configuration's maximum when undefined.
 * @throws InfillError UNSUPPORTED_CHECKPOINT for a model of the other role, INVALID_OPTION for a context that does not fit.
 */
export function fitRole(
  { checkpoint, architecture, plan }: PlannedRole,
  role: RoleName,
  context: number | undefined,
): number {
  if (architecture.role !== role) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `${checkpoint.name} is a ${architecture.name}, which cannot be the ${role} model of a pack.`,
    );
  }
  const { maxContextLength } = plan;
  const contextLength = context ?? maxContextLength;
  if (!Number.isInteger(contextLength) || contextLength < 1 || contextLength > maxContextLength) {
    throw new InfillError(
      'INVALID_OPTION',
      `The ${role} context is ${contextLength}; it must be a whole number from 1 to ${maxContextLength}.`,
    );
  }
  return contextLength;
}

/** @throws InfillError INVALID_CHECKPOINT for a tokenizer with ids that the embedding has no rows for. */
export function checkTokenizer(
  { checkpoint, plan: { vocabularyRows } }: PlannedRole,
  tokenizer: TokenizerFacts,
): void {
  const length = vocabularyLength(tokenizer);
  if (length <= vocabularyRows) return;
  throw new InfillError(
    'INVALID_CHECKPOINT',
    `The tokenizer of ${checkpoint.name} has ids up to ${length - 1}; its embedding has ${vocabularyRows} rows.`,
  );
}
