/**
 * What takes long to compute, kept for whoever asks next: of each name the last.
 *
 * Who asks while it is computed first waits for the same. Knows nothing of what it keeps.
 */

/** What is kept under a name. Times are milliseconds since the epoch. */
type Kept<T> = {
  readonly revision: string;
  readonly value: Promise<T>;
  /** When it is to be computed again, where older ones will do; infinite while that is under way. */
  renewAt: number;
};

/** How something is asked for. */
type Asked<T> = {
  readonly name: string;
  /** Of what it is computed from: equal ones give equal values. */
  readonly revision: string;
  /** Whether one of an older revision will do: then nobody but the first waits, and computing takes a tenth of the time at most. */
  readonly mayBeOlder: boolean;
  readonly compute: () => Promise<T>;
};

/** Names that are kept at most; the oldest goes first. */
const capacity = 32;
const timesAsLong = 10;

/** Values by name. */
export class Remembered<T> {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept<T>>();

  /** @param now - milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws what `compute` throws, and then keeps nothing */
  get(asked: Asked<T>): Promise<T> {
    const kept = this.#kept.get(asked.name);
    if (kept?.revision === asked.revision) return kept.value;
    if (kept === undefined || !asked.mayBeOlder) return this.#first(asked);
    if (this.#now() >= kept.renewAt) this.#renew(asked, kept);
    return kept.value;
  }

  #first({ name, revision, compute }: Asked<T>): Promise<T> {
    const startedAt = this.#now();
    const value = compute();
    const kept = { revision, value, renewAt: Number.POSITIVE_INFINITY };
    this.#keep(name, kept);
    value.then(
      () => this.#rest(kept, startedAt),
      () => {
        if (this.#kept.get(name) === kept) this.#kept.delete(name);
      },
    );
    return value;
  }

  /** What was there stays until there is another. */
  #renew({ name, revision, compute }: Asked<T>, old: Kept<T>): void {
    const startedAt = this.#now();
    old.renewAt = Number.POSITIVE_INFINITY;
    const value = compute();
    value.then(
      () => {
        const kept = { revision, value, renewAt: 0 };
        this.#rest(kept, startedAt);
        this.#keep(name, kept);
      },
      () => this.#rest(old, startedAt),
    );
  }

  #rest(kept: Kept<T>, startedAt: number): void {
    const now = this.#now();
    kept.renewAt = now + timesAsLong * (now - startedAt);
  }

  #keep(name: string, kept: Kept<T>): void {
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    for (const oldest of [...this.#kept.keys()].slice(0, -capacity)) this.#kept.delete(oldest);
  }
}
