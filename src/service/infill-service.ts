/**
 * The use cases over a dispatcher, a run log and a store.
 *
 * Knows defaults, owners and limits; what a run goes through is in `run-lifecycle.ts`.
 */

import type { InfillRequest } from '../decoding/infill-request.ts';
import type { DecoderDescription } from '../decoding/registry.ts';
import type { RunEvent } from '../decoding/run-event.ts';
import type { ServedPack } from '../dispatch/dispatcher.ts';
import { InfillError, type Problem, problemsError } from '../errors.ts';
import { countRuns, listRuns } from '../store/run-pages.ts';
import { findRun, findRuns, type RunRow, readEvents } from '../store/runs.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import { type LifecycleOptions, RunLifecycle } from './run-lifecycle.ts';
import type { Infill, InfillEvent, InfillInput, Service, Viewer } from './service.ts';

/** What one client may ask for. */
export type ServiceLimits = {
  readonly maxQueuedRuns: number;
  /** Most open tokens of one request. */
  readonly maxRequestCost: number;
  /** UTF-16 units of a text to tokenize. */
  readonly maxTextLength: number;
  readonly maxLabels: number;
  /** UTF-16 units. */
  readonly maxLabelLength: number;
};

/** What the service is made of. */
export type ServiceOptions = LifecycleOptions & {
  readonly decoders: readonly DecoderDescription[];
  readonly limits: ServiceLimits;
  /** A seed for a request without one, in [0, 2^63). */
  readonly newSeed: () => bigint;
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
    return this.#options.dispatcher.tokenize(this.#findPack(packId).id, text);
  }

  async submitInfill(input: InfillInput, viewer: Viewer): Promise<Infill> {
    const { dispatcher, now, newSeed } = this.#options;
    this.#checkLabels(input.labels ?? []);
    const pack = this.#findPack(input.model);
    const request: InfillRequest = {
      source: input.source,
      decoder: input.decoder ?? { name: defaultDecoder(pack), options: {} },
      sampling: input.sampling ?? {},
      seed: input.seed ?? newSeed(),
      alternatives: input.alternatives,
      samples: 1,
      lengthSearch: 'CAL',
    };
    const prepared = await dispatcher.prepare(pack.id, request);
    this.#checkCost(prepared.openTokens);
    const createdAt = now();
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

  #findPack(id: string | undefined): ServedPack {
    const { packs } = this.#options.dispatcher;
    const pack = id === undefined ? packs[0] : packs.find((served) => served.id === id);
    if (pack === undefined) {
      const known = packs.map((served) => served.id).join(', ');
      throw new InfillError(
        'UNKNOWN_MODEL',
        `There is no model "${id ?? ''}"; there are: ${known}.`,
      );
    }
    return pack;
  }

  #checkCost(cost: number): void {
    const limit = this.#options.limits.maxRequestCost;
    if (cost <= limit) return;
    const message = `The request has ${cost} open tokens; the limit is ${limit}.`;
    throw problemsError([
      {
        path: ['source'],
        code: 'COST_TOO_HIGH',
        message,
        value: String(cost),
        limit: String(limit),
      },
    ]);
  }

  #checkLabels(labels: readonly string[]): void {
    const { maxLabels, maxLabelLength } = this.#options.limits;
    const problems = labels.flatMap((label, index) => labelProblems(label, index, maxLabelLength));
    if (labels.length > maxLabels) {
      const message = `The request has ${labels.length} labels; the limit is ${maxLabels}.`;
      problems.push({
        ...inLabels([]),
        message,
        value: String(labels.length),
        limit: String(maxLabels),
      });
    }
    const [first, ...others] = problems;
    if (first !== undefined) throw problemsError([first, ...others]);
  }
}

function inLabels(path: readonly string[]): Pick<Problem, 'path' | 'code'> {
  return { path: ['labels', ...path], code: 'INVALID_INPUT' };
}

function labelProblems(label: string, index: number, maxLength: number): Problem[] {
  const at = inLabels([String(index)]);
  const problems: Problem[] = [];
  if (label.length > maxLength) {
    const message = `Label ${index} has ${label.length} UTF-16 units; the limit is ${maxLength}.`;
    problems.push({ ...at, message, value: String(label.length), limit: String(maxLength) });
  }
  if (label.includes('\0')) {
    const message = `Label ${index} has U+0000, which the database cannot hold.`;
    problems.push({ ...at, message, value: 'U+0000', limit: null });
  }
  return problems;
}

/** MARIA where the pack has its roles; else the first decoder that the pack supports. */
function defaultDecoder(pack: ServedPack): string {
  const [name] = pack.decoderNames;
  if (name === undefined) {
    throw new InfillError(
      'UNSUPPORTED',
      `Pack "${pack.id}" has the roles of no installed decoder.`,
    );
  }
  return name;
}
