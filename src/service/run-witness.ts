/**
 * Tells an operator of one run as it goes: when it began, what it committed, how it ended.
 *
 * Knows one run's clock; counts nothing.
 */
import type { Outcome } from '../decoding/run-event.ts';
import type { RunEntry } from '../dispatch/run-log.ts';
import type { NewRun, RunEnd } from '../store/runs.ts';
import type { RunNotice } from './run-notice.ts';

/** What is told with, and by which clock. */
export type WitnessOptions = {
  readonly observe: (notice: RunNotice) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** One run's notices, in order. */
export class RunWitness {
  readonly #run: { readonly runId: string } & Pick<NewRun, 'decoderName' | 'packId'>;
  readonly #options: WitnessOptions;
  readonly #submittedAt: number;
  #committedAt: number | null = null;

  constructor({ id, decoderName, packId, createdAt }: NewRun, options: WitnessOptions) {
    this.#run = { runId: id, decoderName, packId };
    this.#options = options;
    this.#submittedAt = createdAt.getTime();
  }

  admitted(): void {
    this.#options.observe({ ...this.#run, type: 'admitted' });
  }

  /** Entries before the terminal one. */
  saw(entry: RunEntry): void {
    const now = this.#options.now();
    if (entry.type === 'started') {
      const queueMs = now - this.#submittedAt;
      this.#options.observe({ ...this.#run, type: 'started', queueMs });
    } else if (entry.type === 'committed') {
      const isFirst = this.#committedAt === null;
      const sinceMs = now - (this.#committedAt ?? this.#submittedAt);
      const tokens = entry.tokens.length;
      this.#committedAt = now;
      this.#options.observe({ ...this.#run, type: 'committed', tokens, sinceMs, isFirst });
    }
  }

  ended(
    { status, cancelReason }: Pick<RunEnd, 'status' | 'cancelReason'>,
    outcome: Outcome | null,
  ): void {
    const usage = outcome?.usage ?? null;
    const timing = outcome?.timing ?? null;
    this.#options.observe({ ...this.#run, type: 'ended', status, cancelReason, usage, timing });
  }
}
