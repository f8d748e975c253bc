/**
 * A unit of a benchmark until it is done: attempts that a dead worker or a dead server ended are made again, a full queue or a
 * spent rate is waited for, and what stays wrong is the unit's result.
 *
 * Knows errors and what they mean for a unit; knows no table.
 */

import type { DatasetItem } from '../benchmark/dataset-item.ts';
import { groupOf } from '../benchmark/dataset-item.ts';
import type { ItemFill, ItemResult, ItemScore } from '../benchmark/item-result.ts';
import { type MaskKey, maskSeed } from '../benchmark/mask-draw.ts';
import type { Masking } from '../benchmark/masking.ts';
import { maskingName } from '../benchmark/masking.ts';
import type { TokenizedText } from '../dispatch/dispatcher.ts';
import { InfillError } from '../errors.ts';
import type { BenchmarkRow, EntrantRow } from '../store/benchmarks.ts';
import { type UnitRequest, unitFill, unitRequest, unitScore } from './benchmark-unit.ts';
import { digestOf } from './input-digest.ts';
import type { Schedule } from './schedule.ts';
import type { Infill, InfillInput, ScoredInfill, ScoreInput, Viewer } from './service.ts';

/** How units are decoded, at the priority of benchmarks. */
export type UnitDecoder = {
  tokenize(packId: string, text: string): Promise<TokenizedText>;
  /** Submits and waits; answers with the infill as it ended, or as it is when `signal` aborts. */
  fill(
    input: InfillInput,
    viewer: Viewer,
    benchmarkId: string,
    signal: AbortSignal,
  ): Promise<Infill>;
  score(input: ScoreInput, viewer: Viewer, signal: AbortSignal): Promise<ScoredInfill>;
};

/** One unit. */
export type Unit = {
  readonly item: DatasetItem;
  readonly masking: Masking;
  readonly entrant: EntrantRow;
  /** Its place among all units of its benchmark. */
  readonly ordinal: number;
};

/** A benchmark as its units see it. */
export type UnitContext = {
  readonly benchmark: BenchmarkRow;
  readonly key: MaskKey;
  readonly viewer: Viewer;
  readonly decoder: UnitDecoder;
  readonly schedule: Schedule;
  /** Aborts when the benchmark is to stop. */
  readonly signal: AbortSignal;
};

/** A unit that is done. */
export type DoneUnit = { readonly result: ItemResult; readonly runId: string | null };

/** Attempts at what a worker failed at. */
const maxAttempts = 3;
const defaultRetryMs = 1000;
const waitLimitMs = 60_000;

const cancelled = { code: 'CANCELLED', message: 'Its infill was cancelled.' } as const;

/** Codes of what may go well another time, as opposed to the end of this server. */
const passing: ReadonlySet<string> = new Set(['WORKER_FAILED', 'STORE_FAILED']);

/**
 * Does a unit.
 *
 * @throws CANCELLED, SHUTTING_DOWN when the benchmark is to stop; then there is no result.
 */
export async function doUnit(unit: Unit, context: UnitContext): Promise<DoneUnit> {
  const { item, masking, entrant } = unit;
  const place = {
    entrantId: entrant.id,
    maskingName: maskingName(masking),
    itemId: item.id,
    group: groupOf(item),
  };
  const [done] = await Promise.allSettled([measure(unit, context)]);
  if (done.status === 'fulfilled') {
    const { score, fill, runId } = done.value;
    return { result: { ...place, score, fill, error: null }, runId };
  }
  const error: unknown = done.reason;
  context.signal.throwIfAborted();
  if (!(error instanceof InfillError) || isStop(error)) throw error;
  const { code, message } = error;
  return { result: { ...place, score: null, fill: null, error: { code, message } }, runId: null };
}

type Measured = {
  readonly score: ItemScore | null;
  readonly fill: ItemFill | null;
  readonly runId: string | null;
};

async function measure(unit: Unit, context: UnitContext): Promise<Measured> {
  const { measures } = context.benchmark.settings;
  const { packId } = unit.entrant;
  const request = await persistently(context, () =>
    unitRequest(unit.item, unit.masking, context.key, (text) =>
      context.decoder.tokenize(packId ?? '', text),
    ),
  );
  const filled = measures.includes('FILL') ? await fillUnit(unit, request, context) : null;
  const canScore = unit.entrant.request?.likelihood !== 'NONE';
  const score =
    measures.includes('SCORE') && canScore ? await scoreUnit(unit, request, context) : null;
  return { score, fill: filled?.fill ?? null, runId: filled?.runId ?? null };
}

async function fillUnit(unit: Unit, request: UnitRequest, context: UnitContext) {
  let failures = 0;
  for (let attempt = 0; ; attempt++) {
    const idempotencyKey = attemptKey(unit, context, attempt);
    const input = { ...inputOf(unit, request, context), idempotencyKey };
    const run = await patiently(context, () =>
      context.decoder.fill(input, context.viewer, context.benchmark.id, context.signal),
    );
    context.signal.throwIfAborted();
    if (run.status === 'COMPLETED' && run.outcome !== null) {
      return { fill: unitFill(request, run.outcome), runId: run.id };
    }
    const { code, message } = run.error ?? cancelled;
    // Of an earlier server; while this one stops, the next attempt is not let in.
    if (code === 'INTERRUPTED' || run.cancelReason === 'SHUTDOWN') continue;
    failures += 1;
    if (!passing.has(code) || failures === maxAttempts) throw new InfillError(code, message);
  }
}

async function scoreUnit(unit: Unit, request: UnitRequest, context: UnitContext) {
  const { source, model, decoder, seed } = inputOf(unit, request, context);
  const { fill } = request;
  const draws = context.benchmark.settings.scoreDraws;
  const scored = await persistently(context, () =>
    context.decoder.score(
      { source, model, decoder, seed, fill, draws },
      context.viewer,
      context.signal,
    ),
  );
  return unitScore(request, scored);
}

/** All entrants decode an item under a masking with one seed. */
function inputOf(
  { item, masking, entrant }: Unit,
  { source }: UnitRequest,
  { key }: UnitContext,
): InfillInput {
  return {
    source,
    model: entrant.packId ?? undefined,
    decoder: entrant.request?.decoder,
    sampling: entrant.request?.sampling,
    seed: maskSeed(key, item.id, maskingName(masking)),
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
    store: 'FULL',
    priority: 'BATCH',
  };
}

/** Names one attempt at one unit, so that a server that starts again finds the run that was made for it. */
function attemptKey({ item, masking, entrant }: Unit, { benchmark }: UnitContext, attempt: number) {
  const named = [benchmark.id, entrant.id, maskingName(masking), item.id, attempt];
  return `benchmark:${digestOf(named)}`;
}

/** Does work again that a dead worker ended. */
async function persistently<T>(context: UnitContext, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const [done] = await Promise.allSettled([patiently(context, work)]);
    if (done.status === 'fulfilled') return done.value;
    const error: unknown = done.reason;
    const isPassing = error instanceof InfillError && passing.has(error.code);
    if (!isPassing || attempt === maxAttempts) throw error;
    await wait(context, defaultRetryMs);
  }
}

/** Does work as soon as it is let in. */
async function patiently<T>(context: UnitContext, work: () => Promise<T>): Promise<T> {
  for (;;) {
    context.signal.throwIfAborted();
    const [done] = await Promise.allSettled([work()]);
    if (done.status === 'fulfilled') return done.value;
    const waitMs = busyMs(done.reason);
    if (waitMs === null) throw done.reason;
    await wait(context, waitMs);
  }
}

/** How long to wait; null of what waiting does not help. */
function busyMs(error: unknown): number | null {
  if (!(error instanceof InfillError) || isStop(error)) return null;
  if (error.family !== 'busy' && error.family !== 'limited') return null;
  return Math.min(error.retryAfterMs ?? defaultRetryMs, waitLimitMs);
}

/** Infills that a dead server interrupted are made again before this is asked: what is left is the end of this one. */
function isStop({ code }: InfillError): boolean {
  return code === 'SHUTTING_DOWN' || code === 'INTERRUPTED';
}

/** Waits, at most until the benchmark is to stop. */
function wait({ schedule, signal }: UnitContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      callOff();
      resolve();
    };
    const callOff = schedule(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
