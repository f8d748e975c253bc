/**
 * The use cases of Lacuna as the API sees them; one method per field that does something.
 *
 * Knows runs, decoders and packs; knows no GraphQL, HTTP, tensor or SQL.
 */

import type { LikelihoodKind } from '../decoding/decoder.ts';
import type {
  DecoderRequest,
  EffectiveSetting,
  GivenFill,
  LengthSearch,
  PreparedSlot,
  SourceRequest,
} from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { DecoderDescription } from '../decoding/registry.ts';
import type { RunEvent, ScoredFill } from '../decoding/run-event.ts';
import type { PackState, ServedPack, TokenizedText } from '../dispatch/dispatcher.ts';
import type { Lagged } from '../dispatch/run-log.ts';
import type { Problem } from '../errors.ts';
import type { PageRequest } from '../store/keyset-pages.ts';
import type { RunFilter, RunOrder, RunPage } from '../store/run-pages.ts';
import type { RunRow } from '../store/runs.ts';
import type { Scope, StorePolicy } from '../store/tables.ts';
import type { Benchmarks } from './benchmarks.ts';
import type { Comparisons } from './comparisons.ts';
import type { Balance } from './cost-ledger.ts';
import type { Datasets } from './datasets.ts';
import type { MintClientTokenInput, MintedToken } from './identity.ts';
import type { Receipt } from './receipt.ts';

export type { Balance } from './cost-ledger.ts';

/** A run as the API shows it. */
export type Infill = RunRow;

export type {
  EffectiveSetting,
  GivenFill,
  LengthSearch,
  PreparedSlot,
  SegmentRequest,
  SlotRequest,
  SourceRequest,
} from '../decoding/infill-request.ts';
export type { Priority } from '../decoding/precedence.ts';
export type { DecoderDescription, OptionField } from '../decoding/registry.ts';
export type {
  Alternative,
  Candidate,
  CommittedToken,
  FilledSegment,
  FilledSlot,
  Likelihood,
  Outcome,
  RunError,
  ScoredToken,
  SlotUpdate,
  Timing,
  Usage,
} from '../decoding/run-event.ts';
export type {
  PackState,
  ServedPack,
  ServedRole,
  TokenizedText,
} from '../dispatch/dispatcher.ts';
export type { PageRequest } from '../store/keyset-pages.ts';
export type { RunFilter, RunOrder, RunPage } from '../store/run-pages.ts';
export type { Scope, StorePolicy } from '../store/tables.ts';

/**
 * What becomes of a run that nobody follows any more. Absent: CANCEL where the operation streams or waits, CONTINUE of
 * one that is only submitted.
 */
export type DisconnectPolicy = 'CANCEL' | 'CONTINUE';

/** What a client asks for; what is absent gets its default here. */
export type InfillInput = {
  readonly source: SourceRequest;
  /** Pack id; the default pack when absent. */
  readonly model?: string | undefined;
  /** The default decoder when absent. */
  readonly decoder?: DecoderRequest | undefined;
  readonly sampling?: Readonly<Record<string, unknown>> | undefined;
  /** Chosen and reported when absent. */
  readonly seed?: bigint | undefined;
  readonly alternatives: number;
  readonly samples: number;
  readonly lengthSearch: LengthSearch;
  readonly labels?: readonly string[] | undefined;
  /** Milliseconds from submission; then it is cancelled, and what is filled so far is kept. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds after which a call that waits answers with the infill as it is then; it goes on. */
  readonly waitMs?: number | undefined;
  readonly onDisconnect?: DisconnectPolicy | undefined;
  /** INTERACTIVE when absent. */
  readonly priority?: Priority | undefined;
  /** Run id; that run is cancelled once this one is admitted. */
  readonly supersedes?: string | undefined;
  readonly store: StorePolicy;
  /** Same owner, key and input: the same run. */
  readonly idempotencyKey?: string | undefined;
  /** What was wrong where the input was read, and is left out of it; told together with the rest. */
  readonly problems?: readonly Problem[] | undefined;
};

/** What is known of an infill before it runs. */
export type InfillPlan = {
  readonly pack: ServedPack;
  readonly decoder: DecoderDescription;
  /** (T); null at open positions. Unknown lengths count as their least. */
  readonly promptTokens: readonly (number | null)[];
  readonly slots: readonly PlannedSlot[];
  readonly knownTokens: number;
  /** Unknown lengths count as their greatest. */
  readonly openTokens: number;
  /** What `ViewerLimits.maxRequestCost` bounds. */
  readonly cost: number;
  readonly likelihood: LikelihoodKind;
  /** Without the seed where the input has none: that of a run is drawn when it is submitted. */
  readonly settings: readonly EffectiveSetting[];
};

/** A slot before it is filled, its choices with their texts. */
export type PlannedSlot = Omit<PreparedSlot, 'choices'> & {
  readonly choices: readonly PlannedChoice[];
};

/** A choice as the client gave it, and its token ids. */
export type PlannedChoice = { readonly text: string; readonly tokens: readonly number[] };

/** A fill to be scored; what is absent gets its default here. */
export type ScoreInput = Pick<InfillInput, 'source' | 'model' | 'decoder' | 'seed' | 'problems'> & {
  readonly fill: GivenFill;
  /** Random masks that an ELBO is the mean of; of no effect on exact kinds. */
  readonly draws: number;
};

/** A scored fill with what it was scored by. */
export type ScoredInfill = ScoredFill & {
  readonly pack: ServedPack;
  readonly decoderName: string;
  readonly seed: bigint;
  /** Unicode code points of the fill, owned spaces included; null where it was given as token ids. */
  readonly characterCount: number | null;
};

/** An entry of a run's log; or, for a subscriber that fell behind, a snapshot in place of the entries it missed. */
export type InfillEvent = { readonly infillId: string } & (RunEvent | Lagged);

/** Infills that are over: those with these ids, or those that ended before a time. */
export type InfillSelection =
  | { readonly ids: readonly string[] }
  | { readonly finishedBefore: Date };

/** Who is asking, and what for they may; one is made for each operation. */
export type Viewer = {
  /** Whose runs are seen and made. */
  readonly owner: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly credential: Credential;
};

/** What a viewer is known by, and what its limits are counted by. */
export type Credential =
  /** The machine itself: no key is configured, or the secret of the lock file was sent. Nothing is charged. */
  | { readonly kind: 'LOCAL' }
  | {
      readonly kind: 'API_KEY';
      readonly id: string;
      readonly name: string;
      /** Most cost per minute; null: no limit. */
      readonly costPerMinute: number | null;
      /** Null: until it is revoked. */
      readonly expiresAt: Date | null;
    }
  /** Of a browser, for a while; it also spends what its key may. */
  | {
      readonly kind: 'CLIENT_TOKEN';
      readonly id: string;
      readonly key: { readonly id: string; readonly costPerMinute: number | null };
      readonly expiresAt: Date;
      readonly costBudget: number;
    };

/** The viewer of a server without keys. */
export const localViewer: Viewer = {
  owner: 'local',
  scopes: new Set<Scope>(['READ', 'INFILL', 'ADMIN']),
  credential: { kind: 'LOCAL' },
};

/** Who is asking and what is left of the limits. */
export type ViewerLimits = {
  readonly owner: string;
  /** Of each priority. */
  readonly maxQueuedRuns: number;
  /** Interactive runs that wait for their turn now. */
  readonly queuedRuns: number;
  /** Of an infill, open tokens × samples; of a score, open tokens × draws where the kind is an ELBO. */
  readonly maxRequestCost: number;
};

/** The use cases. Expected errors are thrown as `InfillError`. */
export interface Service {
  readonly datasets: Pick<Datasets, keyof Datasets>;
  readonly benchmarks: Pick<Benchmarks, keyof Benchmarks>;
  readonly comparisons: Pick<Comparisons, keyof Comparisons>;
  readonly decoders: readonly DecoderDescription[];
  packs(): readonly ServedPack[];
  packState(packId: string): PackState;
  tokenize(packId: string, text: string): Promise<TokenizedText>;
  /** Checks as `submitInfill` does, with the same errors; admits and stores nothing. */
  planInfill(input: InfillInput, viewer: Viewer): Promise<InfillPlan>;
  /**
   * The log-likelihood of a given fill, once its turn comes; nothing is stored.
   *
   * @throws as `submitInfill`; UNSUPPORTED when the decoder has no likelihood with these options; CANCELLED when
   * `signal` aborts; WORKER_FAILED
   */
  scoreInfill(input: ScoreInput, viewer: Viewer, signal: AbortSignal): Promise<ScoredInfill>;
  /**
   * Checks, charges, admits and stores; answers at once with the queued run, or with the one that the same submission has
   * started. Submitting in any way cancels the run that is superseded, once the new one is admitted.
   *
   * @throws the caller's mistakes, all at once; CONFLICT when the idempotency key stands for another input; UNKNOWN_RUN
   * when there is none to supersede; RATE_LIMITED; STORAGE_FULL; QUEUE_FULL, SHUTTING_DOWN
   */
  submitInfill(input: InfillInput, viewer: Viewer): Promise<Infill>;
  /**
   * Submits and follows to the end, or for `waitMs`: then it answers with the run as it is, which goes on.
   *
   * @throws as `submitInfill`
   */
  infill(input: InfillInput, viewer: Viewer, signal: AbortSignal): Promise<Infill>;
  /** Submits and follows, from the first event. @throws as `submitInfill` */
  streamInfill(input: InfillInput, viewer: Viewer, signal: AbortSignal): AsyncIterable<InfillEvent>;
  /**
   * Follows: events after `after` (all when null), those that happened, then live ones; ends with the terminal event.
   * Where the events of a run without stored texts are gone, a snapshot without slots stands for them.
   *
   * Who leaves a run before its end as the last of its followers ends it, if it is to be cancelled on disconnection.
   *
   * @throws UNKNOWN_RUN
   */
  infillEvents(
    id: string,
    after: number | null,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncIterable<InfillEvent>;
  /** Idempotent; answers with the run as it was found. @throws UNKNOWN_RUN */
  cancelInfill(id: string, viewer: Viewer): Promise<Infill>;
  /**
   * Deletes infills of the viewer that are over, for good; those with ids all or none.
   *
   * @returns how many.
   * @throws INVALID_INPUT with a problem for each id that is not one of those.
   */
  deleteInfills(selection: InfillSelection, viewer: Viewer): Promise<number>;
  findInfills(ids: readonly string[], viewer: Viewer): Promise<readonly (Infill | null)[]>;
  /** @throws INVALID_INPUT when a cursor is not one that a page carried. */
  listInfills(
    page: PageRequest,
    filter: RunFilter,
    order: RunOrder,
    viewer: Viewer,
  ): Promise<RunPage>;
  /** Everything that is needed to do a run again; null of one that is not completed, or whose texts are not kept. */
  receiptOf(infill: Infill): Receipt | null;
  countInfills(filter: RunFilter, viewer: Viewer): Promise<number>;
  /** @throws UNSUPPORTED unless the viewer is known by an API key; INVALID_INPUT with all problems. */
  mintClientToken(input: MintClientTokenInput, viewer: Viewer): Promise<MintedToken>;
  /** @throws STORAGE_FULL, STORE_UNAVAILABLE while no run is taken in because none could be kept. */
  checkStorage(): void;
  viewer(viewer: Viewer): ViewerLimits;
  balance(viewer: Viewer): Promise<Balance>;
}
