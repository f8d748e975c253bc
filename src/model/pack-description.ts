/**
 * Where the graphs of a checked pack are and what their inputs and outputs look like.
 *
 * Made by `packs/` once everything in the folder is checked; `models.ts` has what decoders see.
 *
 * Graph contracts (B = 1; T fed positions; C cache capacity; N rows; L layers; Hk key/value heads; hd head size):
 * - causal backbone: `input_ids` int64 (1, T), `position_offset` int64 (1) = past length,
 *   `seqlens_k` int32 (1) = past length + T − 1, `total_sequence_length` int32 () = past length + T,
 *   `past_key_0`, `past_value_0` … float32 (1, Hk, C, hd), C ≥ past length + T
 *   → `hidden` float32 (1, T, D), `new_keys_values` float32 (2L, Hk, T, hd): rotated keys of layer 0, values of layer 0, keys of layer 1 …;
 *   position tables reach one position beyond the start id and `contextLength`: odd passes are fed one row more
 * - masked backbone: `input_ids` int64 (1, T) → `hidden` float32 (1, T, D), after the prediction head
 * - heads: `hidden` float32 (N, D) → `logits` float32 (N, V), V the shared vocabulary
 */
import type { PackFacts } from './models.ts';

/** The causal role on disk. Paths are absolute. */
export type CausalDescription = {
  readonly backbonePath: string;
  readonly headPath: string;
  readonly layerCount: number;
  readonly keyValueHeadCount: number;
  readonly headSize: number;
  readonly hiddenSize: number;
};

/** The masked role on disk. Paths are absolute. */
export type MaskedDescription = {
  readonly backbonePath: string;
  readonly headPath: string;
  readonly hiddenSize: number;
  /** Ids put before and after the prompt (CLS, SEP, or none). */
  readonly prefixIds: readonly number[];
  readonly suffixIds: readonly number[];
};

/**
 * MARIA's head: untrained, the mean of the two roles' logits, which has no weights; trained, two graphs from hidden states
 * (N, D) of a role, `hidden`, to `logits` (N, V) whose sum is the fused logits.
 */
export type FusionDescription =
  | { readonly kind: 'mean-of-heads' }
  | { readonly kind: 'linear'; readonly causalPath: string; readonly maskedPath: string };

/** A pack whose files are checked; a role it lacks is null. */
export type PackDescription = {
  readonly facts: PackFacts;
  readonly causal: CausalDescription | null;
  readonly masked: MaskedDescription | null;
  readonly fusion: FusionDescription | null;
};
