/**
 * Opens a checked pack, or one role of it: from paths to the interfaces that decoders see.
 *
 * Knows which parts a pack has; knows nothing of how they run.
 */
import { InfillError } from '../errors.ts';
import { causalModel } from './causal-model.ts';
import { checkDevice } from './devices.ts';
import { linearHead, meanOfHeads } from './fusion-head.ts';
import { maskedModel } from './masked-model.ts';
import type { CausalModel, FusionHead, LoadedModels, MaskedModel } from './models.ts';
import { loadOnnxRuntime } from './onnx-runtime.ts';
import type { CausalDescription, MaskedDescription, PackDescription } from './pack-description.ts';
import { SessionGroup, type SessionSettings } from './session.ts';

/** Something opened, which frees its sessions on `close`; no pass may be asked of it afterwards. */
export type Opened<M> = M & { close(): Promise<void> };

/**
 * Opens every role of a pack.
 *
 * @throws InfillError DEVICE_UNAVAILABLE | INVALID_PACK - nothing stays open.
 */
export function openModels(
  description: PackDescription,
  settings: SessionSettings,
): Promise<Opened<LoadedModels>> {
  return withSessions(settings, async (group) => {
    const causal = description.causal && (await causalModel(group, description.causal));
    const masked = description.masked && (await maskedModel(group, description.masked));
    return {
      facts: description.facts,
      causal,
      masked,
      fusion: await fusionHead(group, description, { causal, masked }),
    };
  });
}

/** Opens one causal model. @throws InfillError DEVICE_UNAVAILABLE | INVALID_PACK - nothing stays open. */
export function openCausalModel(
  description: CausalDescription,
  settings: SessionSettings,
): Promise<Opened<CausalModel>> {
  return withSessions(settings, (group) => causalModel(group, description));
}

/** Opens one masked model. @throws InfillError DEVICE_UNAVAILABLE | INVALID_PACK - nothing stays open. */
export function openMaskedModel(
  description: MaskedDescription,
  settings: SessionSettings,
): Promise<Opened<MaskedModel>> {
  return withSessions(settings, (group) => maskedModel(group, description));
}

async function fusionHead(
  group: SessionGroup,
  { facts, fusion }: PackDescription,
  { causal, masked }: Pick<LoadedModels, 'causal' | 'masked'>,
): Promise<FusionHead | null> {
  if (fusion === null) {
    return null;
  }
  if (causal === null || masked === null) {
    const missing = causal === null ? 'causal' : 'masked';
    throw new InfillError(
      'INVALID_PACK',
      `Pack ${facts.id} has a fusion of two heads but no ${missing} role.`,
    );
  }
  return fusion.kind === 'linear'
    ? linearHead(group, fusion, { causal, masked })
    : meanOfHeads(causal);
}

async function withSessions<M>(
  settings: SessionSettings,
  open: (group: SessionGroup) => Promise<M>,
): Promise<Opened<M>> {
  await checkDevice(settings.device);
  const group = new SessionGroup(await loadOnnxRuntime(), settings);
  let isOpen = false;
  try {
    const opened = await open(group);
    isOpen = true;
    return { ...opened, close: () => group.close() };
  } finally {
    if (!isOpen) {
      await group.close();
    }
  }
}
