/**
 * What decoders see of a loaded model pack: three roles as plain interfaces, and the pack's facts.
 *
 * Knows shapes; knows nothing of files, graphs or ONNX Runtime.
 */

/** What a loaded model is for. */
export type ModelRole = 'causal' | 'masked' | 'fusion';

/**
 * Facts of a pack that text and decoding need. Token ids are of the shared vocabulary.
 *
 * V, `vocabularySize`, counts the shared ids: every id below it is ordinary or listed in `bannedIds`.
 */
export type PackFacts = {
  readonly id: string;
  readonly version: string;
  /** sha256 (hex) over weights, tokenizer and graph facts; not over evaluation figures. */
  readonly digest: string;
  readonly vocabularySize: number;
  /** Most prompt positions a request may have, frames excluded, for every role of the pack. */
  readonly contextLength: number;
  /** What a masked pass has at open positions; null without the role. */
  readonly maskId: number | null;
  /** All special ids; never sampled, removed from every reported distribution. */
  readonly bannedIds: readonly number[];
  /** The id a causal pass starts with (BOS, else EOS); null without the role. */
  readonly startId: number | null;
  /**
   * How sure the masked model is of open spans, whatever stands in them: entry i is the mean of the largest
   * probabilities in a span of i + 1 masks, in (0, 1]. Null where it was not measured.
   */
  readonly lengthBias: readonly number[] | null;
};

/** Past keys and values of one run: `length` positions held, the start id included. */
export interface KvCache {
  readonly length: number;
  /** Bytes held now: the capacity, not the length. */
  readonly sizeBytes: number;
  /** Forgets everything from position `length` on. @param length - in [0, this.length]. */
  rewind(length: number): void;
}

/** Attends to the left only. Rows of hidden states are predictions: row i predicts the next token. */
export interface CausalModel {
  readonly hiddenSize: number;
  createCache(): KvCache;
  /** Bytes a cache of `length` positions takes. */
  cacheBytes(length: number): number;
  /**
   * Feeds ids after what the cache holds, and appends their keys and values to it.
   *
   * Logits of a position do not depend on how its prefix was cut into calls, bit for bit on cpu in float32.
   *
   * @param ids - (T), T ≥ 1.
   * @returns hidden states (T, D) of the fed ids, owned by the caller.
   */
  forward(ids: readonly number[], cache: KvCache): Promise<Float32Array>;
  /** @param hidden - (N, D), N ≥ 1. @returns logits (N, V), owned by the caller. */
  logits(hidden: Float32Array): Promise<Float32Array>;
}

/** Attends both ways. */
export interface MaskedModel {
  readonly hiddenSize: number;
  /**
   * One pass over a whole prompt; the model's frame (CLS, SEP) is added and taken off inside.
   *
   * @param ids - (T), the mask id at open positions.
   * @returns hidden states (T, D) after the prediction head, owned by the caller.
   */
  encode(ids: readonly number[]): Promise<Float32Array>;
  /** @param hidden - (N, D), N ≥ 1. @returns logits (N, V), owned by the caller. */
  logits(hidden: Float32Array): Promise<Float32Array>;
}

/**
 * MARIA's head as a sum: fused logits at position i are
 * `scale × (causalPart(h^c of i − 1) + maskedPart(h^m of i, …))`.
 */
export interface FusionHead {
  /** 1, or ½ where the parts are the two models' own logits. */
  readonly scale: number;
  /** W_c h^c. @param hidden - (N, D_c). @returns (N, V), owned by the caller. */
  causalPart(hidden: Float32Array): Promise<Float32Array>;
  /**
   * W_m h^m + b.
   *
   * @param hidden - (N, D_m).
   * @param logits - the masked model's own logits of the same rows (N, V), unchanged: an untrained head is made of them.
   * @returns (N, V), to be read only; may be `logits` itself.
   */
  maskedPart(hidden: Float32Array, logits: Float32Array): Promise<Float32Array>;
}

/** The roles of one loaded pack; a role the pack lacks is null. */
export type LoadedModels = {
  readonly facts: PackFacts;
  readonly causal: CausalModel | null;
  readonly masked: MaskedModel | null;
  readonly fusion: FusionHead | null;
};
