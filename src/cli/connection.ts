/**
 * Finds the API that a command talks to: a server by its URL, the server of the data folder, or the schema in this process.
 *
 * Knows where there may be one, and what it is shown: the API key of the environment, or the secret that a server on this
 * machine leaves in its lock file. Knows no operation.
 */
import { hostname } from 'node:os';
import { Option } from 'commander';
import { type Client, createClient } from '../client/client.ts';
import { clientKeyVariable, type Environment, readConfig } from '../config.ts';
import { InfillError } from '../errors.ts';
import { readLock } from '../store/folder-lock.ts';
import type { CommandContext } from './command-context.ts';

/** The option that names a server. */
export function serverOption(): Option {
  return new Option(
    '--server <url>',
    `use this server, with the key in ${clientKeyVariable} if there is one; ` +
      'by default the one that runs on DATA_DIR, or else no server',
  );
}

/**
 * Opens a connection for as long as `use` runs.
 *
 * @param server - URL of a server, with or without `/graphql`.
 * @throws INVALID_INPUT for what is not a URL; SERVER_FAILED; in this process, the startup family
 */
export async function withClient<T>(
  server: string | undefined,
  { env, stderr }: CommandContext,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  if (server !== undefined) return use(remoteClient(server, keyOf(env)));
  const config = readConfig(env);
  const holder = readLock(config.dataDir);
  // Another host's loopback address is not this one's.
  if (holder?.url && holder.host === hostname()) {
    return use(remoteClient(holder.url, holder.secret));
  }
  // Loaded only here: a client of a server has no use for models, database and schema.
  const { withApplication } = await import('./in-process.ts');
  return withApplication(config, stderr, use);
}

/** Null where there is none. An empty variable counts as absent. */
function keyOf(env: Environment): string | null {
  return env[clientKeyVariable] || null;
}

/** A client whose failures name the server. */
function remoteClient(server: string, secret: string | null): Client {
  const url = endpointOf(server);
  const client = createClient({ url, secret });
  return {
    request: (document, variables, signal) =>
      client.request(document, variables, signal).catch((cause) => {
        throw serverFailed(url, cause, secret);
      }),
    async *subscribe(document, variables, signal) {
      try {
        yield* client.subscribe(document, variables, signal);
      } catch (cause) {
        throw serverFailed(url, cause, secret);
      }
    },
  };
}

function endpointOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    const message = `"${server}" is not the URL of a server, such as http://127.0.0.1:4000.`;
    throw new InfillError('INVALID_INPUT', message);
  }
  if (url.pathname === '/') url.pathname = '/graphql';
  return url.href;
}

function serverFailed(url: string, cause: unknown, secret: string | null): InfillError {
  const reasons = reasonsOf(cause).join(': ');
  const isMissing = secret === null && reasons.includes('Authorization');
  const advice = isMissing ? ` Set ${clientKeyVariable} to a key.` : '';
  const message = `The server at ${url} cannot be used: ${reasons}${advice}`;
  return new InfillError('SERVER_FAILED', message, { cause });
}

/** Messages from an error down to its first cause; a refused connection tells its reason only there. */
function reasonsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const code = 'code' in error ? String(error.code) : error.name;
  return [error.message || code, ...(error.cause === undefined ? [] : reasonsOf(error.cause))];
}
