/**
 * What happens to runs, as an operator counts it: ids, sizes and times, never a text.
 *
 * The root hands notices to whoever keeps metrics; the service knows no metric.
 */
import type { Timing, Usage } from '../decoding/run-event.ts';
import type { ErrorCode } from '../errors.ts';
import type { CancelReason, RunStatus } from '../store/tables.ts';

type OfRun = {
  readonly runId: string;
  readonly decoderName: string;
  readonly packId: string;
};

/** One thing that happened. Milliseconds. */
export type RunNotice =
  /** An input was turned away. */
  | { readonly type: 'rejected'; readonly code: ErrorCode }
  | (OfRun & { readonly type: 'admitted' })
  | (OfRun & { readonly type: 'started'; readonly queueMs: number })
  | (OfRun & {
      readonly type: 'committed';
      readonly tokens: number;
      /** Since the submission where it is the first, else since the commit before. */
      readonly sinceMs: number;
      readonly isFirst: boolean;
    })
  | (OfRun & {
      readonly type: 'ended';
      readonly status: Extract<RunStatus, 'COMPLETED' | 'FAILED' | 'CANCELLED'>;
      /** Not null of a cancelled run, and only of one. */
      readonly cancelReason: CancelReason | null;
      /** Null of a run that never began. */
      readonly usage: Usage | null;
      readonly timing: Timing | null;
    });
