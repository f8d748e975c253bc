import { describe, expect, it } from 'vitest';
import { progressBar, timeLeftText } from '../../src/cli/progress-bar.ts';

describe('a progress bar', () => {
  it.each([
    [0, 10, 0],
    [5, 10, 12],
    [10, 10, 24],
    [11, 10, 24],
    [0, 0, 24],
  ])('for %i of %i has %i full parts of 24', (done, total, full) => {
    expect(progressBar(done, total)).toBe('█'.repeat(full) + '░'.repeat(24 - full));
  });
});

describe('time left', () => {
  it.each([
    [0.2, '1 s'],
    [89.5, '90 s'],
    [90, '2 min'],
    [3600, '60 min'],
  ])('of %f seconds is %s', (seconds, text) => {
    expect(timeLeftText(seconds)).toBe(text);
  });
});
