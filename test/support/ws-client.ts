/**
 * A raw graphql-transport-ws client that tests can make misbehave.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';

type Message = { readonly type: string; readonly id?: string; readonly payload?: unknown };

/** An open socket with what it received. */
export type WsClient = {
  readonly socket: WebSocket;
  readonly received: readonly Message[];
  send(message: object): void;
  subscribe(id: string, query: string): void;
  /** Waits for the first message that passes. */
  next(passes: (message: Message) => boolean): Promise<Message>;
  /** The code and reason it was closed with. */
  readonly closed: Promise<{ code: number; reason: string }>;
};

/** Opens a socket; it is initialised unless `init` is false. */
export async function openWs(url: string, { init = true, headers = {} } = {}): Promise<WsClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers,
  });
  const received: Message[] = [];
  socket.on('message', (text) => received.push(JSON.parse(String(text))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(socket, 'open');
  const client: WsClient = {
    socket,
    received,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    subscribe: (id, query) => client.send({ id, type: 'subscribe', payload: { query } }),
    async next(passes) {
      for (;;) {
        const found = received.find(passes);
        if (found !== undefined) return found;
        await Promise.race([
          once(socket, 'message'),
          closed.then(() => Promise.reject(new Error('Closed.'))),
        ]);
      }
    },
  };
  if (init) {
    client.send({ type: 'connection_init' });
    await client.next(({ type }) => type === 'connection_ack');
  }
  return client;
}
