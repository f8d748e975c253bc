/**
 * Keys of a database that a server is using.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withKeys } from '../../src/cli/key-keeper.ts';
import { KeyIdentity } from '../../src/service/key-identity.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../store/support/folders.ts';
import { makeDatabase } from '../support/test-store.ts';

let database: Awaited<ReturnType<typeof makeDatabase>>;
beforeAll(async () => {
  database = await makeDatabase();
});
afterAll(() => database.remove());

/** Opens the database as its only server. */
function openAsServer(): Promise<Store> {
  const options = { dataDir: temporaryFolder(), serverUrl: null, now: Date.now };
  return openStore({ ...options, databaseUrl: database.url });
}

it('makes a key that a running server takes at once', async () => {
  const server = await openAsServer();
  const unused = { machineSecret: null, isAllowedOrigin: () => false };
  const identity = new KeyIdentity({ database: server.database, now: Date.now, ...unused });
  const env = { DATABASE_URL: database.url, DATA_DIR: temporaryFolder() };
  const key = { name: 'site', owner: 'ada', costPerMinute: null, expiresAt: null } as const;
  const { secret } = await withKeys({ env }, (keys) =>
    keys.createKey({ ...key, scopes: ['INFILL'] }),
  );
  const shown = { secret, origin: null, isFromThisMachine: false };
  expect(await identity.authenticate(shown)).toMatchObject({
    owner: 'ada',
    credential: { name: 'site' },
  });
  await server.close();
});
