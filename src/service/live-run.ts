/**
 * One run that is not finished: who follows it, how long it may take, and why it is cancelled if it is.
 *
 * Knows time and followers; what cancelling does is told to it.
 */
import type { CancelReason } from '../store/tables.ts';
import type { DisconnectPolicy } from './service.ts';

/**
 * Milliseconds in which a client that can name its submission may come back: clients notice a lost connection at once or
 * with the next ping, and try again after a second or two. One that cannot name it would start another run anyway.
 */
const reconnectGraceMs = 5000;

/** On what terms a run goes on. */
export type LiveRunTerms = {
  readonly owner: string;
  readonly onDisconnect: DisconnectPolicy;
  /** Whether a client can come back to it by the name it gave its submission. */
  readonly isResumable: boolean;
  /** Milliseconds from now to its deadline, less than 2^31; null: none. */
  readonly deadlineInMs: number | null;
};

/** A run until its end. */
export class LiveRun {
  readonly owner: string;
  isWaiting = true;
  readonly #terms: LiveRunTerms;
  readonly #stop: () => void;
  readonly #deadline: NodeJS.Timeout | null;
  #grace: NodeJS.Timeout | null = null;
  #onDisconnect: DisconnectPolicy;
  #cancelReason: CancelReason | null = null;
  #followers = 0;
  #hasEnded = false;

  /** @param stop - cancels the run where it is decoded; may be called again. */
  constructor(terms: LiveRunTerms, stop: () => void) {
    this.owner = terms.owner;
    this.#terms = terms;
    this.#stop = stop;
    this.#onDisconnect = terms.onDisconnect;
    this.#deadline =
      terms.deadlineInMs === null
        ? null
        : setTimeout(() => this.cancel('DEADLINE'), Math.max(0, terms.deadlineInMs)).unref();
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
    this.#endGrace();
  }

  /** Adds a follower. @returns what removes it, once. */
  join(): () => void {
    this.#followers += 1;
    this.#endGrace();
    let isFollowing = true;
    return () => {
      if (isFollowing) this.#leave();
      isFollowing = false;
    };
  }

  /** To be called at its end: nothing cancels it any more. */
  end(): void {
    this.#hasEnded = true;
    this.#endGrace();
    if (this.#deadline !== null) clearTimeout(this.#deadline);
  }

  #leave(): void {
    this.#followers -= 1;
    if (this.#followers > 0 || this.#onDisconnect === 'CONTINUE' || this.#hasEnded) return;
    if (this.#terms.isResumable) {
      this.#grace = setTimeout(() => this.cancel('DISCONNECTED'), reconnectGraceMs).unref();
    } else {
      this.cancel('DISCONNECTED');
    }
  }

  #endGrace(): void {
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
  }
}
