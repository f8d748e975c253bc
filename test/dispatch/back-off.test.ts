import { expect, it } from 'vitest';
import { BackOff } from '../../src/dispatch/back-off.ts';

const timing = { firstRestartMs: 500, maxRestartMs: 30_000, healthyMs: 60_000 };

it('doubles the wait with each failure up to the limit', () => {
  const backOff = new BackOff(timing);
  const waits = Array.from({ length: 8 }, () => backOff.next(0));

  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

it('begins anew after a worker that was well for a minute, and not before', () => {
  const backOff = new BackOff(timing);
  backOff.next(0);
  backOff.next(0);

  expect(backOff.next(59_999)).toBe(2000);
  expect(backOff.next(60_000)).toBe(500);
});
