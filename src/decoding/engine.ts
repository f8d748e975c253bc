/**
 * Runs decode steps until every sequence is finished.
 *
 * Knows sequences, batches and decoders; knows nothing of text, GraphQL or tensors.
 */
import { InfillError } from '../errors.ts';
import type { Attempt, Attempts } from './attempt.ts';
import { Channel } from './channel.ts';
import { resultsProblem, StepChecker, scoreProblem, stateProblem } from './check-step.ts';
import type {
  DecoderState,
  LikelihoodKind,
  PassCounts,
  Run,
  Score,
  ScoreOptions,
  StepResult,
} from './decoder.ts';
import { ContractError, failureOf, keep, settledWithin } from './decoder-failure.ts';
import { openPositions } from './positions.ts';
import { newsHeard, Precedence, type Priority } from './precedence.ts';
import type { AnyDecoder } from './registry.ts';
import { type EngineLimits, Scheduler } from './scheduler.ts';

/** Attempts with the decoder that fills them, one after the other. */
export type Job = {
  readonly decoderName: string;
  readonly decoder: AnyDecoder;
  readonly attempts: Attempts;
  readonly priority: Priority;
  /** Estimated bytes of caches and hidden states of the largest attempt. */
  readonly sizeBytes: number;
};

/** A run with the decoder that scores it. */
export type ScoreJob = Pick<Job, 'decoderName' | 'decoder' | 'priority'> & {
  readonly run: Run<unknown>;
};

/** What happens to one sequence, and when; `finished` is last and comes once. */
export type EngineEvent = { readonly at: number } & EngineChange;

type EngineChange =
  | { readonly type: 'started' }
  /** What is stepped from here on is of this attempt; `chosen` ones were stepped before. */
  | { readonly type: 'attempt' | 'chosen'; readonly attempt: Attempt }
  /** Steps count from 0 in each attempt. */
  | ({ readonly type: 'stepped'; readonly step: number } & StepResult)
  | { readonly type: 'finished'; readonly stop: StopReason; readonly passes: PassCounts };

/** Why a sequence ended. */
export type StopReason = 'filled' | 'cancelled' | InfillError;

type Sequence = {
  readonly job: Job;
  readonly group: object;
  readonly sizeBytes: number;
  readonly priority: Priority;
  /** Lets batch work go on; null of a batch sequence. */
  leave: (() => void) | null;
  readonly signal: AbortSignal;
  readonly events: Channel<EngineEvent>;
  /** Of attempts that have ended. */
  readonly passes: PassCounts;
  isStarted: boolean;
  /** Null between attempts. */
  underWay: UnderWay | null;
  /** In the attempt under way. */
  stepCount: number;
};

/** An attempt that has begun. */
type UnderWay = {
  readonly attempt: Attempt;
  /** (T); the prompt with what is committed so far. */
  readonly ids: (number | null)[];
  readonly state: DecoderState;
};

const defaultStepTimeoutMs = 120_000;
const defaultScoreTimeoutMs = 3_600_000;

/** The loop over all sequences of one pack. */
export class Engine {
  readonly #scheduler: Scheduler<Sequence>;
  readonly #limits: EngineLimits;
  readonly #now: () => number;
  readonly #checker = new StepChecker();
  readonly #precedence = new Precedence();
  #isDecoding = false;
  /** Aborted when the loop has something else to do than wait for its turn. */
  #stirred = new AbortController();

  /** @param now - milliseconds; stamps events. */
  constructor(limits: EngineLimits, now: () => number) {
    this.#now = now;
    this.#limits = limits;
    this.#scheduler = new Scheduler(limits);
  }

  /**
   * Admits a job at once and returns what happens to it.
   *
   * @param signal - an abort ends the sequence as cancelled before its next step.
   * @throws QUEUE_FULL, PROMPT_TOO_LONG
   */
  run(job: Job, signal: AbortSignal): AsyncIterable<EngineEvent> {
    const events = new Channel<EngineEvent>();
    const { decoder: group, sizeBytes, priority } = job;
    const passes = { causal: 0, masked: 0 };
    const start = { passes, isStarted: false, underWay: null, stepCount: 0, leave: null };
    const sequence: Sequence = { job, group, sizeBytes, priority, signal, events, ...start };
    this.#scheduler.admit(sequence);
    if (priority === 'INTERACTIVE') sequence.leave = this.#precedence.enter();
    else signal.addEventListener('abort', () => this.#stirred.abort(), { once: true });
    this.#stirred.abort();
    if (!this.#isDecoding) void this.#decode();
    return events;
  }

  /** Batch work takes no step from now on, until what is returned is called. */
  holdBatchWork(): () => void {
    return this.#precedence.enter();
  }

  async #decode(): Promise<void> {
    this.#isDecoding = true;
    // A run admitted in this tick is seen with those admitted beside it.
    await Promise.resolve();
    for (;;) {
      this.#retireAborted();
      const batches = this.#scheduler.next();
      if (batches.length === 0) break;
      if (batches.flat().some(({ priority }) => priority === 'INTERACTIVE')) {
        for (const batch of batches) await this.#advance(batch);
      } else {
        await this.#advanceInTime(batches.flat());
        await newsHeard();
      }
    }
    this.#isDecoding = false;
  }

  #retireAborted(): void {
    for (const sequence of this.#scheduler.all()) {
      if (sequence.signal.aborted) this.#retire(sequence, 'cancelled');
    }
  }

  /** One turn of batch work: no more than one step, and nothing while an interactive score goes on. */
  async #advanceInTime([sequence]: readonly Sequence[]): Promise<void> {
    if (sequence === undefined) return;
    if (this.#precedence.isTaken) {
      this.#stirred = new AbortController();
      await this.#precedence.pause(this.#stirred.signal);
    } else if (sequence.underWay === null) {
      await this.#guard([sequence], () => this.#goOn(sequence));
    } else {
      await this.#guard([sequence], () => this.#step([sequence]));
    }
  }

  /** One turn of a batch: sequences between attempts go on to the next, the others step together. */
  async #advance(batch: readonly Sequence[]): Promise<void> {
    for (const sequence of batch.filter(({ underWay }) => underWay === null)) {
      await this.#guard([sequence], () => this.#goOn(sequence));
    }
    const begun = batch.filter(({ underWay }) => underWay !== null);
    if (begun.length > 0) await this.#guard(begun, () => this.#step(begun));
  }

  async #goOn(sequence: Sequence): Promise<void> {
    const { attempts } = sequence.job;
    if (!sequence.isStarted) this.#emit(sequence, { type: 'started' });
    sequence.isStarted = true;
    const turn = await attempts.next();
    if (turn.type === 'searching') return;
    this.#emit(sequence, turn);
    if (turn.type === 'attempt') await this.#begin(sequence, turn.attempt);
    if (attempts.isOver) this.#retire(sequence, 'filled');
  }

  async #begin(sequence: Sequence, attempt: Attempt): Promise<void> {
    const { decoder, attempts } = sequence.job;
    const { run } = attempt;
    sequence.stepCount = 0;
    if (openPositions(run.ids).length === 0) {
      attempts.ended(run.ids);
      return;
    }
    const state: DecoderState = await this.#settled((signal) => decoder.begin(run, signal));
    keep(stateProblem(state));
    sequence.underWay = { attempt, ids: run.ids.slice(), state };
  }

  async #step(batch: readonly Sequence[]): Promise<void> {
    const [{ job }] = batch as [Sequence];
    const runs = batch.flatMap(({ underWay }) => (underWay === null ? [] : [underWay]));
    const states = runs.map(({ state }) => state);
    const results = await this.#settled((signal) => job.decoder.step(states, signal));
    // All are checked before the first is reported: a step fails every sequence of its batch, or none.
    keep(resultsProblem(results, batch.length));
    for (const [index, { attempt, ids }] of runs.entries()) {
      const { maxSteps, run } = attempt;
      if ((batch[index]?.stepCount ?? 0) >= maxSteps) keep(`it takes more than ${maxSteps} steps`);
      keep(this.#checker.problemOf(results[index], { run, ids }));
    }
    for (const [index, sequence] of batch.entries()) this.#apply(sequence, results[index]);
  }

  #apply(sequence: Sequence, result: StepResult | undefined): void {
    const { underWay, job } = sequence;
    if (result === undefined || underWay === null) return;
    const { ids } = underWay;
    for (const position of result.reopened) ids[position] = null;
    for (const { position, tokenId } of result.fills) ids[position] = tokenId;
    this.#emit(sequence, { type: 'stepped', step: sequence.stepCount++, ...result });
    if (!result.done) return;
    job.attempts.ended(ids);
    const failure = this.#end(sequence);
    if (failure !== null) this.#retire(sequence, failure);
    else if (job.attempts.isOver) this.#retire(sequence, 'filled');
  }

  /**
   * The log-likelihood of putting `targets` at the open positions. Its passes and those of steps take turns; one of
   * priority BATCH waits before each pass until no interactive work is there, which counts as its time.
   *
   * @param kind - what the score must be of.
   * @throws what the decoder refuses, CANCELLED among others; DECODE_FAILED when it throws anything else, takes too
   *   long or gives no score
   */
  async score(
    { decoderName, decoder, run, priority }: ScoreJob,
    kind: LikelihoodKind,
    { targets, ...options }: ScoreOptions & { readonly targets: readonly number[] },
  ): Promise<Score> {
    const leave = priority === 'INTERACTIVE' ? this.#precedence.enter() : null;
    try {
      const score = await this.#settled(async (timeout) => {
        const signal = AbortSignal.any([options.signal, timeout]);
        if (decoder.score === undefined) throw new ContractError('it has no score');
        if (leave !== null) return decoder.score(run, targets, { ...options, signal });
        const giveWay = () => this.#precedence.giveWay(signal);
        await giveWay();
        return decoder.score(run, targets, { ...options, signal, giveWay });
      }, this.#limits.scoreTimeoutMs ?? defaultScoreTimeoutMs);
      keep(scoreProblem(score, kind, targets.length));
      return score;
    } catch (cause) {
      if (cause instanceof InfillError) throw cause;
      throw failureOf(decoderName, 'while it scored', cause);
    } finally {
      leave?.();
    }
  }

  #settled<T>(
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs = this.#limits.stepTimeoutMs ?? defaultStepTimeoutMs,
  ): Promise<T> {
    return settledWithin(timeoutMs, work);
  }

  /** A decoder that throws fails the sequences of that call and no others. */
  async #guard(batch: readonly Sequence[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      for (const sequence of batch) {
        const { job, stepCount } = sequence;
        this.#retire(sequence, failureOf(job.decoderName, `in step ${stepCount}`, cause));
      }
    }
  }

  #retire(sequence: Sequence, stop: StopReason): void {
    const { events, passes, job, leave } = sequence;
    this.#scheduler.retire(sequence);
    leave?.();
    const failure = this.#end(sequence);
    const { causal, masked } = job.attempts.passes;
    this.#emit(sequence, {
      type: 'finished',
      stop: failure ?? stop,
      passes: { causal: passes.causal + causal, masked: passes.masked + masked },
    });
    events.end();
  }

  /** Ends the attempt under way, if any. A decoder that cannot free a state fails that run, and not the loop. */
  #end(sequence: Sequence): InfillError | null {
    const { underWay, job, passes } = sequence;
    if (underWay === null) return null;
    sequence.underWay = null;
    passes.causal += underWay.state.passes.causal;
    passes.masked += underWay.state.passes.masked;
    try {
      job.decoder.end(underWay.state);
      return null;
    } catch (cause) {
      return failureOf(job.decoderName, 'at the end', cause);
    }
  }

  #emit(sequence: Sequence, change: EngineChange): void {
    sequence.events.push({ at: this.#now(), ...change });
  }
}
