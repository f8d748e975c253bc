import { describe, expect, it } from 'vitest';
import type { RunEvent, SlotUpdate } from '../../src/decoding/run-event.ts';
import { type Lagged, type RunEntry, RunLog } from '../../src/dispatch/run-log.ts';

const slot = (index: number, text: string): SlotUpdate => ({
  index,
  key: null,
  text,
  complete: false,
});
const committed = (...slots: SlotUpdate[]): RunEntry => ({ type: 'committed', tokens: [], slots });
const queued: RunEntry = { type: 'queued', position: 0 };

function openLog({ maxLag = 256 } = {}): RunLog {
  let nowMs = 0;
  const log = new RunLog({
    maxLag,
    now: () => {
      nowMs += 1;
      return nowMs;
    },
  });
  log.open('run');
  return log;
}

async function all(entries: AsyncIterable<RunEvent | Lagged>): Promise<(RunEvent | Lagged)[]> {
  const found: (RunEvent | Lagged)[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

const seqs = (entries: readonly { seq: number }[]) => entries.map(({ seq }) => seq);
const forever = () => new AbortController().signal;

describe('RunLog', () => {
  it('numbers entries from 0 without gaps and stamps the time', () => {
    const log = openLog();

    expect(log.append('run', queued)).toEqual({ seq: 0, at: 1, type: 'queued', position: 0 });
    expect(log.append('run', { type: 'started' })).toEqual({ seq: 1, at: 2, type: 'started' });
    expect(seqs(log.events('run'))).toEqual([0, 1]);
  });

  it('gives what happened, then what happens, and ends after the terminal entry', async () => {
    const log = openLog();
    log.append('run', queued);
    const reading = all(log.tail('run', null, forever()));
    await null;
    log.append('run', { type: 'started' });
    log.append('run', { type: 'completed' });

    expect((await reading).map(({ type }) => type)).toEqual(['queued', 'started', 'completed']);
  });

  it('gives entries after `after` only', async () => {
    const log = openLog();
    log.append('run', queued);
    log.append('run', { type: 'started' });
    log.append('run', { type: 'cancelled' });

    expect(seqs(await all(log.tail('run', 0, forever())))).toEqual([1, 2]);
  });

  it.each([1, 2, 90])(
    'gives the terminal entry also to a reader that names entry %i before it is there',
    async (after) => {
      const log = openLog();
      log.append('run', queued);
      const reading = all(log.tail('run', after, forever()));
      await null;
      log.append('run', { type: 'completed' });

      expect(seqs(await reading)).toEqual([1]);
      expect(seqs(await all(log.tail('run', after, forever())))).toEqual([1]);
    },
  );

  it('delivers a stamped entry later and refuses one that is out of order', () => {
    const log = openLog();
    log.append('run', queued);
    const event = log.stamp('run', { type: 'completed' });
    expect(seqs(log.events('run'))).toEqual([0]);
    log.deliver('run', event);

    expect(seqs(log.events('run'))).toEqual([0, 1]);
    expect(() => log.deliver('run', event)).toThrow('out of order');
    expect(() => log.append('run', { type: 'started' })).toThrow('has ended');
  });

  it('gives a reader that fell behind the newest text of each slot, in order of the slots', async () => {
    const log = openLog({ maxLag: 1 });
    const pending = log.tail('run', null, forever()).next();
    log.append('run', committed(slot(1, 'b')));
    log.append('run', committed(slot(0, 'a')));
    log.append('run', committed(slot(1, 'bb')));

    expect((await pending).value).toMatchObject({ slots: [slot(0, 'a'), slot(1, 'bb')] });
  });

  it('gives a reader that fell behind one snapshot and goes on from there', async () => {
    const log = openLog({ maxLag: 3 });
    log.append('run', queued);
    const reader = log.tail('run', null, forever());
    await reader.next();
    const pending = reader.next();
    for (let count = 0; count < 6; count += 1) log.append('run', committed(slot(0, `${count}`)));

    // The entry it was woken by is counted too: it lies six behind.
    expect((await pending).value).toEqual({
      type: 'lagged',
      seq: 6,
      at: 7,
      skippedFrom: 1,
      slots: [slot(0, '5')],
    });
    log.append('run', committed(slot(0, 'end')));
    expect((await reader.next()).value).toMatchObject({ seq: 7, type: 'committed' });
  });

  it('does not skip the terminal entry, nor take it into a snapshot', async () => {
    const log = openLog({ maxLag: 1 });
    const reader = log.tail('run', null, forever());
    const pending = reader.next();
    for (let count = 0; count < 4; count += 1) log.append('run', committed(slot(0, `${count}`)));
    log.append('run', { type: 'completed' });

    expect((await pending).value).toMatchObject({ type: 'lagged', seq: 3, skippedFrom: 0 });
    expect(await all(reader)).toMatchObject([{ type: 'completed', seq: 4 }]);
  });

  it('does not take a backfill for lag', async () => {
    const log = openLog({ maxLag: 2 });
    for (let count = 0; count < 9; count += 1) log.append('run', committed(slot(0, `${count}`)));
    log.append('run', { type: 'completed' });

    expect(seqs(await all(log.tail('run', null, forever())))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('lets a reader in the middle finish after the run is trimmed', async () => {
    const log = openLog();
    log.append('run', queued);
    const reader = log.tail('run', null, forever());
    await reader.next();
    log.append('run', { type: 'completed' });
    log.trim('run');

    expect(await all(reader)).toMatchObject([{ type: 'completed' }]);
    expect(() => log.tail('run', null, forever())).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_RUN' }),
    );
  });

  it('ends a reader that waits when its signal aborts', async () => {
    const log = openLog();
    const abort = new AbortController();
    const reading = all(log.tail('run', null, abort.signal));
    abort.abort();

    expect(await reading).toEqual([]);
  });

  it('ends a pending read at once when the reader leaves', async () => {
    const log = openLog();
    const reader = log.tail('run', null, forever());
    const pending = reader.next();
    await reader.return?.();

    expect(await pending).toEqual({ value: undefined, done: true });
  });

  it('gives a thousand readers every entry', async () => {
    const log = openLog();
    const readings = Array.from({ length: 1000 }, () => all(log.tail('run', null, forever())));
    for (let count = 0; count < 20; count += 1) {
      await null;
      log.append('run', committed(slot(0, `${count}`)));
    }
    log.append('run', { type: 'completed' });

    const counts = (await Promise.all(readings)).map((entries) => entries.length);
    expect(new Set(counts)).toEqual(new Set([21]));
  });
});
