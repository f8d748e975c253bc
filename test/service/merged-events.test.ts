import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/decoding/run-event.ts';
import { RunLog } from '../../src/dispatch/run-log.ts';
import { completeLog, type MergedEvent, mergedEvents } from '../../src/service/merged-events.ts';
import { ManualClock } from './support/manual-clock.ts';

const never = new AbortController().signal;
const shown = ({ seq, entrant, event }: MergedEvent) => `${seq}: ${entrant} ${event.type}`;
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** Logs of so many runs by a clock, and a reader of their events. */
function setUp(runCount: number) {
  const clock = new ManualClock();
  const log = new RunLog({ now: clock.now, maxLag: 1 });
  const ids = Array.from({ length: runCount }, (_, index) => `run ${index}`);
  for (const id of ids) log.open(id);
  const views = () => ids.map((id) => log.view(id));
  const append = (index: number, entry: Parameters<RunLog['append']>[1] = { type: 'started' }) =>
    log.append(ids[index] ?? '', entry);
  const read = (after: number | null = null, signal = new AbortController().signal) => {
    const seen: MergedEvent[] = [];
    const following = { after, schedule: clock.schedule, signal };
    const reading = (async () => {
      for await (const merged of mergedEvents(views(), following)) seen.push(merged);
    })();
    return { seen, reading };
  };
  const stored = () => ids.map((id) => completeLog(log.events(id)));
  return { clock, log, ids, append, read, stored };
}

async function replay(logs: Parameters<typeof mergedEvents>[0], after: number | null = null) {
  const all: MergedEvent[] = [];
  const schedule = () => () => undefined;
  for await (const merged of mergedEvents(logs, { after, schedule, signal: never })) {
    all.push(merged);
  }
  return all;
}

describe('mergedEvents', () => {
  it('tells an event once nothing can go before it any more', async () => {
    const { clock, append, read } = setUp(2);
    const { seen } = read();
    append(1);
    await turns();
    expect(seen).toEqual([]);
    append(0);
    await turns();
    expect(seen.map(shown)).toEqual(['0: 0 started']);
    clock.advance(1);
    await turns();
    expect(seen.map(shown)).toEqual(['0: 0 started', '1: 1 started']);
  });

  it('waits for an end that is being stored, and orders it by its time', async () => {
    const { clock, log, append, read, stored } = setUp(2);
    const { seen, reading } = read();
    const end = log.stamp('run 0', { type: 'completed' });
    clock.advance(5);
    append(1);
    clock.advance(5);
    await turns();
    expect(seen).toEqual([]);
    log.deliver('run 0', end);
    await turns();
    expect(seen.map(shown)).toEqual(['0: 0 completed', '1: 1 started']);
    append(1, { type: 'completed' });
    await reading;
    expect(seen).toEqual(await replay(stored()));
  });

  it('goes on after a place, and tells the end of each run whatever the place is', async () => {
    const { clock, append, stored } = setUp(2);
    for (const [index, type] of [
      [0, 'started'],
      [1, 'started'],
      [0, 'completed'],
      [1, 'completed'],
    ] as const) {
      append(index, { type });
      clock.advance(1);
    }
    expect((await replay(stored(), 0)).map(shown)).toEqual([
      '1: 1 started',
      '2: 0 completed',
      '3: 1 completed',
    ]);
    expect((await replay(stored(), 99)).map(shown)).toEqual(['2: 0 completed', '3: 1 completed']);
  });

  it('ends early when its reader leaves, and has nothing of a run without events', async () => {
    const { append, read } = setUp(2);
    const gone = new AbortController();
    const { seen, reading } = read(null, gone.signal);
    append(0);
    gone.abort();
    await reading;
    expect(seen).toEqual([]);
    expect(await replay([completeLog([]), completeLog([])])).toEqual([]);
  });

  it('tells live readers what is told later, whenever they come', async () => {
    const step = fc.record({
      run: fc.nat(2),
      ms: fc.nat(2),
      type: fc.constantFrom('append', 'append', 'stamp', 'deliver', 'read'),
    } as const);
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const race = new Race();
      for (const { type, run, ms } of [{ type: 'read', run: 0, ms: 0 } as const, ...steps]) {
        race[type](run);
        race.clock.advance(ms);
        await turns();
      }
      await race.end();
      const later = await replay(race.stored());
      for (const { seen } of race.readers) expect(seen).toEqual(later);
      expect(later.map(({ seq }) => seq)).toEqual(later.map((_, index) => index));
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

/** Three runs to which anything happens. */
class Race {
  readonly readers: ReturnType<ReturnType<typeof setUp>['read']>[] = [];
  readonly #parts = setUp(3);
  readonly clock = this.#parts.clock;
  readonly stored = this.#parts.stored;
  /** Runs whose end is stamped; null once it is delivered. */
  readonly #ends = new Map<number, RunEvent | null>();

  append(run: number): void {
    if (!this.#ends.has(run)) this.#parts.append(run);
  }

  stamp(run: number): void {
    if (this.#ends.has(run)) return;
    this.#ends.set(run, this.#parts.log.stamp(`run ${run}`, { type: 'completed' }));
  }

  deliver(run: number): void {
    const end = this.#ends.get(run);
    if (!end) return;
    this.#parts.log.deliver(`run ${run}`, end);
    this.#ends.set(run, null);
  }

  read(): void {
    this.readers.push(this.#parts.read());
  }

  async end(): Promise<void> {
    for (const run of [0, 1, 2]) {
      this.stamp(run);
      this.deliver(run);
    }
    this.clock.advance(5);
    await Promise.all(this.readers.map(({ reading }) => reading));
  }
}
