import { describe, expect, it } from 'vitest';
import { figureText } from '../../src/benchmark/figure-text.ts';

describe('a figure as people read it', () => {
  it.each([
    [3.4914, '3.491'],
    [0.5, '0.5000'],
    [9999.4, '9999'],
    [9999.7, '10000'],
    [12345.6, '12346'],
    [2e7, '2.000e+7'],
    [0, '0'],
  ])('%d is %s', (value, text) => {
    expect(figureText(value)).toBe(text);
  });
});
