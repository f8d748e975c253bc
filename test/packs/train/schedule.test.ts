import { describe, expect, it } from 'vitest';
import { rateAt } from '../../../src/packs/train/schedule.ts';

const schedule = { stepCount: 100, peakRate: 0.5, warmUpSteps: 10 };
const rates = Array.from({ length: 100 }, (_, step) => rateAt(step, schedule));

describe('learning rates', () => {
  it('rise by equal amounts to the peak', () => {
    expect(rates.slice(0, 10)).toEqual(
      Array.from({ length: 10 }, (_, step) => (0.5 * (step + 1)) / 10),
    );
  });

  it('fall from there, slowly at both ends, to a fiftieth', () => {
    expect(rates[10]).toBe(0.5);
    expect(rates[55]).toBeCloseTo((0.5 + 0.01) / 2, 10);
    expect(rateAt(100, schedule)).toBeCloseTo(0.01, 10);
    const falls = rates.slice(10).map((rate, i) => rate - (rates[i + 11] ?? 0.01));
    expect(Math.min(...falls)).toBeGreaterThan(0);
    expect(falls.indexOf(Math.max(...falls))).toBeCloseTo(44.5, -1);
  });

  it('begin at the peak without a warm-up', () => {
    expect(rateAt(0, { ...schedule, warmUpSteps: 0 })).toBe(0.5);
  });
});
