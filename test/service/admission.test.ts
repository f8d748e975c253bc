import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import type { ScoreInput } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { committed, completed } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);
const full = new InfillError('STORAGE_FULL', 'Full.', { retryAfterMs: 1 });
const score: ScoreInput = { source: input.source, fill: { slots: ['cat'] }, draws: 1 };

describe('a priority', () => {
  it('goes with the run, which does not count among those that wait for people', async () => {
    const { service, dispatcher } = setUp();
    const { id: batch } = await service.submitInfill({ ...input, priority: 'BATCH' }, viewer);
    const { id: plain } = await service.submitInfill(input, viewer);
    expect(dispatcher.priorities).toEqual(['BATCH', 'INTERACTIVE']);
    expect(service.viewer(viewer).queuedRuns).toBe(1);
    for (const id of [batch, plain]) dispatcher.tell(id, completed);
    await service.settled();
  });
});

describe('cost', () => {
  it('is charged before a run is admitted, and given back when it is not', async () => {
    const { service, dispatcher, ledger } = setUp();
    dispatcher.openTokens = 3;
    const { id } = await service.submitInfill({ ...input, samples: 2 }, viewer);
    dispatcher.isFull = true;
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('QUEUE_FULL');
    expect(ledger).toMatchObject({ charged: [6, 3], refunded: [3] });
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('refuses a run before anything is admitted', async () => {
    const { service, dispatcher, ledger } = setUp();
    ledger.refusal = new InfillError('RATE_LIMITED', 'Spent.', { retryAfterMs: 1 });
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('RATE_LIMITED');
    expect(await codeOf(service.scoreInfill(score, viewer, never))).toBe('RATE_LIMITED');
    expect([dispatcher.admitted, dispatcher.scores, ledger.refunded]).toEqual([[], [], []]);
  });

  it('of a score is given back when there is no room for it, and not when it was begun', async () => {
    const { service, dispatcher, ledger } = setUp();
    await service.scoreInfill(score, viewer, never);
    expect(await codeOf(service.scoreInfill(score, viewer, AbortSignal.abort()))).toBe('CANCELLED');
    expect(ledger).toMatchObject({ charged: [1, 1], refunded: [] });
    dispatcher.score = async () => {
      throw new InfillError('QUEUE_FULL', 'Full.');
    };
    expect(await codeOf(service.scoreInfill(score, viewer, never))).toBe('QUEUE_FULL');
    expect(ledger.refunded).toEqual([1]);
  });
});

describe('the gate', () => {
  it('refuses what would be stored, and charges nothing for it', async () => {
    const { service, dispatcher, ledger, gate } = setUp();
    gate.check = () => {
      throw full;
    };
    for (const policy of ['FULL', 'METADATA'] as const) {
      const answer = service.submitInfill({ ...input, store: policy }, viewer);
      expect(await codeOf(answer)).toBe('STORAGE_FULL');
    }
    expect([dispatcher.admitted, ledger.charged]).toEqual([[], []]);
    const { id } = await service.submitInfill({ ...input, store: 'NONE' }, viewer);
    dispatcher.tell(id, completed);
    await service.settled();
  });
});

describe('notices', () => {
  it('tell a run from its admission to its end', async () => {
    const { dispatcher, notices, options } = setUp();
    let clock = Date.now();
    const service = new InfillService({ ...options, now: () => clock });
    const { id } = await service.submitInfill(input, viewer);
    const tell = async (afterMs: number, ...entries: Parameters<typeof dispatcher.tell>[1][]) => {
      clock += afterMs;
      dispatcher.tell(id, ...entries);
      await new Promise(setImmediate);
    };
    await tell(10, { type: 'started' });
    await tell(5, committed);
    await tell(3, committed);
    await tell(1, completed);
    await service.settled();
    const of = { runId: id, decoderName: 'maria', packId: 'scripted' };
    const { usage, timing } = completed.outcome;
    expect(notices).toEqual([
      { ...of, type: 'admitted' },
      { ...of, type: 'started', queueMs: 10 },
      { ...of, type: 'committed', tokens: 1, sinceMs: 15, isFirst: true },
      { ...of, type: 'committed', tokens: 1, sinceMs: 3, isFirst: false },
      { ...of, type: 'ended', status: 'COMPLETED', cancelReason: null, usage, timing },
    ]);
  });

  it('tell why a run was cancelled, and that it never began', async () => {
    const { service, notices } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    await service.cancelInfill(id, viewer);
    await service.settled();
    expect(notices.at(-1)).toMatchObject({
      type: 'ended',
      status: 'CANCELLED',
      cancelReason: 'REQUESTED',
      usage: null,
      timing: null,
    });
  });

  it('tell each input that was turned away', async () => {
    const { service, dispatcher, notices } = setUp();
    dispatcher.openTokens = 101;
    await codeOf(service.submitInfill(input, viewer));
    await codeOf(service.submitInfill({ ...input, model: 'other' }, viewer));
    expect(notices).toEqual([
      { type: 'rejected', code: 'COST_TOO_HIGH' },
      { type: 'rejected', code: 'UNKNOWN_MODEL' },
    ]);
  });
});
