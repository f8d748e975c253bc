/**
 * The server as a whole: one port for HTTP, server-sent events and WebSockets.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Config } from '../config.ts';
import { type ConnectionTiming, connectionTiming } from './connection-timing.ts';
import { createGraphql, type GraphqlOptions } from './graphql.ts';
import { createHttpListener, type HttpOptions } from './http.ts';
import { endWhenStalled } from './stalled-reader.ts';
import { serveWebSockets, type WebSocketOptions } from './websocket.ts';

/** What a server is made of. */
export type ServerOptions = Omit<
  GraphqlOptions & HttpOptions & WebSocketOptions,
  'graphql' | 'config' | 'timing'
> & {
  readonly config: Config;
  /** `connectionTiming` when absent. */
  readonly timing?: ConnectionTiming;
};

/** A server that listens. */
export type RunningServer = {
  /** For this machine; without a path or a slash at the end. */
  readonly url: string;
  /** Takes no more connections, and ends those that are left after a moment. */
  close(): Promise<void>;
};

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;

/** How long connections have to end on their own once the server closes. */
const closeGraceMs = 1000;

/** Listens at the configured address; rejects when it is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, identity, metrics, persisted, logger, timing = connectionTiming } = options;
  const graphql = createGraphql(options);
  const server = createServer(
    { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    createHttpListener({ ...options, graphql }),
  );
  server.maxConnections = config.maxConnections;
  const connections = openConnections(server);
  server.on('connection', (socket) => endWhenStalled(socket, timing.stallMs));
  const closeWebSockets = serveWebSockets(server, {
    config,
    graphql,
    identity,
    metrics,
    persisted,
    logger,
    timing,
  });
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const url = urlOf(server, config.host);
  logger.info({ url }, 'listening');
  return {
    url,
    async close() {
      closeWebSockets();
      await closeServer(server, connections);
    },
  };
}

/** A server that listens at all addresses is reached from this machine at one. */
const addressOfAny: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const reached = addressOfAny[host] ?? host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

/** The connections of a server as they come and go; those that became WebSockets it no longer counts itself. */
function openConnections(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

async function closeServer(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const socket of connections) socket.destroy();
  }, closeGraceMs);
  await closed;
  clearTimeout(timer);
}
