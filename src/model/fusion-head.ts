/**
 * MARIA's head before it is trained: weights [W_c / 2 ; W_m / 2], which need no graph of their own.
 *
 * Source: Israel et al. 2025, arXiv:2502.06901; the two halves make softmax ∝ sqrt(p_c · p_m).
 */
import type { CausalModel, FusionHead } from './models.ts';

/** Returns the head whose fused logits are the mean of the two models' logits, exactly: halving costs no bits. */
export function meanOfHeads(causal: CausalModel): FusionHead {
  return {
    causalPart: async (hidden) => {
      const logits = await causal.logits(hidden);
      return halves(logits, logits);
    },
    maskedPart: async (_, logits) => halves(logits, new Float32Array(logits.length)),
  };
}

/** Writes half of each logit to `target`, which may be `logits` itself, and returns it. */
function halves(logits: Float32Array, target: Float32Array): Float32Array {
  // subtle: an iterator over the entries takes ten times as long, in each step.
  for (let index = 0; index < logits.length; index++) {
    target[index] = (logits[index] ?? 0) / 2;
  }
  return target;
}
