/**
 * GraphQL over WebSocket (graphql-transport-ws): admission, bounds, and the way to the shared functions.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Config } from '../config.ts';
import { type AdmissionPolicy, originRefusal } from './admission.ts';
import { type Authenticator, senderOf } from './authentication.ts';
import type { ConnectionTiming } from './connection-timing.ts';
import type { Graphql } from './graphql.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { type PersistedOperations, persistedDocument } from './persisted-operations.ts';
import { isWelcome, speakerOrError } from './websocket-authentication.ts';
import { Connection } from './websocket-connection.ts';

/** What the transport is made of. */
export type WebSocketOptions = {
  readonly config: AdmissionPolicy & Pick<Config, 'maxWebSockets'>;
  readonly graphql: Graphql;
  readonly identity: Authenticator;
  readonly logger: Logger;
  readonly timing: ConnectionTiming;
  readonly metrics: Pick<Metrics, 'countWebSocketsBy'>;
  /** Any operation may run when absent. */
  readonly persisted?: PersistedOperations | undefined;
};

const maxPayloadBytes = 256 * 1024;
const initTimeoutMs = 3000;

/** Operations of any kind that one connection may have in flight. */
const maxOperations = 64;

/** Serves upgrades of an HTTP server at `/graphql`; returns what ends all connections. */
export function serveWebSockets(server: Server, options: WebSocketOptions): () => void {
  const { graphql, identity, logger, config, timing } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    // Pongs to a client that does not read them would pile up; the connection answers within its bound.
    autoPong: false,
    handleProtocols,
  });
  options.metrics.countWebSocketsBy(() => sockets.clients.size);
  const { execute, subscribe } = graphql.getEnveloped();
  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: initTimeoutMs,
    // Without these the protocol runs operations itself: unmasked and uncounted.
    execute,
    subscribe,
    onConnect: (context) => isWelcome(context, identity),
    onSubscribe: async (context, id, payload) => {
      context.extra.isWanted = (operationId) => operationId in context.subscriptions;
      if (Object.keys(context.subscriptions).length > maxOperations) return [tooManyOperations()];
      const query = documentOf(payload, options.persisted);
      if (query instanceof GraphQLError) return [query];
      // Begun first: the client may leave it while its credential is looked up.
      const operation = context.extra.begin(id);
      const viewer = await speakerOrError(context, operation.requestId, options);
      if (viewer instanceof GraphQLError) return [viewer];
      return prepareOperation(graphql, { ...operation, viewer }, { ...payload, query });
    },
    onComplete: (context, id) => context.extra.end(id),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = upgradeRefusal(request, config, sockets.clients.size);
    if (refusal !== null) return rejectUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (client) =>
      new Connection(client, { sender: senderOf(request), timing, logger }).attach(protocol),
    );
  });
  return () => {
    for (const client of sockets.clients) client.close(1001, 'The server is stopping.');
    sockets.close();
  };
}

type Payload = {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly extensions?: Record<string, unknown> | null | undefined;
};

function documentOf(params: Payload, persisted: PersistedOperations | undefined) {
  return persisted === undefined ? params.query : persistedDocument(params, persisted);
}

async function prepareOperation(graphql: Graphql, operation: object, params: Payload) {
  const { schema, parse, validate, contextFactory } = graphql.getEnveloped({
    ...operation,
    params,
  });
  const document = parsed(() => parse(params.query));
  if (document instanceof GraphQLError) return [document];
  const errors = validate(schema, document);
  if (errors.length > 0) return errors;
  return {
    schema,
    document,
    operationName: params.operationName,
    variableValues: params.variables,
    contextValue: await contextFactory(),
  };
}

/** A document that cannot be parsed is the client's error, not the connection's end. */
function parsed<T>(parse: () => T): T | GraphQLError {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    error.extensions['code'] ??= 'GRAPHQL_PARSE_FAILED';
    return error;
  }
}

function tooManyOperations(): GraphQLError {
  return new GraphQLError(
    `This connection has as many operations in flight as it may: ${maxOperations}.`,
    {
      extensions: { code: 'TOO_MANY_OPERATIONS' },
    },
  );
}

type UpgradeRefusal = { readonly status: string; readonly message: string };

function upgradeRefusal(
  { headers, url = '' }: IncomingMessage,
  config: WebSocketOptions['config'],
  openCount: number,
): UpgradeRefusal | null {
  if (url.split('?')[0] !== '/graphql')
    return { status: '404 Not Found', message: 'There is nothing at this path.' };
  const refusal = originRefusal(headers, config);
  if (refusal !== null) return { status: '403 Forbidden', message: refusal.message };
  if (openCount < config.maxWebSockets) return null;
  const message = `There are as many WebSocket connections as may be: ${config.maxWebSockets} (MAX_WEBSOCKETS).`;
  return { status: '503 Service Unavailable', message };
}

function rejectUpgrade(socket: Duplex, { status, message }: UpgradeRefusal): void {
  // The client may be gone already; there is nobody to tell.
  socket.on('error', () => socket.destroy());
  // One that keeps its own side open would hold its place among the connections for good.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}
