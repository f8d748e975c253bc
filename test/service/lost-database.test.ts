import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/open-store.ts';
import { findRun, readEvents } from '../../src/store/runs.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp, viewer } from './support/set-up.ts';
import { committed, completed, until } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

/** A service whose database can be made unreachable. */
function setUpLosable() {
  const link = { isDown: false };
  const database = new Proxy(store.database, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        if (link.isDown) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        return Reflect.apply(value, target, given);
      };
    },
  });
  return { link, ...setUp({ database }) };
}

describe('a database that cannot be reached', () => {
  it('gets the end of a run once it is back, and nobody sees the end before', async () => {
    const { link, clock, dispatcher, failures, service } = setUpLosable();
    const { id } = await service.submitInfill(input, viewer);
    const seen: string[] = [];
    const reading = (async () => {
      const events = service.infillEvents(id, null, viewer, never);
      for await (const { type } of events) seen.push(type);
    })();
    dispatcher.tell(id, { type: 'started' }, committed);
    await until(() => seen.length === 3);
    link.isDown = true;
    dispatcher.tell(id, completed);
    for (const ms of [250, 500, 1000]) {
      await until(() => clock.pendingCount > 0);
      clock.advance(ms);
    }
    expect(seen).toEqual(['queued', 'started', 'committed']);
    await until(() => clock.pendingCount > 0);
    link.isDown = false;
    clock.advance(2000);
    await service.settled();
    await reading;
    expect(seen.at(-1)).toBe('completed');
    expect(await findRun(store.database, id)).toMatchObject({ status: 'COMPLETED' });
    expect(failures).toEqual([]);
  });

  it('fails a run for its readers after half a minute, and ends its row when it is back', async () => {
    const { link, clock, dispatcher, failures, service } = setUpLosable();
    const { id } = await service.submitInfill(input, viewer);
    link.isDown = true;
    dispatcher.tell(id, { type: 'started' }, completed);
    for (const ms of [250, 500, 1000, 2000, 4000, 8000, 15_000]) {
      await until(() => clock.pendingCount > 0);
      clock.advance(ms);
    }
    await service.settled();
    expect(failures).toContain(id);
    link.isDown = false;
    expect(await findRun(store.database, id)).toMatchObject({ finishedAt: null });
    expect(await service.endAbandoned()).toBe(0);
    clock.advance(120_000);
    const live = await service.submitInfill(input, viewer);
    clock.advance(130_000);
    expect(await service.endAbandoned()).toBe(1);
    const error = { code: 'STORE_FAILED' };
    expect(await findRun(store.database, id)).toMatchObject({ status: 'FAILED', error });
    expect(await readEvents(store.database, id, null)).toMatchObject([
      { type: 'queued' },
      { type: 'failed', error },
    ]);
    expect(await findRun(store.database, live.id)).toMatchObject({ finishedAt: null });
  });

  it('is told to those who submit, with when to come back', async () => {
    const { link, service } = setUpLosable();
    link.isDown = true;
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('STORE_UNAVAILABLE');
  });
});
