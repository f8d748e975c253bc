import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommittedToken, RunProgress } from '../../src/decoding/run-event.ts';
import { ProgressOutbox } from '../../src/dispatch/progress-outbox.ts';

const token = (position: number): CommittedToken => ({
  slot: 0,
  index: position,
  position,
  id: 0,
  text: '',
  logProb: null,
  step: position,
  alternatives: [],
});
const committed = (position: number): RunProgress & { type: 'committed' } => ({
  type: 'committed',
  tokens: [token(position)],
  slots: [{ index: 0, key: null, text: `to ${position}`, complete: false }],
});
const completed: RunProgress = {
  type: 'failed',
  outcome: null,
  error: { code: 'DECODE_FAILED', message: '' },
};

function openOutbox() {
  const sent: RunProgress[] = [];
  const outbox = new ProgressOutbox({
    mergeMs: 10,
    now: () => performance.now(),
    send: (progress) => sent.push(progress),
  });
  return { outbox, sent };
}

describe('ProgressOutbox', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends the first commit at once', () => {
    const { outbox, sent } = openOutbox();
    outbox.push({ type: 'started' });
    outbox.push(committed(0));

    expect(sent).toEqual([{ type: 'started' }, committed(0)]);
  });

  it('merges the commits of ten milliseconds: all tokens in order, the newest text of a slot', () => {
    const { outbox, sent } = openOutbox();
    for (const position of [0, 1, 2]) outbox.push(committed(position));
    vi.advanceTimersByTime(9);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(1);

    expect(sent[1]).toEqual({ ...committed(2), tokens: [token(1), token(2)] });
  });

  it('sends commits that are further apart one by one', () => {
    const { outbox, sent } = openOutbox();
    outbox.push(committed(0));
    vi.advanceTimersByTime(10);
    outbox.push(committed(1));

    expect(sent).toEqual([committed(0), committed(1)]);
  });

  it('sends what it holds before anything else, and nothing after the end', () => {
    const { outbox, sent } = openOutbox();
    outbox.push(committed(0));
    outbox.push(committed(1));
    outbox.push(completed);
    vi.advanceTimersByTime(100);

    expect(sent).toEqual([committed(0), committed(1), completed]);
  });

  it('leaves the entries it merges as they were', () => {
    const { outbox } = openOutbox();
    const entries = [0, 1, 2].map(committed);
    for (const entry of entries) outbox.push(entry);

    expect(entries).toEqual([0, 1, 2].map(committed));
  });
});
