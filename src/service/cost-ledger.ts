/**
 * What viewers spend: cost is taken before a run or a score is admitted, and given back where it is not.
 *
 * Knows credentials and their limits; knows no run.
 */
import type { Viewer } from './service.ts';

/** What is left to a viewer; null where nothing limits it. */
export type Balance = {
  readonly costPerMinute: number | null;
  /** Of this minute's rate. */
  readonly costLeft: number | null;
  /** Of a client token's budget. */
  readonly budgetLeft: number | null;
};

/** Counts what viewers spend. */
export interface CostLedger {
  /**
   * Takes `cost` from the viewer's rate and budget, or nothing at all.
   *
   * @throws RATE_LIMITED where it may pass later, or with another token; COST_TOO_HIGH where it never can.
   */
  charge(viewer: Viewer, cost: number): Promise<void>;
  /** Gives back what was charged for work that was not admitted. */
  refund(viewer: Viewer, cost: number): Promise<void>;
  balance(viewer: Viewer): Promise<Balance>;
}

/**
 * Charges for work before it is admitted, and gives that back when it is not.
 *
 * @throws as `CostLedger.charge`; what `admit` throws
 */
export async function charged<T>(
  ledger: CostLedger,
  viewer: Viewer,
  cost: number,
  admit: () => Promise<T>,
): Promise<T> {
  await ledger.charge(viewer, cost);
  return admit().catch(async (error: unknown) => {
    await ledger.refund(viewer, cost);
    throw error;
  });
}

/** What one operation was charged, less what it got back, and what was left after that. */
export type CostReceipt = Balance & { readonly charged: number };

/** Tells what operations were charged. */
export interface CostReceipts {
  /** Of the operation that this very viewer was made for; null where it was charged nothing. */
  receiptOf(viewer: Viewer): CostReceipt | null;
}
