/**
 * A client of server-sent events on a socket of its own, which tests can leave unread.
 */
import { connect, type Socket } from 'node:net';

/** An open request with what it received. */
export type SseClient = {
  readonly socket: Socket;
  /** GraphQL results so far. */
  readonly items: readonly unknown[];
  /** Comments so far: the pings. */
  readonly pingCount: () => number;
  /** Whether the last event has come. */
  readonly isComplete: () => boolean;
};

/** Posts a subscription; the socket reads until it is paused. */
export function openSse(url: string, query: string): SseClient {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const items: unknown[] = [];
  let rest = '';
  let pings = 0;
  let isComplete = false;
  socket.on('error', () => undefined);
  socket.setEncoding('utf8').on('data', (part) => {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data: {')) items.push(JSON.parse(line.slice('data: '.length)));
      else if (line.startsWith('event: complete')) isComplete = true;
      else if (line === ':') pings += 1;
    }
  });
  const body = JSON.stringify({ query });
  // HTTP/1.0 answers are not cut into chunks.
  socket.write(
    `POST /graphql HTTP/1.0\r\nHost: ${host}\r\nAccept: text/event-stream\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return { socket, items, pingCount: () => pings, isComplete: () => isComplete };
}
