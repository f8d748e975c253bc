/**
 * What a client sends under an idempotency key, once however often it is sent: at the same time, later, and to two processes.
 *
 * Knows keys and digests; what is made of a submission is handed to it.
 */
import { InfillError } from '../errors.ts';

/** What a client calls one submission, and what it asked for. */
export type Submission = { readonly owner: string; readonly key: string; readonly digest: string };

/** What was made of a submission, with the digest it was made from; null of what was submitted without a key. */
type Made = { readonly inputDigest: string | null };

/** A submission that is being made. */
type Pending<T> = { readonly digest: string; readonly made: Promise<T> };

/** Submissions of one sort, whose keys are apart from those of others. */
export class KeyedSubmissions<T extends Made> {
  readonly #find: (owner: string, key: string) => Promise<T | null>;
  readonly #noun: string;
  /** By owner and key. Two calls of one submission may come before either is stored. */
  readonly #pending = new Map<string, Pending<T>>();

  /** @param find - what is stored under a key; null when nothing is. @param noun - with its article, for messages. */
  constructor(find: (owner: string, key: string) => Promise<T | null>, noun: string) {
    this.#find = find;
    this.#noun = noun;
  }

  /**
   * What the submission has made before, or what `make` makes of it now, which is durable when that resolves.
   *
   * @throws CONFLICT when its key stands for another input; what `make` throws, whose CONFLICT says that the key is taken
   */
  async once(submission: Submission, make: () => Promise<T>): Promise<T> {
    const name = JSON.stringify([submission.owner, submission.key]);
    const pending = this.#pending.get(name);
    if (pending !== undefined) {
      if (pending.digest !== submission.digest) throw this.#usedOtherwise(submission);
      return pending.made;
    }
    const made = this.#foundOrMade(submission, make);
    this.#pending.set(name, { digest: submission.digest, made });
    return made.finally(() => this.#pending.delete(name));
  }

  async #foundOrMade(submission: Submission, make: () => Promise<T>): Promise<T> {
    const found = await this.#stored(submission);
    if (found !== null) return found;
    return make().catch(async (error: unknown) => {
      // Another process may have stored the submission in the meantime.
      const isTaken = error instanceof InfillError && error.code === 'CONFLICT';
      const stored = isTaken ? await this.#stored(submission) : null;
      if (stored === null) throw error;
      return stored;
    });
  }

  async #stored(submission: Submission): Promise<T | null> {
    const found = await this.#find(submission.owner, submission.key);
    if (found !== null && found.inputDigest !== submission.digest) {
      throw this.#usedOtherwise(submission);
    }
    return found;
  }

  #usedOtherwise({ key }: Submission): InfillError {
    const message = `The idempotency key "${key}" stands for ${this.#noun} with another input.`;
    return new InfillError('CONFLICT', message);
  }
}
