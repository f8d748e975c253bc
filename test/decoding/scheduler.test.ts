import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Priority } from '../../src/decoding/precedence.ts';
import { Scheduler } from '../../src/decoding/scheduler.ts';

const groups = [{}, {}];
type Fake = {
  readonly name: string;
  readonly group: object;
  readonly sizeBytes: number;
  readonly priority: Priority;
};
const fake = (name: string, group = 0, sizeBytes = 1): Fake => ({
  name,
  group: groups[group] ?? {},
  sizeBytes,
  priority: 'INTERACTIVE',
});
const batchFake = (name: string, sizeBytes = 1): Fake => ({
  ...fake(name, 0, sizeBytes),
  priority: 'BATCH',
});
const names = (batches: readonly (readonly Fake[])[]) =>
  batches.map((batch) => batch.map(({ name }) => name).join(''));

describe('Scheduler', () => {
  it('gives every running sequence one step per round, grouped by decoder', () => {
    const scheduler = new Scheduler<Fake>({ maxRunning: 3, maxWaiting: 9, maxBytes: 9 });
    for (const sequence of [fake('a'), fake('b', 1), fake('c'), fake('d')])
      scheduler.admit(sequence);
    expect(names(scheduler.next())).toEqual(['ac', 'b']);
    expect(names(scheduler.next())).toEqual(['ac', 'b']);
  });

  it('starts waiting sequences in order as places become free', () => {
    const scheduler = new Scheduler<Fake>({ maxRunning: 1, maxWaiting: 9, maxBytes: 9 });
    const [first, second] = [fake('a'), fake('b')];
    scheduler.admit(first);
    scheduler.admit(second);
    expect(names(scheduler.next())).toEqual(['a']);
    scheduler.retire(first);
    expect(names(scheduler.next())).toEqual(['b']);
    scheduler.retire(second);
    expect(scheduler.next()).toEqual([]);
  });

  it('refuses what exceeds the waiting places and what could never fit in memory', () => {
    const scheduler = new Scheduler<Fake>({ maxRunning: 1, maxWaiting: 1, maxBytes: 9 });
    expect(() => scheduler.admit(fake('big', 0, 10))).toThrow(
      'needs about 10 bytes to decode; the limit is 9',
    );
    scheduler.admit(fake('a'));
    expect(() => scheduler.admit(fake('b'))).toThrow('1 runs are waiting; that is the limit.');
  });

  it('lets batch sequences step one at a time, in turns, and only while no other can', () => {
    const scheduler = new Scheduler<Fake>({ maxRunning: 2, maxWaiting: 9, maxBytes: 9 });
    for (const name of ['a', 'b', 'c']) scheduler.admit(batchFake(name));
    const rounds = () => [1, 2, 3].flatMap(() => names(scheduler.next()));
    expect(rounds()).toEqual(['a', 'b', 'a']);
    const urgent = fake('x');
    scheduler.admit(urgent);
    expect(rounds()).toEqual(['x', 'x', 'x']);
    scheduler.retire(urgent);
    expect(rounds()).toEqual(['b', 'a', 'b']);
  });

  it('keeps places and bytes for interactive sequences, whatever batch ones take', () => {
    const scheduler = new Scheduler<Fake>({ maxRunning: 1, maxWaiting: 1, maxBytes: 9 });
    scheduler.admit(batchFake('a', 9));
    scheduler.next();
    scheduler.admit(batchFake('b', 9));
    const urgent = fake('x', 0, 9);
    scheduler.admit(urgent);
    expect(names(scheduler.next())).toEqual(['x']);
    expect(() => scheduler.admit(batchFake('c'))).toThrow('1 runs are waiting');
  });

  it('begins no batch sequence that does not fit beside the interactive ones', () => {
    const scheduler = new Scheduler<Fake>({ maxRunning: 2, maxWaiting: 9, maxBytes: 9 });
    const [urgent, batch] = [fake('x', 0, 5), batchFake('a', 5)];
    scheduler.admit(urgent);
    scheduler.next();
    scheduler.admit(batch);
    scheduler.next();
    expect(scheduler.all().map(({ name }) => name)).toEqual(['x', 'a']);
    scheduler.admit(fake('y'));
    // What waits comes after all that run.
    scheduler.next();
    expect(scheduler.all().map(({ name }) => name)).toEqual(['x', 'y', 'a']);
    scheduler.retire(urgent);
    scheduler.admit(batchFake('b'));
    scheduler.next();
    expect(scheduler.all().map(({ name }) => name)).toEqual(['y', 'a', 'b']);
  });

  it('never runs more sequences or bytes than its limits, and loses none', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 4 }), (bytes, maxRunning) => {
        const scheduler = new Scheduler<Fake>({ maxRunning, maxWaiting: 30, maxBytes: 12 });
        for (const [index, size] of bytes.entries())
          scheduler.admit(fake(`${index},`, index % 2, size));
        const finished: string[] = [];
        for (let batches = scheduler.next(); batches.length > 0; batches = scheduler.next()) {
          const running = batches.flat();
          expect(running.length).toBeLessThanOrEqual(maxRunning);
          expect(running.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThanOrEqual(
            12,
          );
          const [oldest] = running;
          if (oldest === undefined) break;
          scheduler.retire(oldest);
          finished.push(oldest.name);
        }
        expect(finished.length).toBe(bytes.length);
        expect(new Set(finished).size).toBe(bytes.length);
      }),
    );
  });
});
