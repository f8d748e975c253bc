/**
 * The scores of one pack: one at a time, the others wait in order and in bounded number.
 *
 * A score takes the models for as long as it lasts, so several at once would only hold up the runs.
 * Knows turns and ends; knows no process: what a score does is passed in.
 */
import { InfillError } from '../errors.ts';
import { createDeferred, type Deferred, within } from './deferred.ts';
import { RunQueue } from './run-queue.ts';

/** What a queue of scores is made of. */
export type ScoreQueueOptions = {
  /** Scores that may wait while one runs; ≥ 0. */
  readonly maxQueued: number;
  /** Whether the pack takes jobs now; asked again at `startWaiting`. */
  readonly canStart: () => boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

/** An admitted score until its end. */
type HeldScore = {
  readonly id: string;
  /** Settles with null, or with why its turn never comes. */
  readonly turn: Deferred<InfillError | null>;
  /** Settles with why it must not go on. */
  readonly stopped: Deferred<InfillError>;
  readonly abort: AbortController;
};

/** Takes scores in, one by one. */
export class ScoreQueue {
  readonly #queue: RunQueue;
  readonly #canStart: () => boolean;
  readonly #held = new Map<string, HeldScore>();
  #idle = createDeferred<void>();
  #lastId = 0;

  constructor({ maxQueued, canStart, now }: ScoreQueueOptions) {
    this.#queue = new RunQueue({ maxQueued, maxRunning: 1, subject: 'scores' }, now);
    this.#canStart = canStart;
  }

  /**
   * Waits for a turn and works in it.
   *
   * @param work - its signal aborts when `signal` does, and at `stop`; it then ends soon, with a throw.
   * @throws QUEUE_FULL; CANCELLED when `signal` aborts while it waits; the error of `stop`; what `work` throws.
   */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw cancellation();
    const held = this.#admit();
    const leave = () => this.#end(held, cancellation());
    signal.addEventListener('abort', leave, { once: true });
    this.startWaiting();
    try {
      return await this.#inTurn(held, work);
    } finally {
      signal.removeEventListener('abort', leave);
      this.#held.delete(held.id);
      if (this.#held.size === 0) this.#idle.resolve();
    }
  }

  /** Starts the next score when none runs: after an admission, an end, and a restart. */
  startWaiting(): void {
    const id = this.#queue.startNext(this.#canStart);
    if (id !== null) this.#held.get(id)?.turn.resolve(null);
  }

  /** Waits until no score is left, at most `timeoutMs`; returns whether none is. */
  async isIdleWithin(timeoutMs: number): Promise<boolean> {
    if (this.#held.size === 0) return true;
    this.#idle = createDeferred();
    return within(
      this.#idle.promise.then(() => true),
      timeoutMs,
      false,
    );
  }

  /** Ends every score with `error`, the one that runs too. */
  stop(error: InfillError): void {
    for (const held of [...this.#held.values()]) this.#end(held, error);
  }

  #admit(): HeldScore {
    this.#lastId += 1;
    const id = String(this.#lastId);
    this.#queue.admit(id);
    this.#queue.markReady(id);
    const held: HeldScore = {
      id,
      turn: createDeferred(),
      stopped: createDeferred(),
      abort: new AbortController(),
    };
    this.#held.set(id, held);
    return held;
  }

  async #inTurn<T>(
    { id, turn, stopped, abort }: HeldScore,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const refusal = await turn.promise;
    if (refusal !== null) throw refusal;
    try {
      const worked = work(abort.signal).then((value) => ({ value }));
      const ended = await Promise.race([stopped.promise, worked]);
      if (ended instanceof InfillError) throw ended;
      return ended.value;
    } finally {
      this.#queue.finish(id);
      this.startWaiting();
    }
  }

  #end({ id, turn, stopped, abort }: HeldScore, error: InfillError): void {
    if (this.#queue.remove(id)) turn.resolve(error);
    stopped.resolve(error);
    abort.abort();
  }
}

function cancellation(): InfillError {
  return new InfillError('CANCELLED', 'The score was cancelled.');
}
