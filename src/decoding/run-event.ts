/**
 * What happens to a run, from the decoding worker to the subscriber: one vocabulary for every layer on the way.
 *
 * Knows texts of tokens and slots; knows no transport and no table.
 */
import type { ErrorCode } from '../errors.ts';
import type { LikelihoodKind } from './decoder.ts';
import type { EffectiveSetting } from './infill-request.ts';

/** A token that could stand at a position instead. */
export type Alternative = { readonly text: string; readonly logProb: number };

/** A committed token with its place in the template. */
export type CommittedToken = {
  /** Index of its slot. */
  readonly slot: number;
  /** Index within its slot, from 0. */
  readonly index: number;
  readonly position: number;
  readonly id: number;
  /** Its own bytes decoded. */
  readonly text: string;
  /** Natural log at temperature 1; null where it is not finite. */
  readonly logProb: number | null;
  /** The decode step that committed it, from 0. */
  readonly step: number;
  readonly alternatives: readonly Alternative[];
  /** How much of the decision was the masked model's, in [0, 1]; null or absent where that is not known. */
  readonly maskedShare?: number | null;
};

/** A slot's text so far. */
export type SlotUpdate = {
  readonly index: number;
  readonly key: string | null;
  /** Characters that are complete; open positions shown as `[MASK]` where the order is not left to right. */
  readonly text: string;
  readonly complete: boolean;
};

/** What a step did, in text. */
export type TokensChanged =
  | {
      readonly type: 'committed';
      readonly tokens: readonly CommittedToken[];
      readonly slots: readonly SlotUpdate[];
    }
  | {
      readonly type: 'revised';
      readonly tokens: readonly CommittedToken[];
      readonly reopened: readonly number[];
      readonly slots: readonly SlotUpdate[];
    };

/** Why a run failed. */
export type RunError = { readonly code: ErrorCode; readonly message: string };

/** A slot as filled. */
export type FilledSlot = {
  readonly index: number;
  readonly key: string | null;
  readonly text: string;
  readonly tokens: readonly CommittedToken[];
};

/** Known or filled text in reading order, with UTF-16 offsets into the filled text, half-open. */
export type FilledSegment = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Index of the slot; null for known text. */
  readonly slot: number | null;
};

/** The log-likelihood of a fill. */
export type Likelihood = { readonly kind: LikelihoodKind; readonly logProb: number };

/** A token of a given fill; `logProb` is null where the kind has no terms of single tokens, or it is not finite. */
export type ScoredToken = Omit<CommittedToken, 'step' | 'alternatives' | 'maskedShare'>;

/** A given fill with its log-likelihood. */
export type ScoredFill = {
  readonly likelihood: Likelihood;
  /** Of an ELBO, over its draws; null else. */
  readonly standardError: number | null;
  /** In position order. */
  readonly tokens: readonly ScoredToken[];
  /** (T) with lengths settled; null at open positions. */
  readonly promptTokens: readonly (number | null)[];
  readonly settings: readonly EffectiveSetting[];
};

/** What a run used. */
export type Usage = {
  readonly knownTokens: number;
  readonly openTokens: number;
  readonly committedTokens: number;
  readonly causalPasses: number;
  readonly maskedPasses: number;
};

/** Milliseconds, from submission to the end. */
export type Timing = {
  readonly queueMs: number;
  /** From submission to the first committed token; null when none was. */
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
  /** Committed tokens over the time from start to end; null when none was. */
  readonly tokensPerSecond: number | null;
};

/** One of several whole fills. */
export type Candidate = {
  readonly text: string;
  readonly slots: readonly FilledSlot[];
  readonly segments: readonly FilledSegment[];
  readonly likelihood: Likelihood | null;
  /** How many samples came out like this, ≥ 1. */
  readonly count: number;
};

/** What candidates are ranked by: their likelihoods where all have one of an exact kind, else the order they were drawn in. */
export type CandidateOrder = 'LIKELIHOOD' | 'DRAWN';

/** Everything a run produced; of a cancelled run, what it had produced. */
export type Outcome = {
  /** (T) with lengths settled; null at open positions. Null when they had not been. */
  readonly promptTokens: readonly (number | null)[] | null;
  /** The template filled; null unless every slot is. */
  readonly text: string | null;
  readonly slots: readonly FilledSlot[];
  /** Empty unless every slot is filled. */
  readonly segments: readonly FilledSegment[];
  /** The path's sum for exact kinds, once every slot is filled; null else. */
  readonly likelihood: Likelihood | null;
  /** How many samples came out like this; 0 unless completed. */
  readonly count: number;
  /** The other whole fills, without repeats, best first; the one above ranks before them. */
  readonly others: readonly Candidate[];
  readonly candidateOrder: CandidateOrder;
  readonly usage: Usage;
  readonly timing: Timing;
  /**
   * Most resident memory of the process that decoded it, in bytes, whenever it told of it: models, caches and whatever
   * ran there before included. Absent where it was not measured.
   */
  readonly peakBytes?: number;
};

/** What the engine reports of one run, in order; the last one is terminal. */
export type RunProgress =
  | { readonly type: 'started' }
  | TokensChanged
  | { readonly type: 'completed'; readonly outcome: Outcome }
  /** The outcome is null when the run had not begun. */
  | { readonly type: 'cancelled'; readonly outcome: Outcome | null }
  /** `cause` is what was thrown, if anything was; it may carry a text and stays in the process that decodes. */
  | {
      readonly type: 'failed';
      readonly outcome: Outcome | null;
      readonly error: RunError;
      readonly cause?: unknown;
    };

/**
 * An entry of a run's log. `seq` counts from 0 without gaps; `at` is milliseconds since the epoch.
 * Terminal entries carry no outcome: that is in the run's row.
 */
export type RunEvent = { readonly seq: number; readonly at: number } & (
  | { readonly type: 'queued'; readonly position: number }
  | { readonly type: 'started' }
  | TokensChanged
  | { readonly type: 'completed' | 'cancelled' }
  | { readonly type: 'failed'; readonly error: RunError }
);
