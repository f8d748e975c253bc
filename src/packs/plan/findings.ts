/**
 * What a plan finds out besides figures: why a build would refuse, and what could not be looked at.
 */
import { type ErrorCode, InfillError } from '../../errors.ts';

/** Codes of what is wrong with a checkpoint; all others are the caller's, or defects. */
const codes: readonly ErrorCode[] = [
  'INVALID_CHECKPOINT',
  'UNSUPPORTED_CHECKPOINT',
  'INVALID_PACK',
];

/** Full sentences, in the order in which they were found. */
export class Findings {
  readonly problems: string[] = [];
  readonly notes: string[] = [];

  /**
   * The result of `work`; null where a build would refuse the same, which becomes a problem.
   *
   * A plan goes on after a refusal, so that everything is told at once.
   */
  async of<T>(work: () => T | Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InfillError && codes.includes(error.code))) throw error;
      this.problems.push(error.message);
      return null;
    }
  }
}
