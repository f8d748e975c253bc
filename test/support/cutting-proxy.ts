/**
 * A proxy that breaks connections in the middle: each of its cuts once, when the answer says what the cut waits for.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** When to break a connection. */
export type Cut = {
  /** Part of the answer. */
  readonly at: string;
  /** Whether the client still gets what was just answered. */
  readonly isForwarded: boolean;
};

/** A proxy that listens. */
export type CuttingProxy = {
  readonly url: string;
  /** Connections so far. */
  readonly connectionCount: () => number;
  close(): void;
};

/** Listens in front of a server on this machine. @param cuts - each for the next connection that it fits. */
export async function startCuttingProxy(
  target: string,
  cuts: readonly Cut[],
): Promise<CuttingProxy> {
  const left = [...cuts];
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  const { hostname, port } = new URL(target);
  const server = createServer((client) => {
    connectionCount += 1;
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (data) => {
      const [cut] = left;
      if (cut === undefined || !data.includes(cut.at)) {
        client.write(data);
        return;
      }
      left.shift();
      if (cut.isForwarded) client.write(upToEvent(data, cut.at));
      client.end(() => client.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: urlOf(server),
    connectionCount: () => connectionCount,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Up to the end of the event that has `text`: what comes late, as when a run is over, comes all at once. */
function upToEvent(data: Buffer, text: string): Buffer {
  const end = data.indexOf('\n\n', data.indexOf(text));
  return end === -1 ? data : data.subarray(0, end + 2);
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
