/**
 * What a call refuses.
 */
import { InfillError } from '../../src/errors.ts';

/** The `InfillError` that `work` throws; anything else it throws passes, and throwing nothing is an error. */
export function refusalOf(work: () => unknown): InfillError {
  try {
    work();
  } catch (error) {
    if (error instanceof InfillError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}
