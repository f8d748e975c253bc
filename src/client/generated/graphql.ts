/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Options of the decoder "Autoregressive". */
export type AutoregressiveOptions = {
  /** What the model reads before a token. PREFIX: everything to its left, known and filled. */
  readonly prompt?: AutoregressivePrompt | null | undefined;
};

/** What the model reads before a token. PREFIX: everything to its left, known and filled. */
export type AutoregressivePrompt =
  /** `PREFIX` of `prompt`. */
  | 'PREFIX';

/** Why an infill was cancelled; the first reason, where there were several. */
export type CancelReason =
  /** Its `deadlineMs` had passed. */
  | 'DEADLINE'
  /** All who followed it had left. */
  | 'DISCONNECTED'
  /** By `cancelInfill`. */
  | 'REQUESTED'
  /** The server was stopped. */
  | 'SHUTDOWN'
  /** Another infill was submitted in its place. */
  | 'SUPERSEDED';

/** What candidates are ranked by. */
export type CandidateOrder =
  /** By when they were drawn; there are no likelihoods that could be compared. */
  | 'DRAWN'
  /** By their likelihoods, which are exact; the greatest first. */
  | 'LIKELIHOOD';

/** One text for several entrants, with one seed and on the same terms. */
export type CompareInput = {
  /** How many probable tokens to report beside each committed one, from 0 to 20. */
  readonly alternatives?: number;
  /** Milliseconds from submission, from 1 to 86400000; then what has not ended is cancelled, and what is filled so far is kept. */
  readonly deadlineMs?: number | null | undefined;
  /** From 2 to 8. */
  readonly entrants: ReadonlyArray<EntrantInput>;
  /** Your name for this submission, from 1 to 128 printable characters. Sent again with the same input it is the same comparison, and nothing is charged; with another input, a `ConflictError`. It is known for as long as the comparison is. */
  readonly idempotencyKey?: string | null | undefined;
  /** Your own words for finding the infills again. */
  readonly labels?: ReadonlyArray<string> | null | undefined;
  /** How unknown lengths are decided; of no effect where all are known. */
  readonly lengthSearch?: LengthSearch;
  /** From 0 to 2^63 − 1; fixes all randomness of all entrants. Chosen and reported when absent. */
  readonly seed?: string | null | undefined;
  /** The text to fill. */
  readonly source: SourceInput;
};

/** What a decoder can do beyond filling. */
export type DecoderFeature =
  /** Reports other probable tokens beside each committed one. */
  | 'ALTERNATIVES'
  /** May reopen tokens it has committed. */
  | 'REVISES'
  /** Computes the log-likelihood of a given fill. */
  | 'SCORES';

/** The decoder and its options: exactly one field. */
export type DecoderInput =
  {   /** Fills from left to right with the causal model alone. Each token depends on everything to its left; what stands to the right of a slot is ignored. */
  readonly autoregressive: AutoregressiveOptions; readonly diffusion?: never; readonly maria?: never; readonly maskedLm?: never; readonly plugin?: never; }
  |  { readonly autoregressive?: never;   /** Fills with the masked model alone, at random positions: each denoising step reveals a part of them, given everything known and filled on both sides. */
  readonly diffusion: DiffusionOptions; readonly maria?: never; readonly maskedLm?: never; readonly plugin?: never; }
  |  { readonly autoregressive?: never; readonly diffusion?: never;   /** Fills from left to right with a causal and a masked model fused by one linear layer: each token depends on everything to its left and on all known text to its right. */
  readonly maria: MariaOptions; readonly maskedLm?: never; readonly plugin?: never; }
  |  { readonly autoregressive?: never; readonly diffusion?: never; readonly maria?: never;   /** Fills with the masked model alone, in an order of its own choice: each pass sees all known and filled tokens on both sides and commits one or several positions. */
  readonly maskedLm: MaskedLmOptions; readonly plugin?: never; }
  |  { readonly autoregressive?: never; readonly diffusion?: never; readonly maria?: never; readonly maskedLm?: never;   /** Any decoder of `decoders` by its name, for clients whose copy of the schema does not have it as a field. */
  readonly plugin: PluginDecoderInput; };

/** Where a model pack runs. */
export type Device =
  /** The processor. */
  | 'CPU'
  /** A graphics processor through CUDA. */
  | 'CUDA'
  /** A graphics processor through WebGPU. */
  | 'WEBGPU';

/** Options of the decoder "Masked diffusion". */
export type DiffusionOptions = {
  /** With schedule cap or rescale: see there. Default 0.02. Above 0 and at most 1. */
  readonly eta?: number | null | undefined;
  /** Whether committed tokens may reopen: never, or at random (remdm). */
  readonly revise?: DiffusionRevise | null | undefined;
  /** With revise remdm: the probability that a token reopens in a step. cap (the default): at most eta; rescale: eta times the largest possible; conf: the largest possible shared out among tokens, most to those that were least probable when committed. */
  readonly schedule?: DiffusionSchedule | null | undefined;
  /** Denoising steps. More steps reveal fewer tokens at once; a step that reveals nothing costs no pass. From 1 to 1024. */
  readonly steps?: number | null | undefined;
};

/** Whether committed tokens may reopen: never, or at random (remdm). */
export type DiffusionRevise =
  /** `none` of `revise`. */
  | 'NONE'
  /** `remdm` of `revise`. */
  | 'REMDM';

/** With revise remdm: the probability that a token reopens in a step. cap (the default): at most eta; rescale: eta times the largest possible; conf: the largest possible shared out among tokens, most to those that were least probable when committed. */
export type DiffusionSchedule =
  /** `cap` of `schedule`. */
  | 'CAP'
  /** `conf` of `schedule`. */
  | 'CONF'
  /** `rescale` of `schedule`. */
  | 'RESCALE';

/** What becomes of an infill when the last of those who follow it has left. */
export type DisconnectPolicy =
  /** It is cancelled: at once, or, where it has an `idempotencyKey`, when nobody has come back in 5 seconds. Nobody having followed it yet is no leaving. */
  | 'CANCEL'
  /** It goes on. */
  | 'CONTINUE';

/** Who takes part: a decoder with its settings on a model pack. */
export type EntrantInput = {
  /** The first of the `decoders` of the model pack when absent. */
  readonly decoder?: DecoderInput | null | undefined;
  /** From 1 to 64 characters; unique. */
  readonly label: string;
  /** Global id of a model pack; the first of `models` when absent. */
  readonly model?: string | number | null | undefined;
  /** How tokens are drawn; greedily when absent. */
  readonly sampling?: SamplingInput | null | undefined;
};

/** What went wrong, for programs; messages are for people. */
export type ErrorCode =
  /** The run was cancelled. */
  | 'CANCELLED'
  /** Contradicts something that was acknowledged before. */
  | 'CONFLICT'
  /** The infill asks for more work than one request may. */
  | 'COST_TOO_HIGH'
  /** A decode step failed. */
  | 'DECODE_FAILED'
  /** The credential lacks the scope for this. */
  | 'FORBIDDEN'
  /** The server ended while the run was not finished. */
  | 'INTERRUPTED'
  /** The input as a whole is wrong; its problems say where. */
  | 'INVALID_INPUT'
  /** An option of the decoder is unknown or out of its range. */
  | 'INVALID_OPTION'
  /** A sampling setting is out of its range. */
  | 'INVALID_SAMPLING'
  /** The seed is out of its range. */
  | 'INVALID_SEED'
  /** The text with its masks cannot be read. */
  | 'INVALID_TEMPLATE'
  /** The text has more tokens than the model pack can read. */
  | 'PROMPT_TOO_LONG'
  /** Too many runs are waiting; try again after `retryAfterMs`. */
  | 'QUEUE_FULL'
  /** The key or token has used up what it may; try again after `retryAfterMs`. */
  | 'RATE_LIMITED'
  /** The server is stopping and takes no more runs. */
  | 'SHUTTING_DOWN'
  /** The disk is nearly full: no run could be kept; try again after `retryAfterMs`. */
  | 'STORAGE_FULL'
  /** The database failed. */
  | 'STORE_FAILED'
  /** The database cannot be reached; try again after `retryAfterMs`. */
  | 'STORE_UNAVAILABLE'
  /** No credential was sent, or one that is not known, has expired or was revoked. */
  | 'UNAUTHENTICATED'
  /** No benchmark has that id. */
  | 'UNKNOWN_BENCHMARK'
  /** No comparison has that id. */
  | 'UNKNOWN_COMPARISON'
  /** No dataset has that id. */
  | 'UNKNOWN_DATASET'
  /** No decoder has that name. */
  | 'UNKNOWN_DECODER'
  /** No model pack has that id. */
  | 'UNKNOWN_MODEL'
  /** No infill has that id. */
  | 'UNKNOWN_RUN'
  /** Valid, but this decoder or model pack cannot do it. */
  | 'UNSUPPORTED'
  /** The process that decodes failed, or ended unexpectedly. */
  | 'WORKER_FAILED';

/** A form that a benchmark is written in. */
export type ExportFormat =
  /** Figures and differences as comma-separated values. */
  | 'CSV'
  /** One page with charts. */
  | 'HTML'
  /** What was compared, figures and differences with every digit, as lines of JSON. */
  | 'JSONL'
  /** Tables for an article. */
  | 'LATEX'
  /** Tables to read. */
  | 'MARKDOWN';

/** What stands in the slots: exactly one field. */
export type FillInput =
  {   /** The text of each slot, in order, without the space before it. */
  readonly slots: ReadonlyArray<string>; readonly tokens?: never; }
  |  { readonly slots?: never;   /** The token id of each open position, in order. */
  readonly tokens: ReadonlyArray<number>; };

/** Which infills; every field that is present must hold. A list has at most 100 entries. */
export type InfillFilter = {
  /** It was made for this benchmark, a global id; made for none when absent. */
  readonly benchmark?: string | number | null | undefined;
  /** It was submitted at this time or later. */
  readonly createdAfter?: string | null | undefined;
  /** It was submitted before this time. */
  readonly createdBefore?: string | null | undefined;
  /** It was filled by one of these decoders. */
  readonly decoderNames?: ReadonlyArray<string> | null | undefined;
  /** It has all of these labels. */
  readonly labels?: ReadonlyArray<string> | null | undefined;
  /** It is in one of these states. */
  readonly statuses?: ReadonlyArray<RunStatus> | null | undefined;
};

/** A text to fill, and how. */
export type InfillInput = {
  /** How many probable tokens to report beside each committed one, from 0 to 20. */
  readonly alternatives?: number;
  /** Milliseconds from submission, from 1 to 86400000; then the infill is cancelled, and what is filled so far is kept. */
  readonly deadlineMs?: number | null | undefined;
  /** The first of the `decoders` of the model pack when absent. */
  readonly decoder?: DecoderInput | null | undefined;
  /** Your name for this submission, from 1 to 128 printable characters. Sent again with the same input, by any of the operations, it is the same infill, and nothing is charged; with another input, a `ConflictError`. `waitMs` may differ. Of an infill with the store policy NONE the key is known for as long as the infill. */
  readonly idempotencyKey?: string | null | undefined;
  /** Your own words for finding the infill again. */
  readonly labels?: ReadonlyArray<string> | null | undefined;
  /** How unknown lengths are decided; of no effect where all are known. */
  readonly lengthSearch?: LengthSearch;
  /** Global id of a model pack; the first of `models` when absent. */
  readonly model?: string | number | null | undefined;
  /** What becomes of it when nobody follows it any more. Absent: CANCEL of the mutation and the subscription `infill`, CONTINUE of `submitInfill`. */
  readonly onDisconnect?: DisconnectPolicy | null | undefined;
  /** Who goes first where several infills are there. */
  readonly priority?: RunPriority;
  /** How many times to fill the text, from 1 to 16; whole fills are ranked in `candidates`. */
  readonly samples?: number;
  /** How tokens are drawn; greedily when absent. */
  readonly sampling?: SamplingInput | null | undefined;
  /** From 0 to 2^63 − 1; fixes all randomness. Chosen and reported when absent. */
  readonly seed?: string | null | undefined;
  /** The text to fill. */
  readonly source: SourceInput;
  /** What is kept of it in the database. */
  readonly store?: StorePolicy;
  /** Global id of an infill of yours that is cancelled once this one is admitted. Nothing happens to it if it has ended, or if this one is refused. */
  readonly supersedes?: string | number | null | undefined;
  /** Milliseconds, from 0 to 600000, after which the mutation `infill` answers with the infill as it is then; it goes on whatever `onDisconnect` says. Refused by the operations that do not wait. */
  readonly waitMs?: number | null | undefined;
};

/** The order of a list of infills. */
export type InfillOrder = {
  /** Which end first. */
  readonly direction: OrderDirection;
  /** By what. */
  readonly field: InfillOrderField;
};

/** What a list of infills is ordered by. */
export type InfillOrderField =
  /** When the infill was submitted. */
  | 'CREATED_AT';

/** Whole numbers from one to another, both included. */
export type IntRangeInput = {
  /** The greatest; not below `min`. */
  readonly max: number;
  /** The least. */
  readonly min: number;
};

/** How unknown lengths of slots are decided. */
export type LengthSearch =
  /** By how confident the masked model is of each length, before anything is decoded. */
  | 'CAL'
  /** Every length is decoded, and the fills are compared. */
  | 'DECODE_ALL';

/** What a log-likelihood is. Numbers of different kinds are not to be ranked in one column. */
export type LikelihoodKind =
  /** Exact: the sum of log-probabilities along the path that was decoded. */
  | 'CHAIN_RULE'
  /** A lower bound; a perplexity computed from it is an upper bound. */
  | 'ELBO'
  /** The sum over positions that were predicted independently of each other. */
  | 'INDEPENDENT'
  /** The decoder with these options has no tractable likelihood. */
  | 'NONE';

/** Options of the decoder "MARIA". */
export type MariaOptions = {
  /** Drafted tokens that one causal pass verifies beside the next one; chosen at each step from how sure the masked model is when absent. Changes the speed, never the tokens. From 0 to 16. */
  readonly draftWindow?: number | null | undefined;
};

/** What a masking counts. */
export type MaskUnit =
  /** Tokens of one vocabulary; compares model packs of that vocabulary only. */
  | 'TOKEN'
  /** Words, which are the same for every model pack. */
  | 'WORD';

/** How many tokens one pass commits: the first k in the order (the default); all whose highest probability reaches threshold, at least the first in the order; as many, by entropy, as keep their joint error below entropyBound; or all. */
export type MaskedLmCommit =
  /** `entropy-bound` of `commit`. */
  | 'ENTROPY_BOUND'
  /** `k` of `commit`. */
  | 'K'
  /** `one-shot` of `commit`. */
  | 'ONE_SHOT'
  /** `threshold` of `commit`. */
  | 'THRESHOLD';

/** Options of the decoder "Masked LM". */
export type MaskedLmOptions = {
  /** How many tokens one pass commits: the first k in the order (the default); all whose highest probability reaches threshold, at least the first in the order; as many, by entropy, as keep their joint error below entropyBound; or all. */
  readonly commit?: MaskedLmCommit | null | undefined;
  /** With revise edit: the probability that replaces a token. Default 0.9. At least 0.5 and below 1. */
  readonly editThreshold?: number | null | undefined;
  /** With commit entropy-bound: nats that the entropies of all tokens of one pass but the most uncertain may sum to. Default 0.5. From 0 to 1000. */
  readonly entropyBound?: number | null | undefined;
  /** With revise mask-predict: passes, the first included. Default 10. From 1 to 256. */
  readonly iterations?: number | null | undefined;
  /** With commit k: how many tokens one pass commits. Default 1. From 1 to 1024. */
  readonly k?: number | null | undefined;
  /** Which positions come first: those of a random order, of the highest probability (confidence, the default), of the largest difference between the two highest probabilities, of the lowest entropy, or the leftmost. */
  readonly order?: MaskedLmOrder | null | undefined;
  /** Whether tokens change once committed. mask-predict: all are filled in one pass, then, iteration by iteration, fewer and fewer of the least probable are predicted again. edit: one is replaced when another is more probable than editThreshold, at most four times per position. */
  readonly revise?: MaskedLmRevise | null | undefined;
  /** With commit threshold: the probability that commits a token. Default 0.9. From 0 to 1. */
  readonly threshold?: number | null | undefined;
};

/** Which positions come first: those of a random order, of the highest probability (confidence, the default), of the largest difference between the two highest probabilities, of the lowest entropy, or the leftmost. */
export type MaskedLmOrder =
  /** `confidence` of `order`. */
  | 'CONFIDENCE'
  /** `entropy` of `order`. */
  | 'ENTROPY'
  /** `left-to-right` of `order`. */
  | 'LEFT_TO_RIGHT'
  /** `margin` of `order`. */
  | 'MARGIN'
  /** `random` of `order`. */
  | 'RANDOM';

/** Whether tokens change once committed. mask-predict: all are filled in one pass, then, iteration by iteration, fewer and fewer of the least probable are predicted again. edit: one is replaced when another is more probable than editThreshold, at most four times per position. */
export type MaskedLmRevise =
  /** `edit` of `revise`. */
  | 'EDIT'
  /** `mask-predict` of `revise`. */
  | 'MASK_PREDICT'
  /** `none` of `revise`. */
  | 'NONE';

/** A masking. Exactly one field. */
export type MaskingInput =
  {   /** Any masking by its name: middle-sentence, explicit, rate-0.3-word, span-4-token. */
  readonly name: string; readonly rate?: never; readonly span?: never; }
  |  { readonly name?: never;   /** A share of the units. */
  readonly rate: RateMaskingInput; readonly span?: never; }
  |  { readonly name?: never; readonly rate?: never;   /** Units in a row. */
  readonly span: SpanMaskingInput; };

/** What is done with every masked item. */
export type Measure =
  /** It is filled: gives accuracies, overlaps, passes and times. */
  | 'FILL'
  /** The text that stood there is scored: gives perplexity and bits per character. */
  | 'SCORE';

/** Whether a model pack can take runs now. */
export type ModelPackState =
  /** Its worker is starting. */
  | 'LOADING'
  /** It takes runs. */
  | 'READY'
  /** Its worker ended unexpectedly and is being started again. */
  | 'RESTARTING'
  /** It takes no more runs until the server starts again. */
  | 'STOPPED';

/** What a model of a pack is for. */
export type ModelRole =
  /** Predicts the next token from what stands to the left. */
  | 'CAUSAL'
  /** Joins the predictions of the causal and the masked model. */
  | 'FUSION'
  /** Predicts masked tokens from both sides. */
  | 'MASKED';

/** Which end of a list comes first. */
export type OrderDirection =
  /** Smallest or oldest first. */
  | 'ASC'
  /** Largest or newest first. */
  | 'DESC';

/** A decoder by its name, its options as JSON. */
export type PluginDecoderInput = {
  /** A `name` of `decoders`. */
  readonly name: string;
  /** An object of options as the `optionsSchema` of the decoder has them; its defaults when absent. */
  readonly options?: unknown;
};

/** A share of the units of every text, drawn anew for each. */
export type RateMaskingInput = {
  /** From 0.001 to 1, at most three decimals. */
  readonly rate: number;
  /** What is counted. */
  readonly unit?: MaskUnit;
};

/** Who goes first where several infills are there. */
export type RunPriority =
  /** It takes the time that is left: it has a queue of its own, and goes on only while no interactive infill or score on its model pack can. An interactive one waits for one of its steps at most. */
  | 'BATCH'
  /** Somebody waits for it. */
  | 'INTERACTIVE';

/** Where a run is in its life. COMPLETED, FAILED and CANCELLED are final. */
export type RunStatus =
  /** Ended on purpose; what was filled until then is kept. */
  | 'CANCELLED'
  /** Every slot is filled. */
  | 'COMPLETED'
  /** Ended by an error; `error` says which. */
  | 'FAILED'
  /** Waits for its turn. */
  | 'QUEUED'
  /** Is being decoded. */
  | 'RUNNING';

/** How a token is drawn from its distribution. */
export type SamplingInput = {
  /** Makes tokens that are already in the text less probable, from 1, which is off, to 5. */
  readonly repetitionPenalty?: number | null | undefined;
  /** From 0, the most probable token, to 5; 1 samples from the model as it is. */
  readonly temperature?: number | null | undefined;
  /** Draw from this many most probable tokens only, at least 1. */
  readonly topK?: number | null | undefined;
  /** Draw from the smallest set of tokens whose probabilities sum to this, above 0 and at most 1. */
  readonly topP?: number | null | undefined;
};

/** A field of `SamplingInput`. */
export type SamplingSetting =
  /** The field `repetitionPenalty`. */
  | 'REPETITION_PENALTY'
  /** The field `temperature`. */
  | 'TEMPERATURE'
  /** The field `topK`. */
  | 'TOP_K'
  /** The field `topP`. */
  | 'TOP_P';

/** A fill to score. */
export type ScoreInfillInput = {
  /** The first of the `decoders` of the model pack when absent. */
  readonly decoder?: DecoderInput | null | undefined;
  /** Random masks that a bound is the mean of, from 1 to 1024; of no effect where the kind is exact. */
  readonly draws?: number;
  /** What stands in the slots. */
  readonly fill: FillInput;
  /** Global id of a model pack; the first of `models` when absent. */
  readonly model?: string | number | null | undefined;
  /** From 0 to 2^63 − 1; fixes the random masks of a bound. Chosen and reported when absent. */
  readonly seed?: string | null | undefined;
  /** The text without the fill; an unknown length is settled by the fill. */
  readonly source: SourceInput;
};

/** Literal text or a slot: exactly one field. */
export type SegmentInput =
  {   /** A gap to fill. */
  readonly slot: SlotInput; readonly text?: never; }
  |  { readonly slot?: never;   /** Literal text; masks are text here. */
  readonly text: string; };

/** A gap to fill. */
export type SlotInput = {
  /** Tokens it must not have, as texts: each is one token, alone or after a space. Other tokens may still spell the text. */
  readonly banned?: ReadonlyArray<string> | null | undefined;
  /** The only texts it may have, without the space before it. Each has as many tokens as the slot, or as its range allows. Any when absent. */
  readonly choices?: ReadonlyArray<string> | null | undefined;
  /** Your own name for it, given back with its text. */
  readonly key?: string | null | undefined;
  /** One token when absent. */
  readonly length?: SlotLengthInput | null | undefined;
};

/** How long a slot is: exactly one field. */
export type SlotLengthInput =
  {   /** As many tokens of this range as suit best; `lengthSearch` says how. */
  readonly between: IntRangeInput; readonly tokens?: never; }
  |  { readonly between?: never;   /** This many tokens, at least 1. */
  readonly tokens: number; };

/** The text to fill, in one of three forms: exactly one field. */
export type SourceInput =
  {   /** Literal texts and slots, in reading order. */
  readonly segments: ReadonlyArray<SegmentInput>; readonly text?: never; readonly tokens?: never; }
  |  { readonly segments?: never;   /** A template: `[MASK]` stands for one token, `[MASK:n]` for n and `[MASK:a-b]` for as many from a to b as suit best, as in `The [MASK:2] sat.`; a backslash before the bracket makes it literal. */
  readonly text: string; readonly tokens?: never; }
  |  { readonly segments?: never; readonly text?: never;   /** Token ids of the model pack's vocabulary; null is an open position. */
  readonly tokens: ReadonlyArray<number | null | undefined>; };

/** Units in a row, not at the start of a text. */
export type SpanMaskingInput = {
  /** From 1 to 64. */
  readonly length: number;
  /** What is counted. */
  readonly unit?: MaskUnit;
};

/** What to compare: at most 100000 units, which are items × maskings × entrants. */
export type StartBenchmarkInput = {
  /** Global id of a dataset. */
  readonly dataset: string | number;
  /** At most 16; none where all fills are to be imported. */
  readonly entrants: ReadonlyArray<EntrantInput>;
  /** Your name for this submission, from 1 to 128 printable characters. Sent again with the same input it is the same benchmark; with another input, a `ConflictError`. It is known for as long as the benchmark is. */
  readonly idempotencyKey?: string | null | undefined;
  /** So many items from the first; all when absent. */
  readonly items?: number | null | undefined;
  /** From 1 to 32, each applied to every item. */
  readonly maskings: ReadonlyArray<MaskingInput>;
  /** What is done with every masked item. */
  readonly measures?: ReadonlyArray<Measure>;
  /** What you call it; at most 200 characters. */
  readonly name?: string | null | undefined;
  /** Random masks that a score of kind ELBO is the mean of, from 1 to 1024. */
  readonly scoreDraws?: number;
  /** From 0 to 2^63 − 1; of masks, samples and intervals. Chosen when absent. */
  readonly seed?: string | null | undefined;
};

/** What is kept of an infill in the database. What is not kept there can still be read while the infill is alive and for up to a minute after its end. */
export type StorePolicy =
  /** Everything. */
  | 'FULL'
  /** No text and no token: neither source nor fills, choices, banned texts or the events that tell tokens. Status, times, numbers, settings, labels and errors stay. */
  | 'METADATA'
  /** Nothing. It is in no list, and lost when the server stops. */
  | 'NONE';

/** The order in which a decoder commits tokens. */
export type StreamKind =
  /** In an order the decoder chooses while it fills. */
  | 'ANY_ORDER'
  /** In reading order. */
  | 'LEFT_TO_RIGHT';

export type ListDatasetsQueryVariables = Exact<{ [key: string]: never; }>;


export type ListDatasetsQuery = { readonly datasets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly title: string, readonly itemCount: number }> };

export type StartBenchmarkMutationVariables = Exact<{
  input: StartBenchmarkInput;
}>;


export type StartBenchmarkMutation = { readonly startBenchmark:
    | { readonly __typename: 'Benchmark', readonly id: string }
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type FollowBenchmarkSubscriptionVariables = Exact<{
  id: string | number;
  after?: number | null | undefined;
}>;


export type FollowBenchmarkSubscription = { readonly benchmarkEvents:
    | { readonly __typename: 'BenchmarkEnded', readonly seq: number, readonly progress: { readonly done: number, readonly failed: number, readonly total: number, readonly secondsLeft: number | null } }
    | { readonly __typename: 'BenchmarkProgressed', readonly seq: number, readonly progress: { readonly done: number, readonly failed: number, readonly total: number, readonly secondsLeft: number | null } }
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type ExportBenchmarkQueryVariables = Exact<{
  id: string | number;
  format: ExportFormat;
}>;


export type ExportBenchmarkQuery = { readonly benchmark: { readonly id: string, readonly name: string | null, readonly status: RunStatus, readonly exported: string, readonly error: { readonly code: ErrorCode, readonly message: string } | null, readonly progress: { readonly done: number, readonly failed: number, readonly total: number } } | null };

export type CatalogQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogQuery = { readonly decoders: ReadonlyArray<{ readonly id: string, readonly name: string, readonly title: string, readonly description: string, readonly requiredRoles: ReadonlyArray<ModelRole>, readonly optionsSchema: unknown, readonly capabilities: { readonly streams: StreamKind, readonly likelihood: LikelihoodKind, readonly features: ReadonlyArray<DecoderFeature>, readonly sampling: ReadonlyArray<SamplingSetting> } }>, readonly models: ReadonlyArray<{ readonly id: string, readonly name: string, readonly version: string, readonly digest: string, readonly license: string, readonly vocabularySize: number, readonly contextLength: number, readonly device: Device, readonly state: ModelPackState, readonly roles: ReadonlyArray<{ readonly role: ModelRole, readonly architecture: string, readonly parameters: string, readonly precision: string, readonly hiddenSize: number, readonly sizeBytes: string }>, readonly decoders: ReadonlyArray<{ readonly name: string }> }> };

export type ComparisonPartsFragment = { readonly id: string, readonly source: string | null, readonly createdAt: string, readonly entrants: ReadonlyArray<{ readonly index: number, readonly label: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } | null }> };

export type CompareMutationVariables = Exact<{
  input: CompareInput;
}>;


export type CompareMutation = { readonly compare:
    | { readonly __typename: 'Comparison', readonly id: string, readonly source: string | null, readonly createdAt: string, readonly entrants: ReadonlyArray<{ readonly index: number, readonly label: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } | null }> }
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type FollowComparisonSubscriptionVariables = Exact<{
  id: string | number;
  after?: number | null | undefined;
}>;


export type FollowComparisonSubscription = { readonly comparisonEvents:
    | { readonly __typename: 'ComparisonEvent', readonly seq: number, readonly entrant: number, readonly event:
        | { readonly __typename: 'InfillCancelled', readonly reason: CancelReason | null, readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }
        | { readonly __typename: 'InfillCompleted', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }
        | { readonly __typename: 'InfillFailed', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }, readonly error: { readonly code: ErrorCode, readonly message: string } }
        | { readonly __typename: 'InfillLagged', readonly infillId: string, readonly seq: number, readonly at: string, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
        | { readonly __typename: 'InfillQueued', readonly infillId: string, readonly seq: number, readonly at: string }
        | { readonly __typename: 'InfillStarted', readonly infillId: string, readonly seq: number, readonly at: string }
        | { readonly __typename: 'InfillTokensCommitted', readonly infillId: string, readonly seq: number, readonly at: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
        | { readonly __typename: 'InfillTokensRevised', readonly reopened: ReadonlyArray<number>, readonly infillId: string, readonly seq: number, readonly at: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
       }
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type CommittedTokenPartsFragment = { readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> };

export type SlotPartsFragment = { readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> };

export type SegmentPartsFragment = { readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null };

export type LikelihoodPartsFragment = { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null };

export type InfillPartsFragment = { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null };

type ErrorParts_ConflictError_Fragment = { readonly code: ErrorCode, readonly message: string };

type ErrorParts_DecodingError_Fragment = { readonly code: ErrorCode, readonly message: string };

type ErrorParts_NotFoundError_Fragment = { readonly code: ErrorCode, readonly message: string };

type ErrorParts_QueueFullError_Fragment = { readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string };

type ErrorParts_RateLimitedError_Fragment = { readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string };

type ErrorParts_UnsupportedError_Fragment = { readonly code: ErrorCode, readonly message: string };

type ErrorParts_ValidationError_Fragment = { readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> };

export type ErrorPartsFragment =
  | ErrorParts_ConflictError_Fragment
  | ErrorParts_DecodingError_Fragment
  | ErrorParts_NotFoundError_Fragment
  | ErrorParts_QueueFullError_Fragment
  | ErrorParts_RateLimitedError_Fragment
  | ErrorParts_UnsupportedError_Fragment
  | ErrorParts_ValidationError_Fragment
;

export type SlotUpdatePartsFragment = { readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean };

type StreamItemParts_ConflictError_Fragment = { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string };

type StreamItemParts_InfillCancelled_Fragment = { readonly __typename: 'InfillCancelled', readonly infillId: string, readonly seq: number, readonly at: string, readonly reason: CancelReason | null, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } };

type StreamItemParts_InfillCompleted_Fragment = { readonly __typename: 'InfillCompleted', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } };

type StreamItemParts_InfillFailed_Fragment = { readonly __typename: 'InfillFailed', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }, readonly error: { readonly code: ErrorCode, readonly message: string } };

type StreamItemParts_InfillLagged_Fragment = { readonly __typename: 'InfillLagged', readonly infillId: string, readonly seq: number, readonly at: string, readonly skippedFrom: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> };

type StreamItemParts_InfillQueued_Fragment = { readonly __typename: 'InfillQueued', readonly infillId: string, readonly seq: number, readonly at: string, readonly position: number };

type StreamItemParts_InfillStarted_Fragment = { readonly __typename: 'InfillStarted', readonly infillId: string, readonly seq: number, readonly at: string };

type StreamItemParts_InfillTokensCommitted_Fragment = { readonly __typename: 'InfillTokensCommitted', readonly infillId: string, readonly seq: number, readonly at: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> };

type StreamItemParts_InfillTokensRevised_Fragment = { readonly __typename: 'InfillTokensRevised', readonly infillId: string, readonly seq: number, readonly at: string, readonly reopened: ReadonlyArray<number>, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> };

type StreamItemParts_NotFoundError_Fragment = { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string };

type StreamItemParts_QueueFullError_Fragment = { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string };

type StreamItemParts_RateLimitedError_Fragment = { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string };

type StreamItemParts_UnsupportedError_Fragment = { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string };

type StreamItemParts_ValidationError_Fragment = { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> };

export type StreamItemPartsFragment =
  | StreamItemParts_ConflictError_Fragment
  | StreamItemParts_InfillCancelled_Fragment
  | StreamItemParts_InfillCompleted_Fragment
  | StreamItemParts_InfillFailed_Fragment
  | StreamItemParts_InfillLagged_Fragment
  | StreamItemParts_InfillQueued_Fragment
  | StreamItemParts_InfillStarted_Fragment
  | StreamItemParts_InfillTokensCommitted_Fragment
  | StreamItemParts_InfillTokensRevised_Fragment
  | StreamItemParts_NotFoundError_Fragment
  | StreamItemParts_QueueFullError_Fragment
  | StreamItemParts_RateLimitedError_Fragment
  | StreamItemParts_UnsupportedError_Fragment
  | StreamItemParts_ValidationError_Fragment
;

export type StreamInfillSubscriptionVariables = Exact<{
  input: InfillInput;
}>;


export type StreamInfillSubscription = { readonly infill:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InfillCancelled', readonly infillId: string, readonly seq: number, readonly at: string, readonly reason: CancelReason | null, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }
    | { readonly __typename: 'InfillCompleted', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }
    | { readonly __typename: 'InfillFailed', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }, readonly error: { readonly code: ErrorCode, readonly message: string } }
    | { readonly __typename: 'InfillLagged', readonly infillId: string, readonly seq: number, readonly at: string, readonly skippedFrom: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
    | { readonly __typename: 'InfillQueued', readonly infillId: string, readonly seq: number, readonly at: string, readonly position: number }
    | { readonly __typename: 'InfillStarted', readonly infillId: string, readonly seq: number, readonly at: string }
    | { readonly __typename: 'InfillTokensCommitted', readonly infillId: string, readonly seq: number, readonly at: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
    | { readonly __typename: 'InfillTokensRevised', readonly infillId: string, readonly seq: number, readonly at: string, readonly reopened: ReadonlyArray<number>, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type FollowInfillSubscriptionVariables = Exact<{
  id: string | number;
  after?: number | null | undefined;
}>;


export type FollowInfillSubscription = { readonly infillEvents:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InfillCancelled', readonly infillId: string, readonly seq: number, readonly at: string, readonly reason: CancelReason | null, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }
    | { readonly __typename: 'InfillCompleted', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }
    | { readonly __typename: 'InfillFailed', readonly infillId: string, readonly seq: number, readonly at: string, readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }, readonly error: { readonly code: ErrorCode, readonly message: string } }
    | { readonly __typename: 'InfillLagged', readonly infillId: string, readonly seq: number, readonly at: string, readonly skippedFrom: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
    | { readonly __typename: 'InfillQueued', readonly infillId: string, readonly seq: number, readonly at: string, readonly position: number }
    | { readonly __typename: 'InfillStarted', readonly infillId: string, readonly seq: number, readonly at: string }
    | { readonly __typename: 'InfillTokensCommitted', readonly infillId: string, readonly seq: number, readonly at: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
    | { readonly __typename: 'InfillTokensRevised', readonly infillId: string, readonly seq: number, readonly at: string, readonly reopened: ReadonlyArray<number>, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly complete: boolean }> }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type InfillMutationVariables = Exact<{
  input: InfillInput;
}>;


export type InfillMutation = { readonly infill:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Infill', readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type SubmitInfillMutationVariables = Exact<{
  input: InfillInput;
}>;


export type SubmitInfillMutation = { readonly submitInfill:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Infill', readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type CancelInfillMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelInfillMutation = { readonly cancelInfill:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Infill', readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type FindInfillQueryVariables = Exact<{
  id: string | number;
}>;


export type FindInfillQuery = { readonly infill: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } | null };

export type ListInfillsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: InfillFilter | null | undefined;
  orderBy?: InfillOrder | null | undefined;
}>;


export type ListInfillsQuery = { readonly infills: { readonly totalCount: number, readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly status: RunStatus, readonly createdAt: string, readonly finishedAt: string | null, readonly source: string | null, readonly text: string | null, readonly candidateOrder: CandidateOrder | null, readonly decoderName: string, readonly modelDigest: string, readonly seed: string, readonly promptTokens: ReadonlyArray<number | null>, readonly cancelReason: CancelReason | null, readonly labels: ReadonlyArray<string>, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly candidates: ReadonlyArray<{ readonly rank: number, readonly text: string, readonly count: number, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly text: string, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null, readonly step: number, readonly maskedShare: number | null, readonly alternatives: ReadonlyArray<{ readonly text: string, readonly logProb: number | null }> }> }>, readonly segments: ReadonlyArray<{ readonly text: string, readonly start: number, readonly end: number, readonly slot: number | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null }>, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly model: { readonly name: string, readonly version: string } | null, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly usage: { readonly knownTokens: number, readonly openTokens: number, readonly committedTokens: number, readonly causalPasses: number, readonly maskedPasses: number, readonly tokensPerPass: number | null }, readonly timing: { readonly queueMs: number, readonly firstTokenMs: number | null, readonly totalMs: number, readonly tokensPerSecond: number | null } | null, readonly error: { readonly code: ErrorCode, readonly message: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null } } };

export type FindReceiptQueryVariables = Exact<{
  id: string | number;
}>;


export type FindReceiptQuery = { readonly infill: { readonly status: RunStatus, readonly store: StorePolicy, readonly receipt: unknown } | null };

export type InfillPlanPartsFragment = { readonly promptTokens: ReadonlyArray<number | null>, readonly knownTokens: number, readonly openTokens: number, readonly cost: number, readonly likelihoodKind: LikelihoodKind, readonly model: { readonly name: string, readonly version: string }, readonly decoder: { readonly name: string }, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly minTokens: number, readonly maxTokens: number, readonly start: number | null, readonly ownsSpace: boolean, readonly choices: ReadonlyArray<{ readonly text: string, readonly tokens: ReadonlyArray<number> }> }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }> };

export type PlanInfillQueryVariables = Exact<{
  input: InfillInput;
}>;


export type PlanInfillQuery = { readonly planInfill:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InfillPlan', readonly promptTokens: ReadonlyArray<number | null>, readonly knownTokens: number, readonly openTokens: number, readonly cost: number, readonly likelihoodKind: LikelihoodKind, readonly model: { readonly name: string, readonly version: string }, readonly decoder: { readonly name: string }, readonly slots: ReadonlyArray<{ readonly index: number, readonly key: string | null, readonly minTokens: number, readonly maxTokens: number, readonly start: number | null, readonly ownsSpace: boolean, readonly choices: ReadonlyArray<{ readonly text: string, readonly tokens: ReadonlyArray<number> }> }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }> }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export type ScoredInfillPartsFragment = { readonly promptTokens: ReadonlyArray<number | null>, readonly decoderName: string, readonly seed: string, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly model: { readonly name: string, readonly version: string } };

export type ScoreInfillMutationVariables = Exact<{
  input: ScoreInfillInput;
}>;


export type ScoreInfillMutation = { readonly scoreInfill:
    | { readonly __typename: 'ConflictError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'DecodingError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'NotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'QueueFullError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'RateLimitedError', readonly retryAfterMs: number, readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ScoredInfill', readonly promptTokens: ReadonlyArray<number | null>, readonly decoderName: string, readonly seed: string, readonly likelihood: { readonly kind: LikelihoodKind, readonly logProb: number, readonly perplexity: number | null, readonly bitsPerCharacter: number | null, readonly isBound: boolean, readonly standardError: number | null } | null, readonly tokens: ReadonlyArray<{ readonly slot: number, readonly index: number, readonly position: number, readonly id: number, readonly text: string, readonly logProb: number | null }>, readonly settings: ReadonlyArray<{ readonly name: string, readonly value: unknown }>, readonly model: { readonly name: string, readonly version: string } }
    | { readonly __typename: 'UnsupportedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ValidationError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: ErrorCode, readonly message: string, readonly value: string | null, readonly limit: string | null }> }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CommittedTokenPartsFragmentDoc = new TypedDocumentString(`
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
    `, {"fragmentName":"CommittedTokenParts"}) as unknown as TypedDocumentString<CommittedTokenPartsFragment, unknown>;
export const SlotPartsFragmentDoc = new TypedDocumentString(`
    fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}`, {"fragmentName":"SlotParts"}) as unknown as TypedDocumentString<SlotPartsFragment, unknown>;
export const SegmentPartsFragmentDoc = new TypedDocumentString(`
    fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
    `, {"fragmentName":"SegmentParts"}) as unknown as TypedDocumentString<SegmentPartsFragment, unknown>;
export const LikelihoodPartsFragmentDoc = new TypedDocumentString(`
    fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
    `, {"fragmentName":"LikelihoodParts"}) as unknown as TypedDocumentString<LikelihoodPartsFragment, unknown>;
export const InfillPartsFragmentDoc = new TypedDocumentString(`
    fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}`, {"fragmentName":"InfillParts"}) as unknown as TypedDocumentString<InfillPartsFragment, unknown>;
export const ComparisonPartsFragmentDoc = new TypedDocumentString(`
    fragment ComparisonParts on Comparison {
  id
  source
  createdAt
  entrants {
    index
    label
    infill {
      ...InfillParts
    }
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}`, {"fragmentName":"ComparisonParts"}) as unknown as TypedDocumentString<ComparisonPartsFragment, unknown>;
export const SlotUpdatePartsFragmentDoc = new TypedDocumentString(`
    fragment SlotUpdateParts on SlotUpdate {
  index
  key
  text
  complete
}
    `, {"fragmentName":"SlotUpdateParts"}) as unknown as TypedDocumentString<SlotUpdatePartsFragment, unknown>;
export const ErrorPartsFragmentDoc = new TypedDocumentString(`
    fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
    `, {"fragmentName":"ErrorParts"}) as unknown as TypedDocumentString<ErrorPartsFragment, unknown>;
export const StreamItemPartsFragmentDoc = new TypedDocumentString(`
    fragment StreamItemParts on InfillStreamItem {
  __typename
  ... on InfillEvent {
    infillId
    seq
    at
  }
  ... on InfillQueued {
    position
  }
  ... on InfillTokensCommitted {
    tokens {
      ...CommittedTokenParts
    }
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillTokensRevised {
    tokens {
      ...CommittedTokenParts
    }
    reopened
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillLagged {
    skippedFrom
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillCompleted {
    infill {
      ...InfillParts
    }
  }
  ... on InfillCancelled {
    reason
    infill {
      ...InfillParts
    }
  }
  ... on InfillFailed {
    infill {
      ...InfillParts
    }
    error {
      code
      message
    }
  }
  ... on Error {
    ...ErrorParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
fragment SlotUpdateParts on SlotUpdate {
  index
  key
  text
  complete
}`, {"fragmentName":"StreamItemParts"}) as unknown as TypedDocumentString<StreamItemPartsFragment, unknown>;
export const InfillPlanPartsFragmentDoc = new TypedDocumentString(`
    fragment InfillPlanParts on InfillPlan {
  model {
    name
    version
  }
  decoder {
    name
  }
  promptTokens
  slots {
    index
    key
    minTokens
    maxTokens
    start
    ownsSpace
    choices {
      text
      tokens
    }
  }
  knownTokens
  openTokens
  cost
  likelihoodKind
  settings {
    name
    value
  }
}
    `, {"fragmentName":"InfillPlanParts"}) as unknown as TypedDocumentString<InfillPlanPartsFragment, unknown>;
export const ScoredInfillPartsFragmentDoc = new TypedDocumentString(`
    fragment ScoredInfillParts on ScoredInfill {
  likelihood {
    ...LikelihoodParts
  }
  tokens {
    slot
    index
    position
    id
    text
    logProb
  }
  promptTokens
  settings {
    name
    value
  }
  model {
    name
    version
  }
  decoderName
  seed
}
    fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}`, {"fragmentName":"ScoredInfillParts"}) as unknown as TypedDocumentString<ScoredInfillPartsFragment, unknown>;
export const ListDatasetsDocument = new TypedDocumentString(`
    query ListDatasets {
  datasets {
    id
    name
    title
    itemCount
  }
}
    `) as unknown as TypedDocumentString<ListDatasetsQuery, ListDatasetsQueryVariables>;
export const StartBenchmarkDocument = new TypedDocumentString(`
    mutation StartBenchmark($input: StartBenchmarkInput!) {
  startBenchmark(input: $input) {
    __typename
    ... on Benchmark {
      id
    }
    ...ErrorParts
  }
}
    fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}`) as unknown as TypedDocumentString<StartBenchmarkMutation, StartBenchmarkMutationVariables>;
export const FollowBenchmarkDocument = new TypedDocumentString(`
    subscription FollowBenchmark($id: ID!, $after: Int) {
  benchmarkEvents(id: $id, after: $after) {
    __typename
    ... on BenchmarkProgressed {
      seq
      progress {
        done
        failed
        total
        secondsLeft
      }
    }
    ... on BenchmarkEnded {
      seq
      progress {
        done
        failed
        total
        secondsLeft
      }
    }
    ...ErrorParts
  }
}
    fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}`) as unknown as TypedDocumentString<FollowBenchmarkSubscription, FollowBenchmarkSubscriptionVariables>;
export const ExportBenchmarkDocument = new TypedDocumentString(`
    query ExportBenchmark($id: ID!, $format: ExportFormat!) {
  benchmark(id: $id) {
    id
    name
    status
    error {
      code
      message
    }
    progress {
      done
      failed
      total
    }
    exported(format: $format)
  }
}
    `) as unknown as TypedDocumentString<ExportBenchmarkQuery, ExportBenchmarkQueryVariables>;
export const CatalogDocument = new TypedDocumentString(`
    query Catalog {
  decoders {
    id
    name
    title
    description
    requiredRoles
    capabilities {
      streams
      likelihood
      features
      sampling
    }
    optionsSchema
  }
  models {
    id
    name
    version
    digest
    license
    roles {
      role
      architecture
      parameters
      precision
      hiddenSize
      sizeBytes
    }
    vocabularySize
    contextLength
    device
    state
    decoders {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<CatalogQuery, CatalogQueryVariables>;
export const CompareDocument = new TypedDocumentString(`
    mutation Compare($input: CompareInput!) {
  compare(input: $input) {
    __typename
    ...ComparisonParts
    ...ErrorParts
  }
}
    fragment ComparisonParts on Comparison {
  id
  source
  createdAt
  entrants {
    index
    label
    infill {
      ...InfillParts
    }
  }
}
fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}`) as unknown as TypedDocumentString<CompareMutation, CompareMutationVariables>;
export const FollowComparisonDocument = new TypedDocumentString(`
    subscription FollowComparison($id: ID!, $after: Int) {
  comparisonEvents(id: $id, after: $after) {
    __typename
    ... on ComparisonEvent {
      seq
      entrant
      event {
        __typename
        infillId
        seq
        at
        ... on InfillTokensCommitted {
          tokens {
            ...CommittedTokenParts
          }
          slots {
            ...SlotUpdateParts
          }
        }
        ... on InfillTokensRevised {
          tokens {
            ...CommittedTokenParts
          }
          reopened
          slots {
            ...SlotUpdateParts
          }
        }
        ... on InfillLagged {
          slots {
            ...SlotUpdateParts
          }
        }
        ... on InfillCompleted {
          infill {
            ...InfillParts
          }
        }
        ... on InfillCancelled {
          reason
          infill {
            ...InfillParts
          }
        }
        ... on InfillFailed {
          infill {
            ...InfillParts
          }
          error {
            code
            message
          }
        }
      }
    }
    ... on Error {
      ...ErrorParts
    }
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
fragment SlotUpdateParts on SlotUpdate {
  index
  key
  text
  complete
}`) as unknown as TypedDocumentString<FollowComparisonSubscription, FollowComparisonSubscriptionVariables>;
export const StreamInfillDocument = new TypedDocumentString(`
    subscription StreamInfill($input: InfillInput!) {
  infill(input: $input) {
    ...StreamItemParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
fragment SlotUpdateParts on SlotUpdate {
  index
  key
  text
  complete
}
fragment StreamItemParts on InfillStreamItem {
  __typename
  ... on InfillEvent {
    infillId
    seq
    at
  }
  ... on InfillQueued {
    position
  }
  ... on InfillTokensCommitted {
    tokens {
      ...CommittedTokenParts
    }
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillTokensRevised {
    tokens {
      ...CommittedTokenParts
    }
    reopened
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillLagged {
    skippedFrom
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillCompleted {
    infill {
      ...InfillParts
    }
  }
  ... on InfillCancelled {
    reason
    infill {
      ...InfillParts
    }
  }
  ... on InfillFailed {
    infill {
      ...InfillParts
    }
    error {
      code
      message
    }
  }
  ... on Error {
    ...ErrorParts
  }
}`) as unknown as TypedDocumentString<StreamInfillSubscription, StreamInfillSubscriptionVariables>;
export const FollowInfillDocument = new TypedDocumentString(`
    subscription FollowInfill($id: ID!, $after: Int) {
  infillEvents(id: $id, after: $after) {
    ...StreamItemParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
fragment SlotUpdateParts on SlotUpdate {
  index
  key
  text
  complete
}
fragment StreamItemParts on InfillStreamItem {
  __typename
  ... on InfillEvent {
    infillId
    seq
    at
  }
  ... on InfillQueued {
    position
  }
  ... on InfillTokensCommitted {
    tokens {
      ...CommittedTokenParts
    }
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillTokensRevised {
    tokens {
      ...CommittedTokenParts
    }
    reopened
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillLagged {
    skippedFrom
    slots {
      ...SlotUpdateParts
    }
  }
  ... on InfillCompleted {
    infill {
      ...InfillParts
    }
  }
  ... on InfillCancelled {
    reason
    infill {
      ...InfillParts
    }
  }
  ... on InfillFailed {
    infill {
      ...InfillParts
    }
    error {
      code
      message
    }
  }
  ... on Error {
    ...ErrorParts
  }
}`) as unknown as TypedDocumentString<FollowInfillSubscription, FollowInfillSubscriptionVariables>;
export const InfillDocument = new TypedDocumentString(`
    mutation Infill($input: InfillInput!) {
  infill(input: $input) {
    __typename
    ...InfillParts
    ...ErrorParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}`) as unknown as TypedDocumentString<InfillMutation, InfillMutationVariables>;
export const SubmitInfillDocument = new TypedDocumentString(`
    mutation SubmitInfill($input: InfillInput!) {
  submitInfill(input: $input) {
    __typename
    ...InfillParts
    ...ErrorParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}`) as unknown as TypedDocumentString<SubmitInfillMutation, SubmitInfillMutationVariables>;
export const CancelInfillDocument = new TypedDocumentString(`
    mutation CancelInfill($id: ID!) {
  cancelInfill(input: {id: $id}) {
    __typename
    ...InfillParts
    ...ErrorParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}`) as unknown as TypedDocumentString<CancelInfillMutation, CancelInfillMutationVariables>;
export const FindInfillDocument = new TypedDocumentString(`
    query FindInfill($id: ID!) {
  infill(id: $id) {
    ...InfillParts
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}`) as unknown as TypedDocumentString<FindInfillQuery, FindInfillQueryVariables>;
export const ListInfillsDocument = new TypedDocumentString(`
    query ListInfills($first: Int, $after: String, $last: Int, $before: String, $filter: InfillFilter, $orderBy: InfillOrder) {
  infills(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    orderBy: $orderBy
  ) {
    totalCount
    edges {
      cursor
      node {
        ...InfillParts
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment CommittedTokenParts on CommittedToken {
  slot
  index
  position
  id
  text
  logProb
  step
  alternatives {
    text
    logProb
  }
  maskedShare
}
fragment SlotParts on Slot {
  index
  key
  text
  tokens {
    ...CommittedTokenParts
  }
}
fragment SegmentParts on Segment {
  text
  start
  end
  slot
}
fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment InfillParts on Infill {
  id
  status
  createdAt
  finishedAt
  source
  text
  slots {
    ...SlotParts
  }
  segments {
    ...SegmentParts
  }
  candidates {
    rank
    text
    slots {
      ...SlotParts
    }
    segments {
      ...SegmentParts
    }
    likelihood {
      ...LikelihoodParts
    }
    count
  }
  candidateOrder
  likelihood {
    ...LikelihoodParts
  }
  decoderName
  modelDigest
  model {
    name
    version
  }
  settings {
    name
    value
  }
  seed
  promptTokens
  usage {
    knownTokens
    openTokens
    committedTokens
    causalPasses
    maskedPasses
    tokensPerPass
  }
  timing {
    queueMs
    firstTokenMs
    totalMs
    tokensPerSecond
  }
  error {
    code
    message
  }
  cancelReason
  labels
}`) as unknown as TypedDocumentString<ListInfillsQuery, ListInfillsQueryVariables>;
export const FindReceiptDocument = new TypedDocumentString(`
    query FindReceipt($id: ID!) {
  infill(id: $id) {
    status
    store
    receipt
  }
}
    `) as unknown as TypedDocumentString<FindReceiptQuery, FindReceiptQueryVariables>;
export const PlanInfillDocument = new TypedDocumentString(`
    query PlanInfill($input: InfillInput!) {
  planInfill(input: $input) {
    __typename
    ...InfillPlanParts
    ...ErrorParts
  }
}
    fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
fragment InfillPlanParts on InfillPlan {
  model {
    name
    version
  }
  decoder {
    name
  }
  promptTokens
  slots {
    index
    key
    minTokens
    maxTokens
    start
    ownsSpace
    choices {
      text
      tokens
    }
  }
  knownTokens
  openTokens
  cost
  likelihoodKind
  settings {
    name
    value
  }
}`) as unknown as TypedDocumentString<PlanInfillQuery, PlanInfillQueryVariables>;
export const ScoreInfillDocument = new TypedDocumentString(`
    mutation ScoreInfill($input: ScoreInfillInput!) {
  scoreInfill(input: $input) {
    __typename
    ...ScoredInfillParts
    ...ErrorParts
  }
}
    fragment LikelihoodParts on Likelihood {
  kind
  logProb
  perplexity
  bitsPerCharacter
  isBound
  standardError
}
fragment ErrorParts on Error {
  code
  message
  ... on ValidationError {
    problems {
      path
      code
      message
      value
      limit
    }
  }
  ... on QueueFullError {
    retryAfterMs
  }
  ... on RateLimitedError {
    retryAfterMs
  }
}
fragment ScoredInfillParts on ScoredInfill {
  likelihood {
    ...LikelihoodParts
  }
  tokens {
    slot
    index
    position
    id
    text
    logProb
  }
  promptTokens
  settings {
    name
    value
  }
  model {
    name
    version
  }
  decoderName
  seed
}`) as unknown as TypedDocumentString<ScoreInfillMutation, ScoreInfillMutationVariables>;