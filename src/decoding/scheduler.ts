/**
 * Chooses which sequences take the next step; admits within bounds and takes turns.
 *
 * Knows counts and bytes; knows nothing of decoders' work, text or models.
 */
import { InfillError } from '../errors.ts';

/** How much an engine takes on. */
export type EngineLimits = {
  /** Sequences that decode in turns. */
  readonly maxRunning: number;
  /** Sequences that wait for their first turn. */
  readonly maxWaiting: number;
  /** Estimated bytes of caches and hidden states of all that decode. */
  readonly maxBytes: number;
  /** Milliseconds that a decoder may take to begin runs, or to step them; two minutes when absent. */
  readonly stepTimeoutMs?: number;
  /** Milliseconds that a score may take, all its passes together; an hour when absent. */
  readonly scoreTimeoutMs?: number;
};

/** What the scheduler needs of a sequence. Those with the same `group` step together. */
export type Schedulable = { readonly sizeBytes: number; readonly group: object };

/** Waiting and running sequences, in order of admission. */
export class Scheduler<S extends Schedulable> {
  readonly #limits: EngineLimits;
  readonly #waiting = new Set<S>();
  readonly #running = new Set<S>();

  constructor(limits: EngineLimits) {
    this.#limits = limits;
  }

  /** @throws QUEUE_FULL when all places are taken; PROMPT_TOO_LONG when it could never run. */
  admit(sequence: S): void {
    const { maxWaiting, maxBytes } = this.#limits;
    if (sequence.sizeBytes > maxBytes) {
      throw new InfillError(
        'PROMPT_TOO_LONG',
        `The text needs about ${sequence.sizeBytes} bytes to decode; the limit is ${maxBytes}.`,
      );
    }
    if (this.#waiting.size >= maxWaiting) {
      throw new InfillError('QUEUE_FULL', `${maxWaiting} runs are waiting; that is the limit.`, {
        retryAfterMs: 1000,
      });
    }
    this.#waiting.add(sequence);
  }

  /** Returns the sequences that take the next step, each once, grouped; empty when there are none. */
  next(): readonly (readonly S[])[] {
    for (const sequence of this.#waiting) {
      if (!this.#canStart(sequence)) break;
      this.#waiting.delete(sequence);
      this.#running.add(sequence);
    }
    const batches = new Map<object, S[]>();
    for (const sequence of this.#running) {
      const batch = batches.get(sequence.group);
      if (batch === undefined) batches.set(sequence.group, [sequence]);
      else batch.push(sequence);
    }
    return [...batches.values()];
  }

  /** Every sequence that is not retired, the running ones first. */
  all(): readonly S[] {
    return [...this.#running, ...this.#waiting];
  }

  /** Forgets a sequence, waiting or running. */
  retire(sequence: S): void {
    this.#waiting.delete(sequence);
    this.#running.delete(sequence);
  }

  #canStart(sequence: S): boolean {
    const { maxRunning, maxBytes } = this.#limits;
    const runningBytes = [...this.#running].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return this.#running.size < maxRunning && runningBytes + sequence.sizeBytes <= maxBytes;
  }
}
