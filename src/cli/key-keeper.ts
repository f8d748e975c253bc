/**
 * Who keeps the keys: the server that runs on the data folder, or else the database itself.
 *
 * Knows where keys are; knows no wording.
 */
import type { z } from 'zod';
import { readConfig } from '../config.ts';
import { type KeyRequest, keyAnswers, machineKeysPath } from '../server/machine-keys.ts';
import type { Identity } from '../service/identity.ts';
import type { Database } from '../store/database.ts';
import type { CommandContext } from './command-context.ts';
import { askLocalServer, findLocalServer, type LocalServer } from './machine-client.ts';

/** What keeps keys. */
export type KeyKeeper = Pick<Identity, 'createKey' | 'listKeys' | 'revokeKey'>;

/**
 * Opens the keys for as long as `use` runs.
 *
 * @throws INVALID_CONFIG; SERVER_FAILED; DATA_DIR_IN_USE when a process that serves nothing has the folder.
 */
export async function withKeys<T>(
  { env }: Pick<CommandContext, 'env'>,
  use: (keys: KeyKeeper) => Promise<T>,
): Promise<T> {
  const { databaseUrl, dataDir } = readConfig(env);
  // The embedded database has one user at a time; one on a server has as many as come.
  const server = databaseUrl === null ? findLocalServer(dataDir) : null;
  if (server !== null) return use(keysOfServer(server));
  const { database, close } = await openDatabase(databaseUrl, dataDir);
  try {
    return await use(await keysOfDatabase(database));
  } finally {
    await close();
  }
}

function keysOfServer(server: LocalServer): KeyKeeper {
  const ask = async <T>(request: KeyRequest, answer: z.ZodType<T>): Promise<T> => {
    const response = await askLocalServer(server, machineKeysPath, request);
    return answer.parse(await response.json());
  };
  return {
    createKey: (key) =>
      ask({ action: 'create', key: { ...key, scopes: [...key.scopes] } }, keyAnswers.create),
    listKeys: () => ask({ action: 'list' }, keyAnswers.list),
    revokeKey: (id) => ask({ action: 'revoke', id }, keyAnswers.revoke),
  };
}

type OpenDatabase = { readonly database: Database; close(): Promise<void> };

async function openDatabase(databaseUrl: string | null, dataDir: string): Promise<OpenDatabase> {
  // Loaded only here: a client of a server has no use for a database.
  if (databaseUrl !== null) {
    const { openSharedDatabase } = await import('../store/open-postgres.ts');
    return openSharedDatabase(databaseUrl);
  }
  const { openStore } = await import('../store/open-store.ts');
  return openStore({ dataDir, serverUrl: null, now: Date.now });
}

async function keysOfDatabase(database: Database): Promise<KeyKeeper> {
  const { KeyIdentity } = await import('../service/key-identity.ts');
  // Nobody authenticates here, and no token is minted.
  const unused = { machineSecret: null, isAllowedOrigin: () => false };
  return new KeyIdentity({ database, now: Date.now, ...unused });
}
