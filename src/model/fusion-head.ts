/**
 * MARIA's head: before it is trained, weights [W_c / 2 ; W_m / 2], which need no graph of their own; afterwards two graphs.
 *
 * Source: Israel et al. 2025, arXiv:2502.06901; the two halves make softmax ∝ sqrt(p_c · p_m).
 */
import { openHead } from './head.ts';
import type { CausalModel, FusionHead, MaskedModel } from './models.ts';
import type { FusionDescription } from './pack-description.ts';
import type { SessionGroup } from './session.ts';

/** Returns the head whose fused logits are the mean of the two models' logits. */
export function meanOfHeads(causal: CausalModel): FusionHead {
  return {
    scale: 1 / 2,
    causalPart: causal.logits,
    maskedPart: async (_, logits) => logits,
  };
}

/** Opens the head that was trained. @throws InfillError INVALID_PACK */
export async function linearHead(
  group: SessionGroup,
  { causalPath, maskedPath }: Extract<FusionDescription, { kind: 'linear' }>,
  { causal, masked }: { readonly causal: CausalModel; readonly masked: MaskedModel },
): Promise<FusionHead> {
  return {
    scale: 1,
    causalPart: await openHead(group, causalPath, causal.hiddenSize),
    maskedPart: await openHead(group, maskedPath, masked.hiddenSize),
  };
}
