/**
 * What happened to the runs that are alive, in memory: appended once, read by any number of cursors.
 *
 * Knows entries and their order; knows no worker, store or subscriber.
 */
import assert from 'node:assert/strict';
import type { RunEvent, SlotUpdate } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import { createDeferred } from './deferred.ts';
import { isTerminal } from './terminal.ts';

type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never;

/** An entry before it has its place and time. */
export type RunEntry = WithoutStamp<RunEvent>;

/** For a reader that fell behind, in place of the entries `skippedFrom` to `seq`: the slots after entry `seq`. Not in the log. */
export type Lagged = {
  readonly type: 'lagged';
  readonly seq: number;
  /** When entry `seq` happened. */
  readonly at: number;
  readonly skippedFrom: number;
  readonly slots: readonly SlotUpdate[];
};

/** A log to be read beside those of other runs. */
export type LogView = {
  /** Those that happened; of a live run, more to come. */
  readonly events: readonly RunEvent[];
  /** When the next entry can have happened at the earliest, in milliseconds since the epoch; Infinity when none comes. */
  earliestNext(): number;
  /** Has `wake` called at the next entry. @returns what takes that back */
  onNext(wake: () => void): () => void;
};

/** One run's log; readers keep it alive after `trim`. */
type LiveRun = {
  readonly events: RunEvent[];
  /** Stamped, and not delivered. */
  stamped: RunEvent | null;
  /** The newest update of each slot. */
  readonly slots: Map<number, SlotUpdate>;
  /** Resolvers of the readers that wait for the next entry. */
  readonly wakeUps: Set<() => void>;
};

export type RunLogOptions = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Entries a reader may be behind, once it had caught up, before it gets a snapshot instead; ≥ 1. */
  readonly maxLag: number;
};

/** The logs of live runs. Memory is that of the entries: readers are cursors without buffers of their own. */
export class RunLog {
  readonly #options: RunLogOptions;
  readonly #runs = new Map<string, LiveRun>();

  constructor(options: RunLogOptions) {
    this.#options = options;
  }

  /** Begins the log of a run. */
  open(runId: string): void {
    assert(!this.#runs.has(runId), `The log of run ${runId} is opened twice.`);
    this.#runs.set(runId, { events: [], stamped: null, slots: new Map(), wakeUps: new Set() });
  }

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  /** Adds an entry with the next `seq` and the time, and wakes the readers. */
  append(runId: string, entry: RunEntry): RunEvent {
    const event = this.stamp(runId, entry);
    this.deliver(runId, event);
    return event;
  }

  /**
   * Gives an entry its `seq` and time without adding it: for what must be stored before readers see it.
   * Until it is delivered no other entry may be stamped.
   */
  stamp(runId: string, entry: RunEntry): RunEvent {
    const run = this.#find(runId);
    // A clock that was set back does not change the order of what happened.
    const at = Math.max(this.#options.now(), run.events.at(-1)?.at ?? 0);
    run.stamped = { seq: run.events.length, at, ...entry };
    return run.stamped;
  }

  /** Adds a stamped entry and wakes the readers. */
  deliver(runId: string, event: RunEvent): void {
    const run = this.#find(runId);
    assert.equal(
      event.seq,
      run.events.length,
      `Entry ${event.seq} of run ${runId} is out of order.`,
    );
    assert(!hasEnded(run), `Run ${runId} has ended; nothing follows its terminal entry.`);
    run.events.push(event);
    run.stamped = null;
    if (event.type === 'committed' || event.type === 'revised') {
      for (const slot of event.slots) run.slots.set(slot.index, slot);
    }
    const wakeUps = [...run.wakeUps];
    run.wakeUps.clear();
    for (const wake of wakeUps) wake();
  }

  /** All entries so far, in order. @throws UNKNOWN_RUN */
  events(runId: string): readonly RunEvent[] {
    return this.#find(runId).events;
  }

  /**
   * Entries after `after` (all when null): those that happened, then live ones; ends with the terminal entry or when `signal` aborts.
   *
   * The terminal entry is given whatever `after` is.
   *
   * @throws UNKNOWN_RUN
   */
  tail(
    runId: string,
    after: number | null,
    signal: AbortSignal,
  ): AsyncIterableIterator<RunEvent | Lagged> {
    const cursor = after === null ? 0 : after + 1;
    return new RunReader(this.#find(runId), { cursor, maxLag: this.#options.maxLag, signal });
  }

  /** What a reader of several logs needs of this one. @throws UNKNOWN_RUN */
  view(runId: string): LogView {
    const run = this.#find(runId);
    return {
      events: run.events,
      earliestNext: () => {
        if (hasEnded(run)) return Number.POSITIVE_INFINITY;
        return run.stamped?.at ?? Math.max(this.#options.now(), run.events.at(-1)?.at ?? 0);
      },
      onNext: (wake) => {
        run.wakeUps.add(wake);
        return () => void run.wakeUps.delete(wake);
      },
    };
  }

  /** Forgets a run; readers in the middle still finish. */
  trim(runId: string): void {
    this.#runs.delete(runId);
  }

  #find(runId: string): LiveRun {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new InfillError('UNKNOWN_RUN', `Run ${runId} is not alive.`);
    return run;
  }
}

function hasEnded(run: LiveRun): boolean {
  const last = run.events.at(-1);
  return last !== undefined && isTerminal(last.type);
}

function snapshot(run: LiveRun): readonly SlotUpdate[] {
  return [...run.slots.values()].sort((a, b) => a.index - b.index);
}

type Reading = { readonly cursor: number; readonly maxLag: number; readonly signal: AbortSignal };

/** Written out rather than a generator, so that `return` ends a pending `next` at once. */
class RunReader implements AsyncIterableIterator<RunEvent | Lagged> {
  readonly #run: LiveRun;
  readonly #reading: Reading;
  readonly #wakeUps = new Set<() => void>();
  readonly #onAbort = () => this.#close();
  /** `seq` of the next entry to give. */
  #cursor: number;
  /** The backfill is no lag: only a reader that was once up to date can fall behind. */
  #hasCaughtUp: boolean = false;
  #isClosed: boolean = false;

  constructor(run: LiveRun, reading: Reading) {
    this.#run = run;
    this.#reading = reading;
    this.#cursor = reading.cursor;
    if (reading.signal.aborted) this.#isClosed = true;
    else reading.signal.addEventListener('abort', this.#onAbort);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<RunEvent | Lagged, undefined>> {
    while (!this.#isClosed) {
      const value = this.#take();
      if (value !== null) {
        if (isTerminal(value.type)) this.#close();
        return { value, done: false };
      }
      this.#hasCaughtUp = true;
      await this.#sleep();
    }
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<RunEvent | Lagged, undefined>> {
    this.#close();
    return { value: undefined, done: true };
  }

  /** What is due next; null of a run that has not ended, when it has all been given. */
  #take(): RunEvent | Lagged | null {
    const { events } = this.#run;
    const isEnded = hasEnded(this.#run);
    // The terminal entry is due also to a reader that claims to have seen it, or entries that never were.
    if (isEnded && this.#cursor >= events.length) this.#cursor = events.length - 1;
    const last = events.at(isEnded ? -2 : -1);
    const isBehind = this.#hasCaughtUp && events.length - this.#cursor > this.#reading.maxLag;
    if (isBehind && last !== undefined) return this.#skipTo(last);
    const event = events[this.#cursor];
    if (event === undefined) return null;
    this.#cursor += 1;
    return event;
  }

  #skipTo({ seq, at }: RunEvent): Lagged {
    const skippedFrom = this.#cursor;
    this.#cursor = seq + 1;
    return { type: 'lagged', seq, at, skippedFrom, slots: snapshot(this.#run) };
  }

  async #sleep(): Promise<void> {
    const { promise, resolve } = createDeferred<void>();
    this.#wakeUps.add(resolve);
    this.#run.wakeUps.add(resolve);
    await promise;
    this.#wakeUps.delete(resolve);
    this.#run.wakeUps.delete(resolve);
  }

  #close(): void {
    this.#isClosed = true;
    this.#reading.signal.removeEventListener('abort', this.#onAbort);
    for (const wake of this.#wakeUps) wake();
  }
}
