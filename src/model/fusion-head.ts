/**
 * MARIA's head before it is trained: weights [W_c / 2 ; W_m / 2], which need no graph of their own.
 *
 * Source: Israel et al. 2025, arXiv:2502.06901; the two halves make softmax ∝ sqrt(p_c · p_m).
 */
import type { CausalModel, FusionHead, MaskedModel } from './models.ts';

/** Returns the head whose fused logits are the mean of the two models' logits, exactly: halving costs no bits. */
export function meanOfHeads(causal: CausalModel, masked: MaskedModel): FusionHead {
  return {
    causalPart: async (hidden) => halve(await causal.logits(hidden)),
    maskedPart: async (hidden) => halve(await masked.logits(hidden)),
  };
}

/** Halves `logits` in place and returns them. */
function halve(logits: Float32Array): Float32Array {
  // subtle: an iterator over the entries takes ten times as long, in each step.
  for (let index = 0; index < logits.length; index++) {
    logits[index] = (logits[index] ?? 0) / 2;
  }
  return logits;
}
