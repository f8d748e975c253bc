/**
 * Merges the commits of one run that come in quick succession, on the worker's side of the channel.
 *
 * Knows progress and time; knows no channel. The first commit goes out at once.
 */
import type { RunProgress, SlotUpdate } from '../decoding/run-event.ts';

type Committed = Extract<RunProgress, { type: 'committed' }>;

export type OutboxOptions = {
  readonly send: (progress: RunProgress) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Least time between two messages of commits. */
  readonly mergeMs: number;
};

/** One per run. Everything but a commit goes out at once, after what is held. */
export class ProgressOutbox {
  readonly #options: OutboxOptions;
  #held: Committed | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  push(progress: RunProgress): void {
    if (progress.type !== 'committed') {
      this.flush();
      this.#options.send(progress);
      return;
    }
    this.#held = this.#held === null ? progress : mergeCommitted(this.#held, progress);
    const { now, mergeMs } = this.#options;
    if (now() - this.#sentAt >= mergeMs) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), mergeMs);
  }

  /** Sends what is held now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held === null) return;
    const progress = this.#held;
    this.#held = null;
    this.#sentAt = this.#options.now();
    this.#options.send(progress);
  }
}

/** One entry for two: all tokens in order, and the newest update of each slot. */
function mergeCommitted(first: Committed, second: Committed): Committed {
  const slots = new Map<number, SlotUpdate>();
  for (const slot of [...first.slots, ...second.slots]) slots.set(slot.index, slot);
  return {
    type: 'committed',
    tokens: [...first.tokens, ...second.tokens],
    slots: [...slots.values()],
  };
}
