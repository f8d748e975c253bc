/**
 * A ledger without limits that keeps what it was asked.
 */
import type { CostLedger } from '../../../src/service/cost-ledger.ts';
import type { Viewer } from '../../../src/service/service.ts';

/** Throws `refusal` where there is one. */
export class RecordingLedger implements CostLedger {
  readonly charged: number[] = [];
  readonly refunded: number[] = [];
  refusal: Error | null = null;

  async charge(_viewer: Viewer, cost: number): Promise<void> {
    if (this.refusal !== null) throw this.refusal;
    this.charged.push(cost);
  }

  async refund(_viewer: Viewer, cost: number): Promise<void> {
    this.refunded.push(cost);
  }

  async balance() {
    return { costPerMinute: null, costLeft: null, budgetLeft: null };
  }
}
