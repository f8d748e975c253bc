/**
 * What the system says of a disk that is full, as an error that says what to do.
 */
import { InfillError } from '../errors.ts';

const fullCodes: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * For the `catch` of something that writes.
 *
 * @param message - says what is kept and how to go on.
 * @throws InfillError STORAGE_FULL for a full disk; the error itself for all else.
 */
export function asFullDisk(error: NodeJS.ErrnoException, message: string): never {
  if (!fullCodes.includes(error.code)) throw error;
  throw new InfillError('STORAGE_FULL', message, { cause: error });
}
