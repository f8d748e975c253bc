import { describe, expect, it } from 'vitest';
import { AdaptiveWindow, fixedWindow } from '../../plugins/maria/window-policy.ts';

/** Targets side by side, all read but the last token. */
const sideBySide = (confidences: readonly number[]) => ({
  targetCount: confidences.length,
  rowsTo: (index: number) => index + 1,
  confidenceOf: (index: number) => confidences[index] ?? 0,
});

describe('a fixed window', () => {
  it('is its size, or what is left', () => {
    expect(fixedWindow(3).choose(sideBySide(new Array(9).fill(0)))).toBe(3);
    expect(fixedWindow(3).choose(sideBySide([0, 0]))).toBe(1);
    expect(fixedWindow(0).choose(sideBySide([1, 1]))).toBe(0);
  });
});

describe('the adaptive window', () => {
  const long = (confidence: number) => sideBySide(new Array(8).fill(confidence));

  it('takes the draft that costs nothing, however unlikely', () => {
    expect(new AdaptiveWindow(true).choose(long(0))).toBe(1);
  });

  it('takes every draft where the masked model is certain', () => {
    for (const isGreedy of [true, false]) {
      expect(new AdaptiveWindow(isGreedy).choose(long(1))).toBe(7);
    }
  });

  it('ends before a draft that is unlikely', () => {
    const confidences = [1, 1, 1, 0.01, 1, 1, 1, 1];
    // Rows come in pairs, so the third draft's row is free after the second's.
    expect(new AdaptiveWindow(true).choose(sideBySide(confidences))).toBe(3);
  });

  it('leaves out a draft behind a long known run', () => {
    const rows = [1, 40];
    const policy = new AdaptiveWindow(true);
    const prospect = { ...sideBySide([0.25, 0.25]), rowsTo: (index: number) => rows[index] ?? 0 };
    expect(policy.choose(prospect)).toBe(0);
  });

  it('drafts further while a long text is read for the first time', () => {
    const shape = sideBySide(new Array(8).fill(0.3));
    const first = { ...shape, rowsTo: (index: number) => 100 + index };
    expect(new AdaptiveWindow(false).choose(first)).toBeGreaterThan(
      new AdaptiveWindow(false).choose(shape),
    );
  });

  it('drafts less after rejections and more after acceptances', () => {
    const shape = long(0.4);
    const untaught = new AdaptiveWindow(false).choose(shape);
    const taught = (isAccepted: boolean) => {
      const policy = new AdaptiveWindow(false);
      for (let count = 0; count < 40; count++) policy.learn(0.4, isAccepted);
      return policy.choose(shape);
    };
    expect(taught(false)).toBe(1);
    expect(taught(true)).toBeGreaterThan(untaught);
  });
});
