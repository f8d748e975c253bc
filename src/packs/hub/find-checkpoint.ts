/**
 * A checkpoint folder from what a person wrote: a folder, or the name of a model on the hub.
 */
import { stat } from 'node:fs/promises';
import { InfillError } from '../../errors.ts';
import { type FetchOptions, fetchModel } from './fetch-model.ts';
import type { HubContext } from './hub-context.ts';
import { parseHubName } from './hub-name.ts';

/**
 * The folder itself where there is one; otherwise that of the model with this name, downloaded if need be.
 *
 * @throws InfillError INVALID_CHECKPOINT for what is neither; as `fetchModel`.
 */
export async function findCheckpoint(
  context: HubContext,
  text: string,
  options: FetchOptions,
): Promise<string> {
  const isThere = await stat(text).then(
    () => true,
    () => false,
  );
  if (isThere) return text;
  const model = parseHubName(text);
  if (model !== null) return fetchModel(context, model, options);
  throw new InfillError(
    'INVALID_CHECKPOINT',
    `"${text}" is neither a folder nor the name of a model, owner/name or owner/name@revision.`,
  );
}
