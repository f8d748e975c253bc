/**
 * Refuses a pack whose matrices are quantised, where they are needed as they were.
 */
import { InfillError } from '../errors.ts';
import type { Manifest } from './manifest.ts';

/** @param advice - the end of the sentence. @throws InfillError UNSUPPORTED */
export function requireFloat({ id, roles }: Manifest, advice: string): void {
  for (const role of [roles.causal, roles.masked]) {
    if (role === undefined || role.precision === 'f32') continue;
    const message = `Pack "${id}" is of precision ${role.precision}; ${advice}.`;
    throw new InfillError('UNSUPPORTED', message);
  }
}
