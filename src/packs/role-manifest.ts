/**
 * What the manifest says of each role: shape, special ids and context lengths.
 *
 * Knows `config.json` and the tokenizer as far as special ids go; knows no graph.
 */
import { InfillError } from '../errors.ts';
import { findMaskId } from './checkpoint/shared-vocabulary.ts';
import type { CausalManifest, Manifest, MaskedManifest } from './manifest.ts';
import type { RoleName, RoleSource } from './role-source.ts';
import type { WeightStorage } from './weight-layout.ts';

/** What is known of a role once its graphs are drawn. */
export type RoleResult = RoleSource & { readonly parameterCount: number };

/** Names of a role's graphs in a pack. */
export function graphFileNames(role: RoleName): { backbone: string; head: string } {
  return { backbone: `${role}-backbone.onnx`, head: `${role}-head.onnx` };
}

/**
 * The `roles` field of a manifest; two trained roles make an untrained fusion possible.
 *
 * @param maskToken - text of the mask token, where the caller knows it.
 * @throws InfillError for special ids that are missing or out of range.
 */
export function describeRoles(
  results: readonly RoleResult[],
  storage: WeightStorage,
  maskToken: string | null,
): Manifest['roles'] {
  const roles: Manifest['roles'] = {};
  for (const result of results) {
    if (result.role === 'causal') roles.causal = describeCausal(result, storage);
    else roles.masked = describeMasked(result, storage, maskToken);
  }
  if (roles.causal && roles.masked) roles.fusion = { kind: 'mean-of-heads' };
  return roles;
}

function describeCausal(result: RoleResult, storage: WeightStorage): CausalManifest {
  const startId = startIdOf(result);
  return { ...describeModel(result, storage, 1), cache: 'append', startId };
}

function describeMasked(
  result: RoleResult,
  storage: WeightStorage,
  maskToken: string | null,
): MaskedManifest {
  const { prefixIds, suffixIds } = result.tokenizer.frame;
  for (const id of [...prefixIds, ...suffixIds]) checkId(result, 'frame', id);
  const frameLength = prefixIds.length + suffixIds.length;
  return {
    ...describeModel(result, storage, frameLength),
    maskId: findMaskId(result.tokenizer, maskToken),
    prefixIds: [...prefixIds],
    suffixIds: [...suffixIds],
  };
}

function describeModel(result: RoleResult, storage: WeightStorage, frameLength: number) {
  const { role, architecture, plan, contextLength, parameterCount } = result;
  const usableContextLength = contextLength - frameLength;
  if (usableContextLength < 1) {
    throw new InfillError(
      'INVALID_OPTION',
      `A ${role} context of ${contextLength} leaves no position beside its frame of ${frameLength}.`,
    );
  }
  return {
    architecture: architecture.name,
    ...graphFileNames(role),
    ...plan.shape,
    parameterCount,
    precision: 'f32' as const,
    storage,
    trainedContextLength: contextLength,
    usableContextLength,
  };
}

/** BOS, else EOS; a list of several means its first. */
function startIdOf(result: RoleResult): number {
  const { config } = result.checkpoint;
  const ids = [config.bos_token_id, config.eos_token_id].flat();
  const startId = ids.find((id) => typeof id === 'number');
  if (startId === undefined) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `${result.checkpoint.name} has neither bos_token_id nor eos_token_id to start a text with.`,
    );
  }
  return checkId(result, 'start', startId);
}

function checkId({ checkpoint, plan }: RoleResult, what: string, id: number): number {
  if (Number.isInteger(id) && id >= 0 && id < plan.vocabularyRows) return id;
  throw new InfillError(
    'INVALID_CHECKPOINT',
    `The ${what} id of ${checkpoint.name} is ${id}; ids go from 0 to ${plan.vocabularyRows - 1}.`,
  );
}
