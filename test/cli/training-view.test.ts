import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrainingView } from '../../src/cli/training-view.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** A view, and what it has written. */
function start(isTTY: boolean) {
  const shown = { output: '', progress: '' };
  const write = (text: string) => {
    shown.output += text;
  };
  const writeProgress = (text: string) => {
    shown.progress += text;
    return true;
  };
  const view = new TrainingView({ write, stderr: { isTTY, write: writeProgress } });
  return { view, shown };
}

const losses = [
  { rate: 0.1, loss: Math.log(2) },
  { rate: 0.9, loss: Math.log(8) },
];
const evaluated = { type: 'evaluated', step: 40, stepCount: 100 } as const;

describe('the view of a training', () => {
  it('has a bar with loss, pace and time left on a terminal', () => {
    const { view, shown } = start(true);
    for (let step = 1; step <= 50; step++) {
      vi.advanceTimersByTime(2000);
      view.show({ type: 'step', loss: 1.25, rowCount: 4100, step, stepCount: 100 });
    }
    const last = shown.progress.split('\r\u001B[2K').at(-1);
    const bar = `${'█'.repeat(12)}${'░'.repeat(12)}`;
    expect(last).toBe(`training ${bar} step 50 of 100, loss 1.250, 2050 tokens/s, 2 min left`);
  });

  it('counts examples before that, at a pace of their own', () => {
    const { view, shown } = start(true);
    vi.advanceTimersByTime(500);
    view.show({ type: 'features', examples: 1, total: 21 });
    expect(shown.progress).toMatch(/features █░+ 1 of 21 examples, 10 s left$/);
    vi.advanceTimersByTime(3000);
    view.show({ type: 'step', loss: 1, rowCount: 1, step: 1, stepCount: 11 });
    expect(shown.progress).toMatch(/, 30 s left$/);
  });

  it('has held-out perplexities by rate, and no bar, where there is no terminal', () => {
    const { view, shown } = start(false);
    view.show({ type: 'step', loss: 1, rowCount: 1, step: 40, stepCount: 100 });
    view.show({ ...evaluated, evaluation: { step: 40, losses }, isBest: true });
    view.show({ ...evaluated, evaluation: { step: 40, losses }, isBest: false });
    const line = 'step 40 of 100: held-out perplexity 0.1: 2.00  0.9: 8.00';
    expect(shown).toEqual({ output: `${line}, best so far\n${line}\n`, progress: '' });
  });

  it('says how to go on', () => {
    const { view, shown } = start(false);
    view.stopped('models/mine.training');
    expect(shown.progress).toBe(
      'Stopped; what was done is in models/mine.training. Go on with --resume.\n',
    );
  });
});
