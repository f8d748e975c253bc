/**
 * What keys and tokens spend: rates of keys in memory, budgets of tokens in the database.
 *
 * A rate begins anew with the process, in favour of the client; a budget must not. Knows credentials; knows no run.
 */
import { InfillError, problemsError } from '../errors.ts';
import { budgetLeftOf, giveBack, spend } from '../store/client-tokens.ts';
import type { Database } from '../store/database.ts';
import type { Balance, CostLedger, CostReceipt, CostReceipts } from './cost-ledger.ts';
import type { Credential, Viewer } from './service.ts';
import { TokenBucket } from './token-bucket.ts';

/** What limits are counted with. */
export type KeyLedgerOptions = {
  readonly database: Database;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

type Key = { readonly id: string; readonly costPerMinute: number | null };
/** A credential with limits. */
type Charged = Exclude<Credential, { kind: 'LOCAL' }>;

/** `CostLedger` of one server's keys. */
export class KeyLedger implements CostLedger, CostReceipts {
  readonly #options: KeyLedgerOptions;
  /** By key id; of keys with a rate. */
  readonly #buckets = new Map<string, TokenBucket>();
  /** A viewer lives as long as its operation. */
  readonly #receipts = new WeakMap<Viewer, CostReceipt>();

  constructor(options: KeyLedgerOptions) {
    this.#options = options;
  }

  async charge(viewer: Viewer, cost: number): Promise<void> {
    const { credential } = viewer;
    if (credential.kind === 'LOCAL') return;
    const key = keyOf(credential);
    requirePossible(credential, cost);
    this.#takeRate(key, cost);
    const budgetLeft = await this.#takeBudget(credential, cost).catch((error: unknown) => {
      this.#bucketOf(key)?.putBack(cost, this.#options.now());
      throw error;
    });
    this.#note(viewer, { ...this.#rateOf(key), budgetLeft }, cost);
  }

  async refund(viewer: Viewer, cost: number): Promise<void> {
    const { credential } = viewer;
    if (credential.kind === 'LOCAL') return;
    this.#bucketOf(keyOf(credential))?.putBack(cost, this.#options.now());
    if (credential.kind === 'CLIENT_TOKEN') {
      await giveBack(this.#options.database, credential.id, cost);
    }
    this.#note(viewer, await this.balance(viewer), -cost);
  }

  async balance({ credential }: Viewer): Promise<Balance> {
    if (credential.kind === 'LOCAL') {
      return { costPerMinute: null, costLeft: null, budgetLeft: null };
    }
    const budgetLeft =
      credential.kind === 'CLIENT_TOKEN'
        ? await budgetLeftOf(this.#options.database, credential.id)
        : null;
    return { ...this.#rateOf(keyOf(credential)), budgetLeft };
  }

  receiptOf(viewer: Viewer): CostReceipt | null {
    return this.#receipts.get(viewer) ?? null;
  }

  #note(viewer: Viewer, balance: Balance, cost: number): void {
    const charged = (this.#receipts.get(viewer)?.charged ?? 0) + cost;
    if (charged === 0) this.#receipts.delete(viewer);
    else this.#receipts.set(viewer, { ...balance, charged });
  }

  #takeRate(key: Key, cost: number): void {
    const retryAfterMs = this.#bucketOf(key)?.take(cost, this.#options.now()) ?? 0;
    if (retryAfterMs === 0) return;
    const { costPerMinute, costLeft } = this.#rateOf(key);
    const message =
      `The request costs ${cost}; the API key has ${costLeft} left of ${costPerMinute} per minute, ` +
      `and enough in ${retryAfterMs} ms.`;
    throw new InfillError('RATE_LIMITED', message, { retryAfterMs });
  }

  /** @returns what is left; null where there is no budget. */
  async #takeBudget(credential: Charged, cost: number): Promise<number | null> {
    if (credential.kind === 'API_KEY') return null;
    const { database, now } = this.#options;
    const { id, costBudget, expiresAt } = credential;
    const left = await spend(database, id, cost);
    if (left !== null) return left;
    const budgetLeft = (await budgetLeftOf(database, id)) ?? 0;
    const message =
      `The request costs ${cost}; the client token has ${budgetLeft} left of its budget of ${costBudget}, ` +
      'which does not fill up again: another token is needed.';
    // Nothing changes for the better before it expires.
    const retryAfterMs = Math.max(0, expiresAt.getTime() - now());
    throw new InfillError('RATE_LIMITED', message, { retryAfterMs });
  }

  #rateOf(key: Key): Pick<Balance, 'costPerMinute' | 'costLeft'> {
    const level = this.#bucketOf(key)?.levelAt(this.#options.now());
    return {
      costPerMinute: key.costPerMinute,
      costLeft: level === undefined ? null : Math.floor(level),
    };
  }

  #bucketOf({ id, costPerMinute }: Key): TokenBucket | null {
    if (costPerMinute === null) return null;
    const bucket = this.#buckets.get(id) ?? new TokenBucket(costPerMinute, this.#options.now());
    this.#buckets.set(id, bucket);
    return bucket;
  }
}

function keyOf(credential: Charged): Key {
  return credential.kind === 'API_KEY' ? credential : credential.key;
}

/** @throws COST_TOO_HIGH for what is more than the whole rate or the whole budget. */
function requirePossible(credential: Charged, cost: number): void {
  const { costPerMinute } = keyOf(credential);
  if (costPerMinute !== null && cost > costPerMinute) {
    throw neverPossible(cost, costPerMinute, 'all that the API key may spend in a minute');
  }
  if (credential.kind === 'CLIENT_TOKEN' && cost > credential.costBudget) {
    throw neverPossible(cost, credential.costBudget, 'the whole budget of the client token');
  }
}

function neverPossible(cost: number, limit: number, what: string): InfillError {
  const message = `The request costs ${cost}, which can never pass: ${limit} is ${what}.`;
  const code = 'COST_TOO_HIGH';
  return problemsError([
    { path: ['source'], code, message, value: String(cost), limit: String(limit) },
  ]);
}
