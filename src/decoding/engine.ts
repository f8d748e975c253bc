/**
 * Runs decode steps until every sequence is finished.
 *
 * Knows sequences, batches and decoders; knows nothing of text, GraphQL or tensors.
 */
import { InfillError } from '../errors.ts';
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
import { openPositions } from './positions.ts';
import type { AnyDecoder } from './registry.ts';
import { type EngineLimits, Scheduler } from './scheduler.ts';

/** A run with the decoder that fills it. */
export type Job = {
  readonly decoderName: string;
  readonly decoder: AnyDecoder;
  readonly run: Run<unknown>;
  /** Estimated bytes of caches and hidden states. */
  readonly sizeBytes: number;
  readonly maxSteps: number;
};

/** What happens to one sequence, and when; `finished` is last and comes once. */
export type EngineEvent = { readonly at: number } & EngineChange;

type EngineChange =
  | { readonly type: 'started' }
  | ({ readonly type: 'stepped'; readonly step: number } & StepResult)
  | { readonly type: 'finished'; readonly stop: StopReason; readonly passes: PassCounts };

/** Why a sequence ended. */
export type StopReason = 'filled' | 'cancelled' | InfillError;

type Sequence = {
  readonly job: Job;
  readonly group: object;
  readonly sizeBytes: number;
  readonly signal: AbortSignal;
  readonly events: Channel<EngineEvent>;
  /** (T); the prompt with what is committed so far. */
  readonly ids: (number | null)[];
  /** Null until begun. */
  state: DecoderState | null;
  stepCount: number;
};

const defaultStepTimeoutMs = 120_000;
const defaultScoreTimeoutMs = 3_600_000;

const noPasses: PassCounts = { causal: 0, masked: 0 };

/** The loop over all sequences of one pack. */
export class Engine {
  readonly #scheduler: Scheduler<Sequence>;
  readonly #limits: EngineLimits;
  readonly #now: () => number;
  readonly #checker = new StepChecker();
  #isDecoding = false;
  /** Ends when the pass under way has ended. */
  #lastTurn: Promise<unknown> = Promise.resolve();

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
    const { decoder: group, sizeBytes } = job;
    const ids = job.run.ids.slice();
    this.#scheduler.admit({
      job,
      group,
      sizeBytes,
      signal,
      events,
      ids,
      state: null,
      stepCount: 0,
    });
    if (!this.#isDecoding) void this.#decode();
    return events;
  }

  /** Does work that runs passes of its own, between the steps: a model runs one pass at a time. */
  takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #decode(): Promise<void> {
    this.#isDecoding = true;
    // A run admitted in this tick is seen with those admitted beside it.
    await Promise.resolve();
    for (;;) {
      for (const sequence of this.#scheduler.all()) {
        if (sequence.signal.aborted) this.#retire(sequence, 'cancelled');
      }
      const batches = this.#scheduler.next();
      if (batches.length === 0) break;
      for (const batch of batches) await this.#advance(batch);
    }
    this.#isDecoding = false;
  }

  /** One turn of a batch: sequences that have not begun begin, the others step together. */
  async #advance(batch: readonly Sequence[]): Promise<void> {
    for (const sequence of batch.filter(({ state }) => state === null)) {
      this.#emit(sequence, { type: 'started' });
      if (openPositions(sequence.ids).length === 0) this.#retire(sequence, 'filled');
      else await this.#guard([sequence], () => this.#begin(sequence));
    }
    const begun = batch.filter(({ state }) => state !== null);
    if (begun.length > 0) await this.#guard(begun, () => this.#step(begun));
  }

  async #begin(sequence: Sequence): Promise<void> {
    const { decoder, run } = sequence.job;
    const state: DecoderState = await this.#settled((signal) => decoder.begin(run, signal));
    keep(stateProblem(state));
    sequence.state = state;
  }

  async #step(batch: readonly Sequence[]): Promise<void> {
    const [{ job }] = batch as [Sequence];
    const states = batch.map(({ state }) => state);
    const results = await this.#settled((signal) => job.decoder.step(states, signal));
    // All are checked before the first is reported: a step fails every sequence of its batch, or none.
    keep(resultsProblem(results, batch.length));
    for (const [index, sequence] of batch.entries()) {
      const { ids, job, stepCount } = sequence;
      if (stepCount >= job.maxSteps) keep(`it takes more than ${job.maxSteps} steps`);
      keep(this.#checker.problemOf(results[index], { run: job.run, ids }));
    }
    for (const [index, sequence] of batch.entries()) this.#apply(sequence, results[index]);
  }

  #apply(sequence: Sequence, result: StepResult | undefined): void {
    if (result === undefined) return;
    const { ids } = sequence;
    for (const position of result.reopened) ids[position] = null;
    for (const { position, tokenId } of result.fills) ids[position] = tokenId;
    this.#emit(sequence, { type: 'stepped', step: sequence.stepCount++, ...result });
    if (result.done) this.#retire(sequence, 'filled');
  }

  /**
   * The log-likelihood of putting `targets` at the open positions, in a turn of its own.
   *
   * @param kind - what the score must be of.
   * @throws what the decoder refuses, CANCELLED among others; DECODE_FAILED when it throws anything else, takes too
   *   long or gives no score
   */
  score(
    { decoderName, decoder, run }: Pick<Job, 'decoderName' | 'decoder' | 'run'>,
    kind: LikelihoodKind,
    { targets, ...options }: ScoreOptions & { readonly targets: readonly number[] },
  ): Promise<Score> {
    return this.takeTurn(async () => {
      try {
        const score = await this.#settled((timeout) => {
          const signal = AbortSignal.any([options.signal, timeout]);
          if (decoder.score === undefined) throw new ContractError('it has no score');
          return decoder.score(run, targets, { ...options, signal });
        }, this.#limits.scoreTimeoutMs ?? defaultScoreTimeoutMs);
        keep(scoreProblem(score, kind));
        return score;
      } catch (cause) {
        if (cause instanceof InfillError) throw cause;
        throw failureOf(decoderName, 'while it scored', cause);
      }
    });
  }

  /** Waits for work of a decoder; what it does after the limit is nobody's any more. */
  async #settled<T>(
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs = this.#limits.stepTimeoutMs ?? defaultStepTimeoutMs,
  ): Promise<T> {
    const stopping = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        stopping.abort();
        reject(new ContractError(`it took more than ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([work(stopping.signal), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A decoder that throws fails the sequences of that call and no others. */
  async #guard(batch: readonly Sequence[], work: () => Promise<void>): Promise<void> {
    try {
      await this.takeTurn(work);
    } catch (cause) {
      for (const sequence of batch) {
        const { job, stepCount } = sequence;
        this.#retire(sequence, failureOf(job.decoderName, `in step ${stepCount}`, cause));
      }
    }
  }

  #retire(sequence: Sequence, stop: StopReason): void {
    const { state, events } = sequence;
    this.#scheduler.retire(sequence);
    const passes = { ...(state?.passes ?? noPasses) };
    this.#emit(sequence, { type: 'finished', stop: this.#end(sequence) ?? stop, passes });
    events.end();
  }

  /** A decoder that cannot free a state fails that run, and not the loop. */
  #end({ state, job }: Sequence): InfillError | null {
    try {
      if (state !== null) job.decoder.end(state);
      return null;
    } catch (cause) {
      return failureOf(job.decoderName, 'at the end', cause);
    }
  }

  #emit(sequence: Sequence, change: EngineChange): void {
    sequence.events.push({ at: this.#now(), ...change });
  }
}

/** A decoder that does not do what it promised; its message is the engine's own and may be told. */
class ContractError extends Error {}

function keep(problem: string | null): void {
  if (problem !== null) throw new ContractError(problem);
}

/** What a decoder threw may carry a text: it is the cause, which stays in the process. */
function failureOf(decoderName: string, when: string, cause: unknown): InfillError {
  const why = cause instanceof ContractError ? `: ${cause.message}` : '';
  return new InfillError('DECODE_FAILED', `Decoder "${decoderName}" failed ${when}${why}.`, {
    cause,
  });
}
