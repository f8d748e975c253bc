/**
 * How much memory a run takes, told from its prompt before it begins.
 *
 * Knows shapes of caches and hidden states; what a runtime needs inside a pass is not counted.
 */
import type { LoadedModels, ModelRole } from '../model/models.ts';
import type { PromptShape } from '../text/prompt.ts';
import { logitsBlockSize } from './chain-rule-score.ts';
import type { LengthSearch } from './infill-request.ts';
import type { AnyDecoderPlugin } from './registry.ts';
import { hasUnknownLengths, mostOpenTokens } from './unknown-lengths.ts';

const bytesPerFloat = 4;

/** What decides the size of a run. */
export type RunSize = { readonly shape: PromptShape; readonly lengthSearch: LengthSearch };

/**
 * Bytes of the KV cache, of the masked hidden states of open positions, of the logits blocks, and of what the decoder has
 * of its own, of one run with the greatest lengths. Runs of one request follow each other, so samples take no more.
 */
export function estimateBytes(
  models: LoadedModels,
  { plugin, options }: { readonly plugin: AnyDecoderPlugin; readonly options: unknown },
  size: RunSize,
): number {
  const { vocabularySize } = models.facts;
  const ownBytes =
    plugin.ownBytes?.({ vocabularySize, openCount: mostOpenTokens(size.shape) }, options) ?? 0;
  return ownBytes + modelBytes(models, plugin.roles, size);
}

function modelBytes(
  models: LoadedModels,
  roles: readonly ModelRole[],
  { shape, lengthSearch }: RunSize,
): number {
  const open = mostOpenTokens(shape);
  const used = hasUnknownLengths(shape) ? [...roles, searchRole(models, lengthSearch)] : roles;
  const cacheBytes = used.includes('causal')
    ? (models.causal?.cacheBytes(shape.knownTokens + open + 1) ?? 0)
    : 0;
  if (!used.includes('masked')) return cacheBytes;
  const hiddenBytes = open * (models.masked?.hiddenSize ?? 0) * bytesPerFloat;
  const blockBytes =
    2 * Math.min(logitsBlockSize, open) * models.facts.vocabularySize * bytesPerFloat;
  return cacheBytes + hiddenBytes + blockBytes;
}

/** The model that unknown lengths are settled with. */
function searchRole({ causal }: LoadedModels, search: LengthSearch): ModelRole {
  return search === 'CAL' || causal === null ? 'masked' : 'causal';
}
