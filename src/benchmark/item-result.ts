/**
 * What one entrant did with one masked item: the unit that a benchmark stores and that all its figures come from.
 *
 * Plain values, so that they can be stored as JSON and read back; knows no metric.
 */

/** The kinds of log-likelihood that a score can have. */
export type ScoreKind = 'CHAIN_RULE' | 'INDEPENDENT' | 'ELBO';

/** How likely the gold text is to an entrant. */
export type ItemScore = {
  readonly kind: ScoreKind;
  /** Nats, over all open positions, ≥ 0. */
  readonly negLogLikelihood: number;
  /** Tokens of the gold text, ≥ 1. */
  readonly openTokens: number;
  /** Unicode code points of the gold text, owned spaces included; the same for every vocabulary. */
  readonly characters: number;
  /** Of an ELBO over its draws; null for exact kinds. */
  readonly standardError: number | null;
};

/** One slot: what stood there and what the entrant put there, both without the space before the mask. */
export type FilledSlot = { readonly gold: string; readonly text: string };

/** The tokens of a fill. */
export type FilledTokens = {
  /** Committed ids, slot after slot. */
  readonly ids: readonly number[];
  /** Tokens of the gold text, ≥ 1. */
  readonly open: number;
  /** Of those, how many the fill has at the same place. */
  readonly matches: number;
};

/** What a fill took. */
export type FillCost = {
  readonly causalPasses: number;
  readonly maskedPasses: number;
  readonly queueMs: number;
  /** From the start, the queue left out, to the first committed token; null where there was none. */
  readonly firstTokenMs: number | null;
  /** From the start, the queue left out, to the end. */
  readonly totalMs: number;
  /**
   * Most resident memory of the decoding worker whenever it told of the fill: its models and what it keeps of earlier work
   * included, whoever's that was. Null where it was not measured.
   */
  readonly peakBytes: number | null;
};

/** What an entrant put at the masks of an item. */
export type ItemFill = {
  readonly slots: readonly FilledSlot[];
  /** Whether every slot has its gold text. */
  readonly exact: boolean;
  /** Null for fills made elsewhere without token ids. */
  readonly tokens: FilledTokens | null;
  /** Null for fills made elsewhere. */
  readonly cost: FillCost | null;
};

/** One unit of a benchmark. Exactly the parts that its metrics ask for are there; all are null where it failed. */
export type ItemResult = {
  readonly entrantId: string;
  readonly maskingName: string;
  readonly itemId: string;
  /** What intervals resample by. */
  readonly group: string;
  readonly score: ItemScore | null;
  readonly fill: ItemFill | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};
