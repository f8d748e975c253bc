/**
 * A server over a fake service on a free port, with what it logged.
 */
import { buildSchema } from '../../schema/build-schema.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/server/logger.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import {
  type RunningServer,
  type ServerOptions,
  startServer,
} from '../../src/server/start-server.ts';
import { localViewer } from '../../src/service/service.ts';
import { FakeService } from './fake-service.ts';

/** A running server and its parts. */
export type TestServer = RunningServer & {
  readonly service: FakeService;
  readonly log: readonly string[];
};

/** What may differ from a server without keys. */
export type TestServerParts = { readonly service?: FakeService } & Partial<
  Pick<ServerOptions, 'identity' | 'machine' | 'receipts' | 'persisted' | 'timing'>
>;

/** Lets everybody in as the machine itself. */
export const openIdentity = { authenticate: async () => localViewer };

/** Nobody is charged. */
export const noReceipts = { receiptOf: () => null };

/** Starts one; the caller closes it. */
export async function startTestServer(
  changes: Partial<Config> = {},
  parts: TestServerParts = {},
): Promise<TestServer> {
  const { service = new FakeService(), ...others } = parts;
  const log: string[] = [];
  const server = await startServer({
    config: { ...readConfig({ PORT: '0' }), ...changes },
    service,
    identity: openIdentity,
    receipts: noReceipts,
    metrics: createMetrics(),
    schema: buildSchema(service),
    logger: createLogger('trace', { write: (line) => void log.push(line) }),
    ...others,
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
