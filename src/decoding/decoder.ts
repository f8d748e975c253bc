/**
 * The contract every decoder plugin meets.
 *
 * Knows prompts, models and fills; knows nothing of text, queues, GraphQL or the database.
 */
import type { ZodType } from 'zod';
import type { LoadedModels, ModelRole } from '../model/models.ts';
import type { SamplingParams, SamplingSetting } from './sampling-params.ts';
import type { TokenRules } from './token-rules.ts';

/** What a log-likelihood of a fill is, for one decoder and one set of options. */
export type LikelihoodKind = 'CHAIN_RULE' | 'INDEPENDENT' | 'ELBO' | 'NONE';

/** What a decoder can do beyond filling. */
export type DecoderFeature = 'REVISES' | 'ALTERNATIVES' | 'SCORES';

/** Declared, not discovered: the API shows these before a client tries. */
export type DecoderCapabilities = {
  readonly streams: 'LEFT_TO_RIGHT' | 'ANY_ORDER';
  readonly features: readonly DecoderFeature[];
  /** The sampling settings it follows; others are refused. */
  readonly sampling: readonly SamplingSetting[];
};

/** One filling of one prompt, as a decoder sees it. */
export type Run<O> = {
  /** (T); null at open positions. */
  readonly ids: readonly (number | null)[];
  /** What may not stand where; part of every distribution, drafts and scores included. */
  readonly rules: TokenRules;
  readonly options: O;
  readonly sampling: SamplingParams;
  readonly seed: bigint;
  /** How many alternatives each fill carries. */
  readonly alternatives: number;
};

/** A token that is not committed, with its log-probability at temperature 1. */
export type AlternativeToken = { readonly tokenId: number; readonly logProb: number };

/** A committed token. */
export type Fill = {
  readonly position: number;
  readonly tokenId: number;
  /** Natural log at temperature 1, special ids removed, whatever the sampling was; ≤ 0. */
  readonly logProb: number;
  /** The most probable tokens at that position, best first; the committed one may be among them. */
  readonly alternatives: readonly AlternativeToken[];
  /** How much of the decision was the masked model's, in [0, 1]; of a decoder that has two models and can tell. */
  readonly maskedShare?: number;
};

/** What one step did to one run: it commits, reopens, or is done. */
export type StepResult = {
  readonly fills: readonly Fill[];
  /** Positions that were committed and are open again. */
  readonly reopened: readonly number[];
  readonly done: boolean;
};

/** Model passes so far, counted by the decoder that makes them. */
export type PassCounts = { causal: number; masked: number };

/** The part of a decoder's state that the engine reads. */
export type DecoderState = { readonly passes: PassCounts };

/** The log-likelihood of a given fill. */
export type Score = {
  readonly kind: LikelihoodKind;
  /** Natural log; the sum over open positions. */
  readonly logLikelihood: number;
  /** Terms in position order, where the kind has them. */
  readonly perPosition?: readonly number[];
  /** Of an ELBO, over its draws. */
  readonly standardError?: number;
};

/** How a fill is scored. */
export type ScoreOptions = {
  readonly signal: AbortSignal;
  /** Random masks that an ELBO is the mean of, ≥ 1; of no effect on exact kinds. */
  readonly draws: number;
  /** To be awaited before each pass, where it is there: what is more urgent goes first. */
  readonly giveWay?: () => Promise<void>;
};

/** What a score asks before each pass. */
export type ScorePace = Pick<ScoreOptions, 'signal' | 'giveWay'>;

/** A decoder over loaded models. State of a run is made by `begin`, owned by the engine, and given back to `end`. */
export interface Decoder<O, S extends DecoderState> {
  /** Encodes and prefills. Called for runs with at least one open position. */
  begin(run: Run<O>, signal: AbortSignal): Promise<S>;
  /** One decode step of each state; one result per state, in the same order. A throw fails the runs of this call only. */
  step(states: readonly S[], signal: AbortSignal): Promise<StepResult[]>;
  /** Frees what `begin` took; called once, and does not throw. */
  end(state: S): void;
  /**
   * The log-likelihood of putting `targets` at the open positions; of the kind that the plugin's `likelihood` says.
   *
   * @param targets - (S) token ids in position order.
   * @throws CANCELLED when the signal is aborted before a pass.
   */
  score?(run: Run<O>, targets: readonly number[], options: ScoreOptions): Promise<Score>;
}

/** What the size of a run's own memory goes by. */
export type RunDimensions = { readonly vocabularySize: number; readonly openCount: number };

/** A decoder as registered: what it is called, what it needs, and how to make it. */
export interface DecoderPlugin<O, S extends DecoderState = DecoderState> {
  /** Lower-case words joined by hyphens; unique in a registry. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly roles: readonly ModelRole[];
  /** A strict zod object of plain fields, each described, each with a default or optional. */
  readonly options: ZodType<O>;
  readonly capabilities: DecoderCapabilities;
  likelihood(options: O): LikelihoodKind;
  /**
   * Why a run, whose parts are right each by itself, cannot be done with its options: a full sentence; null when it can.
   * Absent where every run can. Asked before a run is admitted, with the greatest lengths that its slots can have.
   */
  refusal?(run: Run<O>): string | null;
  /**
   * The most steps a run with `openCount` open positions can take; what a run costs goes by it. A step makes at most one pass
   * with each model.
   *
   * @param constrainedCount - the most open positions of one slot with choices, of which a step commits one; 1 where
   * there is no such slot.
   */
  maxSteps(openCount: number, options: O, constrainedCount: number): number;
  /** Bytes that a run holds besides caches, hidden states and blocks of logits; absent where there are none to speak of. */
  ownBytes?(size: RunDimensions, options: O): number;
  /** @param models - has every role in `roles`. */
  create(models: LoadedModels): Decoder<O, S>;
}
