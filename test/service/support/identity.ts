/**
 * Credentials over a database, with a clock that tests set.
 */
import { expect } from 'vitest';
import type { MintClientTokenInput, NewApiKey, Presented } from '../../../src/service/identity.ts';
import { KeyIdentity } from '../../../src/service/key-identity.ts';
import type { Viewer } from '../../../src/service/service.ts';
import type { Database } from '../../../src/store/database.ts';
import { newSecret } from '../../../src/store/secret.ts';
import { apiKeys } from '../../../src/store/tables.ts';

/** When the clock of a test begins. */
export const start = Date.parse('2026-01-02T03:04:05.678Z');

/** An origin that the server lets in. */
export const page = 'https://pages.example';

/** Another one. */
export const otherPage = 'https://other.example';

/** Makes credentials over a database without any. */
export async function setUpIdentity(database: Database) {
  await database.delete(apiKeys);
  const clock = { now: start };
  const machineSecret = newSecret('lm');
  const identity = new KeyIdentity({
    database,
    now: () => clock.now,
    machineSecret,
    isAllowedOrigin: (origin) => [page, otherPage].includes(origin),
  });
  const enter = (secret: string | null, given: Partial<Presented> = {}) =>
    identity.authenticate({ secret, origin: null, isFromThisMachine: true, ...given });
  return {
    clock,
    identity,
    machineSecret,
    enter,
    async viewerOf(given: Partial<NewApiKey> = {}): Promise<Viewer> {
      return enter((await identity.createKey(newKey(given))).secret);
    },
    mint: (viewer: Viewer, given: Partial<MintClientTokenInput> = {}) =>
      identity.mintClientToken(
        { ttlSeconds: 60, costBudget: 100, origins: [page], ...given },
        viewer,
      ),
  };
}

/** A key to be made, with what matters to a test put in. */
export function newKey(given: Partial<NewApiKey> = {}): NewApiKey {
  return {
    name: 'site',
    owner: 'ada',
    scopes: ['INFILL'],
    costPerMinute: null,
    expiresAt: null,
    ...given,
  };
}

/** What `part` is in the message of, where a credential is refused. */
export function refused(part: string) {
  return { code: 'UNAUTHENTICATED', message: expect.stringContaining(part) };
}

/** Where the problems of an error are. */
export function pathsOf({
  problems,
}: {
  readonly problems: readonly { readonly path: string[] }[];
}) {
  return problems.map(({ path }) => path.join('.'));
}
