/**
 * The use cases over a dispatcher, a run log and a store.
 *
 * Knows owners; how an input becomes a request is in `prepared-request.ts`, what a run goes through is in `run-lifecycle.ts`.
 */

import type { GivenFill, PreparedSlot } from '../decoding/infill-request.ts';
import type { DecoderDescription } from '../decoding/registry.ts';
import type { RunEvent } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import { countRuns, listRuns } from '../store/run-pages.ts';
import { findRun, findRuns, type RunRow, readEvents } from '../store/runs.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import type { CostLedger } from './cost-ledger.ts';
import { planOf } from './infill-plan.ts';
import {
  findPack,
  type PreparationOptions,
  prepareInfill,
  prepareScore,
} from './prepared-request.ts';
import { type LifecycleOptions, RunLifecycle } from './run-lifecycle.ts';
import type {
  Infill,
  InfillEvent,
  InfillInput,
  InfillPlan,
  ScoredInfill,
  ScoreInput,
  Service,
  Viewer,
} from './service.ts';

/** What the service is made of. */
export type ServiceOptions = LifecycleOptions &
  PreparationOptions & {
    readonly decoders: readonly DecoderDescription[];
    readonly ledger: CostLedger;
    readonly gate: AdmissionGate;
  };

/** What can refuse every new run. */
export type AdmissionGate = {
  /** Called before a run is admitted. @throws STORAGE_FULL */
  check(): void;
};

/** The use cases. */
export class InfillService implements Service {
  readonly #options: ServiceOptions;
  readonly #lifecycle: RunLifecycle;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#lifecycle = new RunLifecycle(options);
  }

  /** Waits until every run that was admitted has ended and is stored. */
  settled(): Promise<void> {
    return this.#lifecycle.settled();
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

  async planInfill(input: InfillInput): Promise<InfillPlan> {
    const prepared = await prepareInfill(input, this.#options);
    return planOf(prepared, this.decoders, { hasSeed: input.seed !== undefined });
  }

  async scoreInfill(input: ScoreInput, signal: AbortSignal): Promise<ScoredInfill> {
    const { pack, score, prepared } = await prepareScore(input, this.#options);
    const scored = await this.#options.dispatcher.score(pack.id, score, signal);
    const { decoder, seed } = score.request;
    const characterCount = characterCountOf(score.fill, prepared.slots);
    return { ...scored, pack, decoderName: decoder.name, seed, characterCount };
  }

  async submitInfill(input: InfillInput, viewer: Viewer): Promise<Infill> {
    const { pack, request, prepared } = await prepareInfill(input, this.#options);
    const createdAt = this.#options.now();
    const run = {
      id: uuidV7(createdAt),
      owner: viewer.owner,
      storePolicy: 'FULL',
      createdAt: new Date(createdAt),
      source: request.source,
      decoderName: request.decoder.name,
      packId: pack.id,
      modelDigest: pack.digest,
      settings: prepared.settings,
      seed: request.seed,
      promptTokens: prepared.promptTokens,
      labels: input.labels ?? [],
      idempotencyKey: null,
      inputDigest: null,
    } as const;
    return this.#lifecycle.begin(run, request);
  }

  async infill(input: InfillInput, viewer: Viewer, signal: AbortSignal): Promise<Infill> {
    const { id } = await this.submitInfill(input, viewer);
    for await (const _ of this.#followOwn(id, signal)) {
      // Only the end matters.
    }
    return this.#requireRun(id, viewer);
  }

  async *streamInfill(
    input: InfillInput,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    const { id } = await this.submitInfill(input, viewer);
    yield* this.#followOwn(id, signal);
  }

  async *infillEvents(
    id: string,
    after: number | null,
    viewer: Viewer,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    if (this.#lifecycle.ownerOf(id) !== viewer.owner) await this.#requireRun(id, viewer);
    yield* this.#events(id, after, signal);
  }

  async cancelInfill(id: string, viewer: Viewer): Promise<Infill> {
    // The row is asked for first, so that it shows the state found; the run need not wait for it.
    const found = this.#requireRun(id, viewer);
    if (this.#lifecycle.ownerOf(id) === viewer.owner) this.#options.dispatcher.cancel(id);
    return found;
  }

  async findInfills(ids: readonly string[], viewer: Viewer) {
    const runs = await findRuns(this.#options.database, ids);
    return runs.map((run) => (run?.owner === viewer.owner ? run : null));
  }

  listInfills(...[page, filter, orderBy, { owner }]: Parameters<Service['listInfills']>) {
    return listRuns(this.#options.database, { owner, filter, orderBy, page });
  }

  countInfills(...[filter, { owner }]: Parameters<Service['countInfills']>) {
    return countRuns(this.#options.database, owner, filter);
  }

  viewer({ owner }: Viewer) {
    const { maxQueuedRuns, maxRequestCost } = this.#options.limits;
    return { owner, maxQueuedRuns, maxRequestCost, queuedRuns: this.#lifecycle.waitingCount };
  }

  /** Follows a run on behalf of the one who submitted it: who leaves before its end cancels it. */
  async *#followOwn(id: string, signal: AbortSignal): AsyncGenerator<InfillEvent> {
    try {
      yield* this.#events(id, null, signal);
    } finally {
      // Of a finished run, a cancellation changes nothing.
      this.#options.dispatcher.cancel(id);
    }
  }

  /** From the log while the run is live, else from the store; both number events alike. */
  async *#events(
    id: string,
    after: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<InfillEvent> {
    const { runLog } = this.#options;
    const events = runLog.has(id)
      ? runLog.tail(id, after, signal)
      : await this.#storedEvents(id, after);
    for await (const event of events) yield { infillId: id, ...event };
  }

  async #storedEvents(id: string, after: number | null): Promise<readonly RunEvent[]> {
    const events = await readEvents(this.#options.database, id, after);
    if (events.length > 0) return events;
    throw new InfillError('STORE_FAILED', `Run ${id} is over, but its events are not stored.`);
  }

  async #requireRun(id: string, viewer: Viewer): Promise<RunRow> {
    const run = await findRun(this.#options.database, id);
    if (run === null || run.owner !== viewer.owner) {
      throw new InfillError('UNKNOWN_RUN', `There is no infill ${id}.`);
    }
    return run;
  }
}

/** An owned space is scored with the slot's first token, so it counts. */
function characterCountOf(fill: GivenFill, slots: readonly PreparedSlot[]): number | null {
  if ('tokens' in fill) return null;
  const ownedSpaces = slots.filter(({ ownsSpace }) => ownsSpace).length;
  return fill.slots.reduce((sum, text) => sum + [...text].length, ownedSpaces);
}
