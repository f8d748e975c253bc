/**
 * One run that is not finished: who follows it, how long it may take, and why it is cancelled if it is.
 *
 * Knows time and followers; what cancelling does is told to it.
 */
import type { Priority } from '../decoding/precedence.ts';
import type { CancelReason } from '../store/tables.ts';
import type { Schedule } from './schedule.ts';
import type { DisconnectPolicy } from './service.ts';

/**
 * Milliseconds in which a client that can name its submission may come back: clients notice a lost connection at once or
 * with the next ping, and try again after a second or two. One that cannot name it would start another run anyway.
 */
const reconnectGraceMs = 5000;

/** On what terms a run goes on. */
export type LiveRunTerms = {
  readonly owner: string;
  readonly priority: Priority;
  readonly onDisconnect: DisconnectPolicy;
  /** Whether a client can come back to it by the name it gave its submission. */
  readonly isResumable: boolean;
  /** Milliseconds from now to its deadline, less than 2^31; null: none. */
  readonly deadlineInMs: number | null;
};

/** A run until its end. */
export class LiveRun {
  readonly owner: string;
  readonly priority: Priority;
  isWaiting = true;
  readonly #terms: LiveRunTerms;
  readonly #stop: () => void;
  readonly #schedule: Schedule;
  readonly #callOffDeadline: () => void;
  #callOffGrace: () => void = () => undefined;
  #onDisconnect: DisconnectPolicy;
  #cancelReason: CancelReason | null = null;
  #followers = 0;
  #hasEnded = false;

  /** @param stop - cancels the run where it is decoded; may be called again. */
  constructor(terms: LiveRunTerms, schedule: Schedule, stop: () => void) {
    this.owner = terms.owner;
    this.priority = terms.priority;
    this.#terms = terms;
    this.#schedule = schedule;
    this.#stop = stop;
    this.#onDisconnect = terms.onDisconnect;
    const { deadlineInMs } = terms;
    this.#callOffDeadline =
      deadlineInMs === null
        ? () => undefined
        : schedule(Math.max(0, deadlineInMs), () => this.cancel('DEADLINE'));
  }

  /** Why it was cancelled first; null of a run that nobody here cancelled. */
  get cancelReason(): CancelReason | null {
    return this.#cancelReason;
  }

  cancel(reason: CancelReason): void {
    if (this.#hasEnded) return;
    this.#cancelReason ??= reason;
    this.#stop();
  }

  /** From now on it goes on whoever follows it. */
  continue(): void {
    this.#onDisconnect = 'CONTINUE';
    this.#callOffGrace();
  }

  /** Adds a follower. @returns what removes it, once. */
  join(): () => void {
    this.#followers += 1;
    this.#callOffGrace();
    let isFollowing = true;
    return () => {
      if (isFollowing) this.#leave();
      isFollowing = false;
    };
  }

  /** To be called at its end: nothing cancels it any more. */
  end(): void {
    this.#hasEnded = true;
    this.#callOffGrace();
    this.#callOffDeadline();
  }

  #leave(): void {
    this.#followers -= 1;
    if (this.#followers > 0 || this.#onDisconnect === 'CONTINUE' || this.#hasEnded) return;
    if (this.#terms.isResumable) {
      this.#callOffGrace = this.#schedule(reconnectGraceMs, () => this.cancel('DISCONNECTED'));
    } else {
      this.cancel('DISCONNECTED');
    }
  }
}
