/**
 * Chooses which sequences take the next step; admits within bounds and takes turns.
 *
 * Knows counts, bytes and priorities; knows nothing of decoders' work, text or models.
 */
import { InfillError } from '../errors.ts';
import type { Priority } from './precedence.ts';

/** How much an engine takes on. Each priority has the bounds for itself, so that batch work takes no place of others. */
export type EngineLimits = {
  /** Sequences that decode in turns. */
  readonly maxRunning: number;
  /** Sequences that wait for their first turn. */
  readonly maxWaiting: number;
  /**
   * Estimated bytes of caches and hidden states of all that decode. Batch sequences begin only where they fit beside
   * the interactive ones; those do not wait for the memory of batch sequences.
   */
  readonly maxBytes: number;
  /** Milliseconds that a decoder may take to begin runs, or to step them; two minutes when absent. */
  readonly stepTimeoutMs?: number;
  /** Milliseconds that a score may take, all its passes together; an hour when absent. */
  readonly scoreTimeoutMs?: number;
};

/** What the scheduler needs of a sequence. Those with the same `group` step together. */
export type Schedulable = {
  readonly sizeBytes: number;
  readonly group: object;
  readonly priority: Priority;
};

/** Sequences of one priority, in order of admission. */
type Lane<S> = { readonly waiting: Set<S>; readonly running: Set<S> };

/** Waiting and running sequences. */
export class Scheduler<S extends Schedulable> {
  readonly #limits: EngineLimits;
  readonly #lanes: Readonly<Record<Priority, Lane<S>>> = {
    INTERACTIVE: { waiting: new Set(), running: new Set() },
    BATCH: { waiting: new Set(), running: new Set() },
  };

  constructor(limits: EngineLimits) {
    this.#limits = limits;
  }

  /** @throws QUEUE_FULL when all places are taken; PROMPT_TOO_LONG when it could never run. */
  admit(sequence: S): void {
    const { maxWaiting, maxBytes } = this.#limits;
    const { waiting } = this.#lanes[sequence.priority];
    if (sequence.sizeBytes > maxBytes) {
      throw new InfillError(
        'PROMPT_TOO_LONG',
        `The text needs about ${sequence.sizeBytes} bytes to decode; the limit is ${maxBytes}.`,
      );
    }
    if (waiting.size >= maxWaiting) {
      throw new InfillError('QUEUE_FULL', `${maxWaiting} runs are waiting; that is the limit.`, {
        retryAfterMs: 1000,
      });
    }
    waiting.add(sequence);
  }

  /**
   * Returns the sequences that take the next step, each once, grouped: all the interactive ones; where there is none, a
   * single batch one, so that an interactive one that comes waits for one step at most. Empty when there are none.
   */
  next(): readonly (readonly S[])[] {
    for (const lane of [this.#lanes.INTERACTIVE, this.#lanes.BATCH]) this.#start(lane);
    const { running } = this.#lanes.INTERACTIVE;
    return running.size > 0 ? grouped(running) : nextInTurn(this.#lanes.BATCH.running);
  }

  /** Every sequence that is not retired, those that run before those that wait. */
  all(): readonly S[] {
    const lanes = Object.values(this.#lanes);
    return [...lanes.flatMap(({ running }) => [...running]), ...lanes.flatMap(waitingOf)];
  }

  /** Forgets a sequence, waiting or running. */
  retire(sequence: S): void {
    const { waiting, running } = this.#lanes[sequence.priority];
    waiting.delete(sequence);
    running.delete(sequence);
  }

  #start({ waiting, running }: Lane<S>): void {
    for (const sequence of waiting) {
      if (!this.#canStart(sequence)) break;
      waiting.delete(sequence);
      running.add(sequence);
    }
  }

  #canStart({ priority, sizeBytes }: S): boolean {
    const { maxRunning, maxBytes } = this.#limits;
    const { INTERACTIVE, BATCH } = this.#lanes;
    const beside =
      priority === 'BATCH' ? [...INTERACTIVE.running, ...BATCH.running] : [...INTERACTIVE.running];
    const takenBytes = beside.reduce((sum, other) => sum + other.sizeBytes, 0);
    return this.#lanes[priority].running.size < maxRunning && takenBytes + sizeBytes <= maxBytes;
  }
}

function waitingOf<S>({ waiting }: Lane<S>): readonly S[] {
  return [...waiting];
}

/** Those of one group together, in order. */
function grouped<S extends Schedulable>(sequences: Iterable<S>): S[][] {
  const batches = new Map<object, S[]>();
  for (const sequence of sequences) {
    const batch = batches.get(sequence.group);
    if (batch === undefined) batches.set(sequence.group, [sequence]);
    else batch.push(sequence);
  }
  return [...batches.values()];
}

/** The first one alone, which goes to the end. */
function nextInTurn<S>(running: Set<S>): S[][] {
  const [first] = running;
  if (first === undefined) return [];
  running.delete(first);
  running.add(first);
  return [[first]];
}
