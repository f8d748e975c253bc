/**
 * One WebSocket connection: carries messages, ends operations whose client has left, and bounds what is unsent.
 */
import type { Server as ProtocolServer } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Logger } from './logger.ts';
import { describeError } from './mask-error.ts';
import { type OperationContext, requestIdOf } from './operation-context.ts';

/** Bytes that may wait for a client that does not read. */
export const maxUnsentBytes = 1024 * 1024;

/** Close code of a client that does not read: "policy violation" of RFC 6455. */
export const slowClientCode = 1008;

const keepAliveMs = 12_000;

/** The operations of one connection. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #operations = new Map<string, AbortController>();
  /** Whether an operation is still wanted; the protocol sets it, since only it knows. */
  isOpen: (id: string) => boolean = () => true;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** The context of a new operation. */
  begin(id: string): OperationContext {
    const controller = new AbortController();
    this.#operations.set(id, controller);
    return {
      requestId: requestIdOf(undefined),
      connection: this.#socket,
      signal: controller.signal,
    };
  }

  /** Forgets an operation and tells what still works for it. */
  end(id: string): void {
    this.#operations.get(id)?.abort();
    this.#operations.delete(id);
  }

  /** Ends the operations that the client has completed. */
  endAbandoned(): void {
    for (const id of this.#operations.keys()) if (!this.isOpen(id)) this.end(id);
  }

  /** Ends all operations: the client is gone. */
  endAll(): void {
    for (const id of this.#operations.keys()) this.end(id);
  }
}

/** Runs the protocol over a socket that was just opened. */
export function attachSocket(
  socket: WebSocket,
  protocol: ProtocolServer<Connection>,
  logger: Logger,
): void {
  const connection = new Connection(socket);
  const connectionId = requestIdOf(undefined);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) => send(socket, text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (receive) => {
        socket.on('message', (message: RawData) => {
          if (isTooSlow(socket)) return;
          receive(String(message)).catch((error: unknown) => {
            logger.error({ connectionId, error: describeError(error) }, 'websocket message failed');
            socket.close(1011, 'Internal error');
          });
          connection.endAbandoned();
        });
      },
    },
    connection,
  );
  socket.on('ping', (payload) => {
    if (!isTooSlow(socket)) socket.pong(payload);
  });
  socket.on('error', (error) =>
    logger.info({ connectionId, error: error.name }, 'websocket error'),
  );
  const stopKeepAlive = keepAlive(socket);
  socket.once('close', (code, reason) => {
    stopKeepAlive();
    connection.endAll();
    logger.info({ connectionId, code }, 'websocket closed');
    void closed(code, String(reason));
  });
}

/** Resolves when the text is handed to the system, so that streams wait for their reader. */
function send(socket: WebSocket, text: string): Promise<void> {
  if (isTooSlow(socket) || socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve) => socket.send(text, () => resolve()));
}

/** Closes a socket that has too much unsent. */
function isTooSlow(socket: WebSocket): boolean {
  if (socket.bufferedAmount <= maxUnsentBytes) return false;
  if (socket.readyState === socket.OPEN) {
    socket.close(slowClientCode, `More than ${maxUnsentBytes} bytes are unread.`);
  }
  return true;
}

/** Pings, and ends a connection that does not answer until the next ping. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, keepAliveMs);
  return () => clearInterval(timer);
}
