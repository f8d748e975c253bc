/**
 * A service without models or store: runs follow a script, tokens are numbers, and everything it was asked is kept.
 *
 * Knows the contract of `Service`; checks only what tests of the API need checked.
 */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { builtInDecoders } from '../../src/decoders.ts';
import type {
  CommittedToken,
  Outcome,
  RunEvent,
  SlotUpdate,
} from '../../src/decoding/run-event.ts';
import { InfillError, problemsError } from '../../src/errors.ts';
import type { MintClientTokenInput, MintedToken } from '../../src/service/identity.ts';
import type {
  Infill,
  InfillEvent,
  InfillInput,
  InfillPlan,
  InfillSelection,
  PackState,
  PageRequest,
  RunFilter,
  RunOrder,
  RunPage,
  ScoredInfill,
  ScoreInput,
  Service,
  Viewer,
  ViewerLimits,
} from '../../src/service/service.ts';
import { fakePack, fakePlan, fakeRun, fakeScored, noMask } from './fake-answers.ts';
import { noBenchmarks, noDatasets } from './no-benchmarks.ts';
import { noComparisons } from './no-comparisons.ts';

/** Serves scripted runs; its public fields are the script and the record. */
export class FakeService implements Service {
  readonly datasets = noDatasets;
  readonly benchmarks = noBenchmarks;
  readonly comparisons = noComparisons;
  readonly receiptOf = () => null;
  readonly decoders = builtInDecoders.descriptions;
  /** In order of submission. */
  readonly runs: Infill[] = [];
  readonly inputs: InfillInput[] = [];
  readonly scoreInputs: ScoreInput[] = [];
  /** Whether scores end only when their signal aborts. */
  isScoreHeld = false;
  heldScores = 0;
  scored = fakeScored;
  /** Ids of each call of `findInfills`. */
  readonly findCalls: (readonly string[])[] = [];
  /** Streams that were started and have not been left. */
  openStreams = 0;
  /** Events taken from all streams. */
  taken = 0;
  /** Tokens per mask. */
  tokensPerMask = 1;
  /** Text of each token; made longer to fill buffers. */
  tokenText = 'x';
  /** Streams stop before this `seq` until they are left. */
  pauseBefore = Number.POSITIVE_INFINITY;
  /** Replaces parts of the outcome of what completes. */
  outcome: Partial<Outcome> = {};
  /** Thrown by the next call of anything that takes an input. */
  failure: Error | null = null;
  state: PackState = 'READY';
  storeFailure: Error | null = null;
  /** What keeps runs from being taken in. */
  storageFailure: Error | null = null;
  /** Of each call of `deleteInfills`. */
  readonly selections: InfillSelection[] = [];

  packs() {
    return [fakePack];
  }

  packState() {
    return this.state;
  }

  async tokenize(_packId: string, text: string) {
    return { ids: [...text].map((_, index) => index), texts: [...text] };
  }

  async planInfill(input: InfillInput): Promise<InfillPlan> {
    if (this.failure !== null) throw this.failure;
    refuseProblems(input);
    this.inputs.push(input);
    const [decoder] = this.decoders;
    assert(decoder !== undefined);
    return { ...fakePlan, pack: fakePack, decoder };
  }

  async scoreInfill(input: ScoreInput, _: Viewer, signal: AbortSignal): Promise<ScoredInfill> {
    if (this.failure !== null) throw this.failure;
    this.scoreInputs.push(input);
    this.heldScores += 1;
    if (this.isScoreHeld) await aborted(signal);
    this.heldScores -= 1;
    const seed = input.seed ?? 7n;
    return { ...this.scored, pack: fakePack, decoderName: 'maria', seed };
  }

  async submitInfill(input: InfillInput, _viewer: Viewer): Promise<Infill> {
    if (this.failure !== null) throw this.failure;
    refuseProblems(input);
    this.inputs.push(input);
    if ('text' in input.source && !input.source.text.includes('[MASK')) throw noMask();
    const run = fakeRun(input, { index: this.runs.length, tokensPerMask: this.tokensPerMask });
    this.runs.push(run);
    return run;
  }

  async infill(input: InfillInput, viewer: Viewer, signal: AbortSignal): Promise<Infill> {
    const { id } = await this.submitInfill(input, viewer);
    for await (const _ of this.#events(id, signal)) if (signal.aborted) break;
    return this.#require(id);
  }

  async *streamInfill(
    input: InfillInput,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    const { id } = await this.submitInfill(input, viewer);
    try {
      yield* this.#events(id, signal);
    } finally {
      if (this.#require(id).status === 'QUEUED') this.#end(id, 'CANCELLED');
    }
  }

  async *infillEvents(
    id: string,
    after: number | null,
    _viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    this.#require(id);
    for await (const event of this.#events(id, signal)) if (event.seq > (after ?? -1)) yield event;
  }

  async cancelInfill(id: string): Promise<Infill> {
    const found = this.#require(id);
    if (found.status === 'QUEUED') this.#end(id, 'CANCELLED');
    return found;
  }

  async deleteInfills(selection: InfillSelection): Promise<number> {
    if (this.failure !== null) throw this.failure;
    this.selections.push(selection);
    return 'ids' in selection ? selection.ids.length : 0;
  }

  checkStorage(): void {
    if (this.storageFailure !== null) throw this.storageFailure;
  }

  async findInfills(ids: readonly string[]) {
    if (this.storeFailure !== null) throw this.storeFailure;
    this.findCalls.push(ids);
    return ids.map((id) => this.runs.find((run) => run.id === id) ?? null);
  }

  async listInfills(page: PageRequest, filter: RunFilter, order: RunOrder): Promise<RunPage> {
    const matching = this.#matching(filter);
    if (order === 'CREATED_AT_DESC') matching.reverse();
    const start =
      page.after === undefined ? 0 : matching.findIndex(({ id }) => id === page.after) + 1;
    const size = 'first' in page ? page.first : page.last;
    const runs = 'first' in page ? matching.slice(start, start + size) : matching.slice(-size);
    return {
      edges: runs.map((run) => ({ cursor: run.id, run })),
      hasNext: runs.at(-1) !== matching.at(-1),
      hasPrevious: runs.at(0) !== matching.at(0),
    };
  }

  async mintClientToken({ costBudget, origins }: MintClientTokenInput): Promise<MintedToken> {
    if (this.failure !== null) throw this.failure;
    return { token: 'lt_fake', expiresAt: new Date(1_700_000_000_000), costBudget, origins };
  }

  async countInfills(filter: RunFilter) {
    return this.#matching(filter).length;
  }

  async balance() {
    return { costPerMinute: null, costLeft: null, budgetLeft: null };
  }

  viewer({ owner }: Viewer): ViewerLimits {
    return { owner, maxQueuedRuns: 64, queuedRuns: 0, maxRequestCost: 4096 };
  }

  async *#events(id: string, signal: AbortSignal): AsyncGenerator<InfillEvent> {
    this.openStreams += 1;
    try {
      const count = this.#require(id).promptTokens?.filter((token) => token === null).length ?? 0;
      for (let seq = 0; seq < count + 3 && !signal.aborted; seq++) {
        if (seq >= this.pauseBefore) return await aborted(signal);
        await setImmediate();
        if (seq === count + 2 && this.#require(id).status === 'QUEUED') this.#end(id, 'COMPLETED');
        this.taken += 1;
        yield { infillId: id, seq, at: 1000 + seq, ...this.#step(id, seq, count) } as InfillEvent;
      }
    } finally {
      this.openStreams -= 1;
    }
  }

  #step(
    id: string,
    seq: number,
    count: number,
  ): { type: RunEvent['type'] } & Record<string, unknown> {
    if (seq === 0) return { type: 'queued', position: 0 };
    if (seq === 1) return { type: 'started' };
    if (seq < count + 2) {
      const slot: SlotUpdate = {
        index: 0,
        key: null,
        text: this.tokenText.repeat(seq - 1),
        complete: seq === count + 1,
      };
      return { type: 'committed', tokens: [this.#token(seq - 2)], slots: [slot] };
    }
    return { type: this.#require(id).status === 'COMPLETED' ? 'completed' : 'cancelled' };
  }

  #token(step: number): CommittedToken {
    const alternatives = [{ text: 'y', logProb: Number.NEGATIVE_INFINITY }];
    return {
      slot: 0,
      index: step,
      position: step,
      id: step,
      text: this.tokenText,
      logProb: -1,
      step,
      alternatives,
    };
  }

  #end(id: string, status: 'COMPLETED' | 'CANCELLED'): void {
    const index = this.runs.findIndex((run) => run.id === id);
    const run = this.#require(id);
    const promptTokens = run.promptTokens ?? [];
    const openTokens = promptTokens.length - 1;
    const outcome: Outcome = {
      text: 'filled',
      promptTokens,
      count: 1,
      others: [],
      candidateOrder: 'LIKELIHOOD',
      slots: [{ index: 0, key: null, text: 'filled', tokens: [this.#token(0)] }],
      segments: [{ text: 'filled', start: 0, end: 6, slot: 0 }],
      likelihood: { kind: 'CHAIN_RULE', logProb: -openTokens },
      usage: {
        knownTokens: 1,
        openTokens,
        committedTokens: openTokens,
        causalPasses: openTokens,
        maskedPasses: 1,
      },
      timing: { queueMs: 1, firstTokenMs: 2, totalMs: 3, tokensPerSecond: 4 },
      ...this.outcome,
    };
    const cancelReason = status === 'CANCELLED' ? 'REQUESTED' : null;
    const finishedAt = new Date(1_700_000_001_000);
    this.runs[index] = { ...run, status, finishedAt, outcome, cancelReason };
  }

  #require(id: string): Infill {
    const run = this.runs.find((candidate) => candidate.id === id);
    if (run === undefined) throw new InfillError('UNKNOWN_RUN', `There is no run ${id}.`);
    return run;
  }

  #matching({ statuses, decoderNames, labels }: RunFilter): Infill[] {
    return this.runs.filter(
      (run) =>
        (statuses?.includes(run.status) ?? true) &&
        (decoderNames?.includes(run.decoderName) ?? true) &&
        (labels ?? []).every((label) => run.labels.includes(label)),
    );
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

function refuseProblems({ problems = [] }: InfillInput): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw problemsError([first, ...others]);
}
