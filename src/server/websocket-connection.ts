/**
 * One WebSocket connection: carries messages, ends operations whose client has left, and goes at its reader's pace.
 *
 * A client that does not read holds up its own streams, which then lag, and is not asked for more.
 */
import type { Server as ProtocolServer } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Sender } from './authentication.ts';
import type { ConnectionTiming } from './connection-timing.ts';
import { describeError } from './describe-error.ts';
import type { Logger } from './logger.ts';
import { type OperationContext, requestIdOf } from './operation-context.ts';

/** Bytes that wait for a client from which on nothing more is taken from it. */
const maxUnsentBytes = 1024 * 1024;

/** Close code of graphql-transport-ws for a connection that is not let in. */
const forbiddenCode = 4403;

/** Bytes that a close frame has for its reason. */
const maxReasonBytes = 123;

/** What a connection is made with. */
export type ConnectionOptions = {
  /** Of the upgrade. */
  readonly sender: Sender;
  readonly timing: Pick<ConnectionTiming, 'keepAliveMs'>;
  readonly logger: Logger;
};

/** A socket with the operations it carries. */
export class Connection {
  readonly #id = requestIdOf(undefined);
  /** Where the connection comes from. */
  readonly sender: Sender;
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #operations = new Map<string, AbortController>();
  /** Whether an operation is still wanted; the protocol sets it, since only it knows. */
  isWanted: (id: string) => boolean = () => true;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.sender = options.sender;
    this.#socket = socket;
    this.#options = options;
  }

  /** Closes a connection that is not let in. */
  refuse(reason: string): void {
    const shown = Buffer.from(reason).subarray(0, maxReasonBytes).toString();
    // What was cut within a character is no text any more.
    this.#socket.close(forbiddenCode, shown.replace(/\uFFFD+$/, ''));
  }

  /** The context of a new operation, without who asks for it. */
  begin(id: string): Omit<OperationContext, 'viewer'> {
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
      if (!this.#hasMuchUnsent()) socket.pong(payload);
    });
    socket.on('error', ({ name }) => this.#log('websocket error', { name }));
    const stopKeepAlive = keepAlive(socket, this.#options.timing.keepAliveMs);
    socket.once('close', (code, reason) => {
      stopKeepAlive();
      this.#endAll();
      this.#log('websocket closed', { code });
      void closed(code, String(reason));
    });
  }

  #receive(receive: (text: string) => Promise<void>, message: RawData): void {
    receive(String(message)).catch((error: unknown) => {
      if (isServersMessage(error)) return this.#socket.close(4400, 'Invalid message received');
      this.#options.logger.error(
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
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      socket.send(text, () => {
        this.#followReader();
        resolve();
      });
      this.#followReader();
    });
  }

  /** Asks a client for more only when little waits for it: answers cannot pile up. */
  #followReader(): void {
    if (this.#hasMuchUnsent()) this.#socket.pause();
    else this.#socket.resume();
  }

  #hasMuchUnsent(): boolean {
    return this.#socket.bufferedAmount > maxUnsentBytes;
  }

  #endAll(): void {
    for (const id of this.#operations.keys()) this.end(id);
  }

  #log(message: string, facts: Record<string, unknown>): void {
    this.#options.logger.info({ connectionId: this.#id, ...facts }, message);
  }
}

/** Pings, and ends a connection that has not answered by the next ping. */
function keepAlive(socket: WebSocket, intervalMs: number): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    // A ping would stand in line behind what is unread; a reader that is stalled ends elsewhere.
    if (socket.bufferedAmount > 0) isAlive = true;
    else if (isAlive) {
      isAlive = false;
      socket.ping();
    } else socket.terminate();
  }, intervalMs);
  return () => clearInterval(timer);
}

/** Whether the protocol stumbled over a message of its own direction, which it takes for a valid one. */
function isServersMessage(error: unknown): boolean {
  return error instanceof Error && /^Unexpected message of type \w+ received$/.test(error.message);
}
