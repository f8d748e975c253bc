/**
 * A server over a fake service on a free port, with what it logged.
 */
import { buildSchema } from '../../schema/build-schema.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { ConnectionTiming } from '../../src/server/connection-timing.ts';
import { createLogger } from '../../src/server/logger.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import type { PersistedOperations } from '../../src/server/persisted-operations.ts';
import { type RunningServer, startServer } from '../../src/server/start-server.ts';
import { FakeService } from './fake-service.ts';

/** A running server and its parts. */
export type TestServer = RunningServer & {
  readonly service: FakeService;
  readonly log: readonly string[];
};

/** Starts one; the caller closes it. */
export async function startTestServer(
  changes: Partial<Config> = {},
  parts: {
    readonly service?: FakeService;
    readonly timing?: ConnectionTiming;
    readonly persisted?: PersistedOperations;
  } = {},
): Promise<TestServer> {
  const { service = new FakeService(), timing, persisted } = parts;
  const log: string[] = [];
  const server = await startServer({
    config: { ...readConfig({ PORT: '0' }), ...changes },
    service,
    ...(timing && { timing }),
    persisted,
    metrics: createMetrics(),
    schema: buildSchema(service),
    logger: createLogger('trace', { write: (line) => void log.push(line) }),
  });
  return { ...server, service, log };
}

/** Posts an operation as JSON. */
export function post(
  { url }: { readonly url: string },
  query: string,
  options: {
    readonly variables?: object;
    readonly headers?: Record<string, string>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Response> {
  const { variables = {}, headers = {}, signal = null } = options;
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    signal,
  });
}

/** Waits until a condition holds; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
