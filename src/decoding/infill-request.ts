/**
 * What a client asks to have filled, before it is checked against a pack.
 *
 * Plain values only: it crosses process borders and is stored.
 */

/** How long a slot is. */
export type SlotRequest = {
  readonly key?: string;
  /** Number of tokens, ≥ 1. */
  readonly tokens: number;
};

/** Literal text or a slot. */
export type SegmentRequest = { readonly text: string } | { readonly slot: SlotRequest };

/** The text to fill, in one of three forms. */
export type SourceRequest =
  /** A template: `[MASK]`, `[MASK:n]`, `\[MASK]`. */
  | { readonly text: string }
  | { readonly segments: readonly SegmentRequest[] }
  /** Token ids; null is an open position. */
  | { readonly tokens: readonly (number | null)[] };

/** A decoder by its registered name, with options as the client sent them. */
export type DecoderRequest = {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
};

/** One infill, complete but unchecked: defaults of options and sampling are not filled in yet. */
export type InfillRequest = {
  readonly source: SourceRequest;
  readonly decoder: DecoderRequest;
  readonly sampling: Readonly<Record<string, unknown>>;
  /** In [0, 2^63). */
  readonly seed: bigint;
  /** In [0, 20]. */
  readonly alternatives: number;
};

/** A setting that had an effect, defaults included. */
export type EffectiveSetting = { readonly name: string; readonly value: unknown };

/** What is known of a checked request before it runs. */
export type PreparedInfill = {
  /** (T); null at open positions. */
  readonly promptTokens: readonly (number | null)[];
  readonly slotCount: number;
  readonly openTokens: number;
  readonly settings: readonly EffectiveSetting[];
};
