/**
 * What a client asks to have filled, before it is checked against a pack.
 *
 * Plain values only: it crosses process borders and is stored.
 */
import type { SegmentRequest } from '../text/segments.ts';
import type { LikelihoodKind } from './decoder.ts';

export type { SegmentRequest, SlotRequest } from '../text/segments.ts';

/**
 * How unknown lengths are decided. CAL: by the masked model's confidence, before decoding. DECODE_ALL: every length is
 * decoded, and the fills compared.
 */
export type LengthSearch = 'CAL' | 'DECODE_ALL';

/** The text to fill, in one of three forms. */
export type SourceRequest =
  /** A template: `[MASK]`, `[MASK:n]`, `[MASK:a-b]`, `\[MASK]`. */
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
  /** Whole candidates, in [1, 16]. */
  readonly samples: number;
  readonly lengthSearch: LengthSearch;
  /** Most that it may cost; anything when absent. */
  readonly maxCost?: number;
};

/** A fill that is given, to be scored: the texts of the slots, in order, or the token ids of the open positions, in order. */
export type GivenFill =
  | { readonly slots: readonly string[] }
  | { readonly tokens: readonly number[] };

/** A fill to be scored. What is drawn has no part in it: sampling and samples of the request are their defaults. */
export type ScoreRequest = {
  readonly request: InfillRequest;
  readonly fill: GivenFill;
  /** Random masks that an ELBO is the mean of, in [1, 1024]. */
  readonly draws: number;
};

/** What can be checked without being run. */
export type Preparable = InfillRequest | ScoreRequest;

/** A setting that had an effect, defaults included. */
export type EffectiveSetting = { readonly name: string; readonly value: unknown };

/** What is known of a checked request before it runs. */
export type PreparedInfill = {
  /** (T); null at open positions. Unknown lengths count as their least. */
  readonly promptTokens: readonly (number | null)[];
  readonly slots: readonly PreparedSlot[];
  readonly knownTokens: number;
  /** Unknown lengths count as their greatest. */
  readonly openTokens: number;
  /** See `request-cost.ts`. */
  readonly cost: number;
  readonly likelihood: LikelihoodKind;
  readonly settings: readonly EffectiveSetting[];
};

/** A slot before it is filled. */
export type PreparedSlot = {
  readonly index: number;
  readonly key: string | null;
  /** Tokens; equal where the length is known. */
  readonly minTokens: number;
  readonly maxTokens: number;
  /** Its first position; null after a slot of unknown length. */
  readonly start: number | null;
  /** Whether the space before it is its own: its first token begins with it. */
  readonly ownsSpace: boolean;
  /** Token ids of each choice, in the order given; empty when anything may stand there. */
  readonly choices: readonly (readonly number[])[];
};
