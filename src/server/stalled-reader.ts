/**
 * Connections whose client reads nothing of what waits for it: they would hold their subscriptions for good.
 *
 * Knows sockets; knows no protocol.
 */
import type { Socket } from 'node:net';

/**
 * Destroys a connection once something has waited for its client for `stallMs`, or up to twice that, and nothing has got
 * through; what is written in one piece counts when it is through whole. A client that has nothing to read may be silent.
 */
export function endWhenStalled(socket: Socket, stallMs: number): void {
  let wasWaiting = false;
  let handedOver = 0;
  const timer = setInterval(() => {
    const { writableLength, bytesWritten } = socket;
    const isWaiting = writableLength > 0;
    if (isWaiting && wasWaiting && bytesWritten - writableLength === handedOver) socket.destroy();
    wasWaiting = isWaiting;
    // What Node calls written includes what waits.
    handedOver = bytesWritten - writableLength;
  }, stallMs);
  socket.once('close', () => clearInterval(timer));
}
