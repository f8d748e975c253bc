/**
 * A server that others can reach lets nobody in without a key, so it needs one before it listens.
 */
import { type Config, isReachable } from './config.ts';
import { InfillError } from './errors.ts';
import type { Identity } from './service/identity.ts';

/** @throws INVALID_CONFIG where others than this machine could use the server without a key */
export async function requireKeys(
  { host }: Pick<Config, 'host'>,
  identity: Pick<Identity, 'hasKeys'>,
): Promise<void> {
  if (!isReachable(host) || (await identity.hasKeys())) return;
  throw new InfillError(
    'INVALID_CONFIG',
    `HOST is "${host}", which others than this machine can reach, and there is no API key yet: anyone could use ` +
      'the server. Make a key with "lacuna keys create --name NAME --scopes read,infill", or leave HOST out.',
  );
}
