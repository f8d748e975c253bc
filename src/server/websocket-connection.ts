/**
 * One WebSocket connection: carries messages, ends operations whose client has left, and bounds what is unsent.
 */
import type { Server as ProtocolServer } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';
import { type OperationContext, requestIdOf } from './operation-context.ts';

/** Bytes that may wait for a client that does not read. */
const maxUnsentBytes = 1024 * 1024;

/** Close code of a client that does not read: "policy violation" of RFC 6455. */
const slowClientCode = 1008;

const keepAliveMs = 12_000;

/** A socket with the operations it carries. */
export class Connection {
  readonly #id = requestIdOf(undefined);
  readonly #socket: WebSocket;
  readonly #logger: Logger;
  readonly #operations = new Map<string, AbortController>();
  /** Whether an operation is still wanted; the protocol sets it, since only it knows. */
  isWanted: (id: string) => boolean = () => true;

  constructor(socket: WebSocket, logger: Logger) {
    this.#socket = socket;
    this.#logger = logger;
  }

  /** The context of a new operation. */
  begin(id: string): OperationContext {
    const controller = new AbortController();
    this.#operations.set(id, controller);
    const requestId = requestIdOf(undefined);
    return { requestId, connection: this.#socket, signal: controller.signal };
  }

  /** Forgets an operation and tells what still works for it. */
  end(id: string): void {
    this.#operations.get(id)?.abort();
    this.#operations.delete(id);
  }

  /** Runs the protocol over the socket, which was just opened. */
  attach(protocol: ProtocolServer<Connection>): void {
    const socket = this.#socket;
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => this.#send(text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) => socket.on('message', (message) => this.#receive(receive, message)),
      },
      this,
    );
    socket.on('ping', (payload) => {
      if (!this.#isTooSlow()) socket.pong(payload);
    });
    socket.on('error', ({ name }) => this.#log('websocket error', { name }));
    const stopKeepAlive = keepAlive(socket);
    socket.once('close', (code, reason) => {
      stopKeepAlive();
      this.#endAll();
      this.#log('websocket closed', { code });
      void closed(code, String(reason));
    });
  }

  #receive(receive: (text: string) => Promise<void>, message: RawData): void {
    if (this.#isTooSlow()) return;
    receive(String(message)).catch((error: unknown) => {
      this.#logger.error(
        { connectionId: this.#id, error: describeError(error) },
        'websocket failed',
      );
      this.#socket.close(1011, 'Internal error');
    });
    // The protocol has just dropped what the client has completed, but tells nobody of what does not stream yet.
    for (const id of this.#operations.keys()) if (!this.isWanted(id)) this.end(id);
  }

  /** Resolves when the text is handed to the system, so that streams wait for their reader. */
  #send(text: string): Promise<void> {
    if (this.#isTooSlow() || this.#socket.readyState !== this.#socket.OPEN)
      return Promise.resolve();
    return new Promise((resolve) => this.#socket.send(text, () => resolve()));
  }

  /** Whether too much is unsent; closes the connection then. */
  #isTooSlow(): boolean {
    const { bufferedAmount, readyState, OPEN } = this.#socket;
    if (bufferedAmount <= maxUnsentBytes) return false;
    if (readyState === OPEN) {
      this.#log('websocket is slow', { bufferedAmount });
      this.#socket.close(slowClientCode, `More than ${maxUnsentBytes} bytes are unread.`);
      this.#endAll();
    }
    return true;
  }

  #endAll(): void {
    for (const id of this.#operations.keys()) this.end(id);
  }

  #log(message: string, facts: Record<string, unknown>): void {
    this.#logger.info({ connectionId: this.#id, ...facts }, message);
  }
}

/** Pings, and ends a connection that has not answered by the next ping. */
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
