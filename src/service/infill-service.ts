/**
 * The use cases over a dispatcher, a run log and a store.
 *
 * Knows owners and followers; how an input becomes a run is in `submissions.ts`, what a run goes through is in
 * `run-lifecycle.ts`.
 */

import type { NamedValue } from '../benchmark/benchmark-results.ts';
import type { DecoderDescription } from '../decoding/registry.ts';
import { InfillError } from '../errors.ts';
import { deleteEndedBefore, deleteRuns } from '../store/delete-runs.ts';
import { countRuns, listRuns } from '../store/run-pages.ts';
import type { CancelReason } from '../store/tables.ts';
import { endAbandoned } from '../store/unfinished-runs.ts';
import type { UnitDecoder } from './benchmark-attempts.ts';
import { type Figures, figuresHere } from './benchmark-figures.ts';
import { Benchmarks, type BenchmarksOptions } from './benchmarks.ts';
import { Comparisons } from './comparisons.ts';
import { Datasets, noImports, type ReadImport } from './datasets.ts';
import type { Identity, MintClientTokenInput } from './identity.ts';
import { planOf } from './infill-plan.ts';
import { KnownRuns } from './known-runs.ts';
import { findPack, type PreparationOptions, prepareInfill } from './prepared-request.ts';
import { receiptOf } from './receipt.ts';
import { type LifecycleOptions, RunLifecycle } from './run-lifecycle.ts';
import { RunMemory } from './run-memory.ts';
import { termsProblems } from './run-terms.ts';
import { Scores } from './scores.ts';
import type {
  Infill,
  InfillEvent,
  InfillInput,
  InfillPlan,
  InfillSelection,
  ScoredInfill,
  ScoreInput,
  Service,
  Viewer,
} from './service.ts';
import { type SubmissionOptions, Submissions } from './submissions.ts';

/** What the service is made of. */
export type ServiceOptions = LifecycleOptions &
  PreparationOptions &
  Pick<SubmissionOptions, 'ledger' | 'gate'> &
  Pick<BenchmarksOptions, 'onBenchmarkFailure'> & {
    readonly decoders: readonly DecoderDescription[];
    readonly identity: Pick<Identity, 'mintClientToken'>;
    /** Files of datasets that clients may name; none when absent. */
    readonly readImport?: ReadImport;
    /** What speed figures of benchmarks depend on. */
    readonly environment?: readonly NamedValue[];
    /** Here when absent. */
    readonly figures?: Figures;
  };

/** A run that is older than this is live, or never will be: far longer than it takes to check and store one. */
const admissionMs = 120_000;

/** The use cases. */
export class InfillService implements Service {
  readonly datasets: Datasets;
  readonly benchmarks: Benchmarks;
  readonly comparisons: Comparisons;
  readonly #options: ServiceOptions;
  readonly #memory: RunMemory;
  readonly #known: KnownRuns;
  readonly #lifecycle: RunLifecycle;
  readonly #submissions: Submissions;
  readonly #scores: Scores;

  constructor(options: ServiceOptions) {
    this.#options = options;
    const { database, runLog } = options;
    const memory = new RunMemory(options.schedule, (runId) => runLog.trim(runId));
    this.#memory = memory;
    this.#known = new KnownRuns({ database, runLog, memory });
    this.#lifecycle = new RunLifecycle({ ...options, memory });
    const [known, lifecycle] = [this.#known, this.#lifecycle];
    this.#submissions = new Submissions({ ...options, known, lifecycle });
    this.#scores = new Scores(options);
    this.comparisons = new Comparisons({ ...options, lifecycle });
    const { readImport = noImports, environment = [], figures = figuresHere } = options;
    this.datasets = new Datasets({ ...options, readImport });
    const decoder = this.#unitDecoder();
    this.benchmarks = new Benchmarks({
      ...options,
      environment,
      figures,
      decoder,
      datasets: this.datasets,
    });
  }

  /** Waits until every run that was admitted has ended and is stored. */
  settled(): Promise<void> {
    return this.#lifecycle.settled();
  }

  /**
   * Ends stored runs that are not live, although they have no end: the database could not be reached when they began or
   * ended.
   *
   * @returns how many there were.
   */
  endAbandoned(): Promise<number> {
    const { database, now } = this.#options;
    const before = new Date(now() - admissionMs);
    return endAbandoned(database, { live: this.#lifecycle.liveIds, before, now: new Date(now()) });
  }

  get decoders() {
    return this.#options.decoders;
  }

  packs() {
    return this.#options.dispatcher.packs;
  }

  packState(packId: string) {
    return this.#options.dispatcher.stateOf(packId);
  }

  async tokenize(packId: string, text: string) {
    const limit = this.#options.limits.maxTextLength;
    if (text.length > limit) {
      const message = `The text has ${text.length} UTF-16 units; the limit is ${limit}.`;
      throw new InfillError('INVALID_INPUT', message);
    }
    return this.#options.dispatcher.tokenize(findPack(this.#options.dispatcher, packId).id, text);
  }

  async planInfill(input: InfillInput, viewer: Viewer): Promise<InfillPlan> {
    const superseded = await this.#known.supersededProblems(input, viewer);
    const terms = [...termsProblems(input, null), ...superseded];
    const prepared = await prepareInfill(input, this.#options, terms);
    return planOf(prepared, this.decoders, { hasSeed: input.seed !== undefined });
  }

  scoreInfill(input: ScoreInput, viewer: Viewer, signal: AbortSignal): Promise<ScoredInfill> {
    return this.#scores.score(input, viewer, { priority: 'INTERACTIVE', signal });
  }

  submitInfill(input: InfillInput, viewer: Viewer): Promise<Infill> {
    return this.#submissions.submit(input, viewer, 'SUBMIT');
  }

  async infill(input: InfillInput, viewer: Viewer, signal: AbortSignal): Promise<Infill> {
    const { id } = await this.#submissions.submit(input, viewer, 'WAIT');
    if (input.waitMs === undefined) await this.#followToEnd(id, signal);
    else await this.#followFor(id, input.waitMs, signal);
    return this.#known.require(id, viewer);
  }

  async *streamInfill(
    input: InfillInput,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    const { id } = await this.#submissions.submit(input, viewer, 'STREAM');
    yield* this.#follow(id, null, signal);
  }

  async *infillEvents(
    id: string,
    after: number | null,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    if (this.#lifecycle.ownerOf(id) !== viewer.owner) await this.#known.require(id, viewer);
    yield* this.#follow(id, after, signal);
  }

  async cancelInfill(id: string, viewer: Viewer): Promise<Infill> {
    // The row is asked for first, so that it shows the state found; the run need not wait for it.
    const found = this.#known.require(id, viewer);
    if (this.#lifecycle.ownerOf(id) === viewer.owner) this.#lifecycle.cancel(id, 'REQUESTED');
    return found;
  }

  async deleteInfills(selection: InfillSelection, { owner }: Viewer): Promise<number> {
    const { database } = this.#options;
    const count =
      'ids' in selection
        ? await deleteRuns(database, owner, selection.ids)
        : await deleteEndedBefore(database, { before: selection.finishedBefore, owner });
    this.#memory.forgetEnded((run) => run.owner === owner && isSelected(run, selection));
    return count;
  }

  checkStorage(): void {
    this.#options.gate.check();
  }

  findInfills(ids: readonly string[], viewer: Viewer) {
    return this.#known.find(ids, viewer);
  }

  listInfills(...[page, filter, orderBy, { owner }]: Parameters<Service['listInfills']>) {
    return listRuns(this.#options.database, { owner, filter, orderBy, page });
  }

  receiptOf(infill: Infill) {
    const { decoders, environment = [] } = this.#options;
    return receiptOf(infill, { decoders, environment, packs: this.packs() });
  }

  countInfills(...[filter, { owner }]: Parameters<Service['countInfills']>) {
    return countRuns(this.#options.database, owner, filter);
  }

  mintClientToken(input: MintClientTokenInput, viewer: Viewer) {
    return this.#options.identity.mintClientToken(input, viewer);
  }

  viewer({ owner }: Viewer) {
    const { maxQueuedRuns, maxRequestCost } = this.#options.limits;
    return { owner, maxQueuedRuns, maxRequestCost, queuedRuns: this.#lifecycle.waitingCount };
  }

  balance(viewer: Viewer) {
    return this.#options.ledger.balance(viewer);
  }

  /** How units of benchmarks are decoded. */
  #unitDecoder(): UnitDecoder {
    return {
      tokenize: (packId, text) => this.#options.dispatcher.tokenize(packId, text),
      score: (input, viewer, signal) =>
        this.#scores.score(input, viewer, { priority: 'BATCH', signal }),
      fill: async (input, viewer, benchmarkId, signal) => {
        const { id } = await this.#submissions.submit(input, viewer, 'SUBMIT', benchmarkId);
        await this.#followToEnd(id, signal);
        if (signal.aborted) this.#lifecycle.cancel(id, cancelReasonOf(signal));
        return this.#known.require(id, viewer);
      },
    };
  }

  async #followToEnd(id: string, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#follow(id, null, signal)) {
      // Only the end matters.
    }
  }

  /** Follows a run for so many milliseconds at most; it goes on after them. */
  async #followFor(id: string, waitMs: number, signal: AbortSignal): Promise<void> {
    const patience = new AbortController();
    const callOff = this.#options.schedule(waitMs, () => {
      this.#lifecycle.continue(id);
      patience.abort();
    });
    try {
      await this.#followToEnd(id, AbortSignal.any([signal, patience.signal]));
    } finally {
      callOff();
    }
  }

  /** The events of a run to one who counts as its follower for as long as they are read. */
  async *#follow(
    id: string,
    after: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    const leave = this.#lifecycle.join(id);
    try {
      for await (const event of this.#known.events(id, after, signal)) {
        yield { infillId: id, ...event };
      }
    } finally {
      leave();
    }
  }
}

/** Why a benchmark is to stop: because the server is, or because somebody asked for it. */
function cancelReasonOf({ reason }: AbortSignal): CancelReason {
  return reason instanceof InfillError && reason.code === 'SHUTTING_DOWN'
    ? 'SHUTDOWN'
    : 'REQUESTED';
}

function isSelected({ id, finishedAt }: Infill, selection: InfillSelection): boolean {
  if ('ids' in selection) return selection.ids.includes(id);
  return finishedAt !== null && finishedAt < selection.finishedBefore;
}
