/**
 * Runs decode steps until every sequence is finished.
 *
 * Knows sequences, batches and decoders; knows nothing of text, GraphQL or tensors.
 */
import assert from 'node:assert/strict';
import { InfillError } from '../errors.ts';
import { Channel } from './channel.ts';
import type { DecoderState, PassCounts, Run, StepResult } from './decoder.ts';
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
  /** Null until begun. */
  state: DecoderState | null;
  stepCount: number;
};

const noPasses: PassCounts = { causal: 0, masked: 0 };

/** The loop over all sequences of one pack. */
export class Engine {
  readonly #scheduler: Scheduler<Sequence>;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  #isDecoding = false;
  /** Ends when the pass under way has ended. */
  #lastTurn: Promise<unknown> = Promise.resolve();

  /** @param now - milliseconds; stamps events. */
  constructor(limits: EngineLimits, now: () => number) {
    this.#now = now;
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
    this.#scheduler.admit({ job, group, sizeBytes, signal, events, state: null, stepCount: 0 });
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
      await this.#guard([sequence], () => this.#begin(sequence));
    }
    const begun = batch.filter(({ state }) => state !== null);
    if (begun.length > 0) await this.#guard(begun, () => this.#step(begun));
  }

  async #begin(sequence: Sequence): Promise<void> {
    this.#emit(sequence, { type: 'started' });
    const { decoder, run } = sequence.job;
    if (openPositions(run.ids).length === 0) this.#retire(sequence, 'filled');
    else sequence.state = await decoder.begin(run, this.#stopping.signal);
  }

  async #step(batch: readonly Sequence[]): Promise<void> {
    const [{ job }] = batch as [Sequence];
    const states = batch.map(({ state }) => state);
    const results: readonly StepResult[] = await job.decoder.step(states, this.#stopping.signal);
    assert.equal(results.length, batch.length, 'A step gives one result per state.');
    // All are checked before the first is reported: a step fails every sequence of its batch, or none.
    const steps = batch.map((sequence, index) => {
      const result = results[index];
      assert(
        result !== undefined && sequence.stepCount < sequence.job.maxSteps,
        'A decoder keeps its step bound.',
      );
      assert(
        changedPositions(result).every((position) => sequence.job.run.ids[position] === null),
        'A decoder commits and reopens positions that its run has open.',
      );
      return { sequence, result };
    });
    for (const { sequence, result } of steps) {
      this.#emit(sequence, { type: 'stepped', step: sequence.stepCount++, ...result });
      if (result.done) this.#retire(sequence, 'filled');
    }
  }

  /** A decoder that throws fails the sequences of that call and no others. */
  async #guard(batch: readonly Sequence[], work: () => Promise<void>): Promise<void> {
    try {
      await this.takeTurn(work);
    } catch (cause) {
      for (const sequence of batch) {
        const { job, stepCount } = sequence;
        const message = `Decoder "${job.decoderName}" failed in step ${stepCount}.`;
        this.#retire(sequence, new InfillError('DECODE_FAILED', message, { cause }));
      }
    }
  }

  #retire(sequence: Sequence, stop: StopReason): void {
    const { state, job, events } = sequence;
    this.#scheduler.retire(sequence);
    this.#emit(sequence, { type: 'finished', stop, passes: { ...(state?.passes ?? noPasses) } });
    events.end();
    if (state !== null) job.decoder.end(state);
  }

  #emit(sequence: Sequence, change: EngineChange): void {
    sequence.events.push({ at: this.#now(), ...change });
  }
}

function changedPositions({ fills, reopened }: StepResult): number[] {
  return [...fills.map(({ position }) => position), ...reopened];
}
