/**
 * MARIA's head before it is trained: weights [W_c / 2 ; W_m / 2], which need no graph of their own.
 *
 * Source: Israel et al. 2025, arXiv:2502.06901; the two halves make softmax ∝ sqrt(p_c · p_m).
 */
import type { CausalModel, FusionHead } from './models.ts';

/** Returns the head whose fused logits are the mean of the two models' logits. */
export function meanOfHeads(causal: CausalModel): FusionHead {
  return {
    scale: 1 / 2,
    causalPart: causal.logits,
    maskedPart: async (_, logits) => logits,
  };
}
