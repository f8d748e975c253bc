import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../src/decoding/scheduler.ts';

const groups = [{}, {}];
type Fake = { readonly name: string; readonly group: object; readonly sizeBytes: number };
const fake = (name: string, group = 0, sizeBytes = 1): Fake => ({
  name,
  group: groups[group] ?? {},
  sizeBytes,
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
