/**
 * Subscribers that stop reading, on both transports: they lag, cost no memory, and are let go when they never return.
 */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { type Item, transports } from '../support/followers.ts';
import { committed, LoggedService } from '../support/logged-service.ts';
import { startTestServer, type TestServer, until } from '../support/test-server.ts';

let server: TestServer;
afterEach(() => server.close());

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes that are in use once nothing can be collected. */
function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const text = 'x'.repeat(10_000);
const eventCount = 5000;

describe.each(transports)('a subscriber over %s that stops reading', (_, follow) => {
  it('gets a snapshot when it reads again, and has held up to a few items in memory', async () => {
    const service = await LoggedService.start();
    server = await startTestServer({}, { service });
    const follower = await follow(server.url, service.infillId);
    await until(() => service.given === 2);
    follower.socket.pause();
    const before = usedBytes();
    await flood(service);
    const heldBytes = usedBytes() - before;
    // What the buffers of the system hold.
    expect(service.given).toBeGreaterThan(10);
    expect(service.given).toBeLessThan(eventCount / 2);
    // All items would take 50 MB; the log itself has the one text once.
    expect(heldBytes).toBeLessThan(5_000_000);

    service.append(committed('last'));
    follower.socket.resume();
    await until(() => follower.items().some(({ __typename: name }) => name === 'InfillLagged'));
    service.append({ type: 'completed' });
    await until(() => follower.isComplete());
    expect(gaplessFrom(follower.items())).toBe(eventCount + 3);
    expect(follower.items().findLast(({ slots }) => slots !== undefined)).toMatchObject({
      slots: [{ text: 'last' }],
    });
    expect(service.openStreams).toBe(0);
    follower.socket.destroy();
  });

  it('is disconnected when it reads nothing for long, and its stream is closed', async () => {
    const service = await LoggedService.start();
    const timing = { keepAliveMs: 50, stallMs: 300 };
    server = await startTestServer({}, { service, timing });
    const follower = await follow(server.url, service.infillId);
    await until(() => service.given === 2);
    follower.socket.pause();
    await flood(service);
    await until(() => service.openStreams === 0);
    expect(follower.isComplete()).toBe(false);
    follower.socket.destroy();
  });

  it('is pinged, and kept, while there is nothing to read', async () => {
    const service = await LoggedService.start();
    const timing = { keepAliveMs: 50, stallMs: 20 };
    server = await startTestServer({}, { service, timing });
    const follower = await follow(server.url, service.infillId);
    await until(() => follower.pingCount() === 4);
    service.append({ type: 'completed' });
    await until(() => follower.isComplete());
    expect(gaplessFrom(follower.items())).toBe(2);
    follower.socket.destroy();
  });
});

/** Events that come one by one, as fast as a reader could take them. */
async function flood(service: LoggedService): Promise<void> {
  for (let count = 0; count < eventCount; count++) {
    service.append(committed(text));
    await setImmediate();
  }
}

/** The `seq` of the last item, when each begins where the one before it ends. */
function gaplessFrom(items: readonly Item[]): number {
  let last = -1;
  for (const { seq, skippedFrom } of items) {
    expect(skippedFrom ?? seq).toBe(last + 1);
    last = seq;
  }
  return last;
}
