import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import type { CompareInput } from '../../src/service/comparisons.ts';
import type { ScoreInput } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';
import { completed } from './support/streams.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

/** As elsewhere, with the number of holds at each check, charge and start. */
function setUp() {
  const options = setUpOver(store);
  const { dispatcher, ledger } = options;
  const diary: string[] = [];
  const note = (what: string) => diary.push(`${what} ${dispatcher.holds}`);
  const { prepare, admit, score } = dispatcher;
  dispatcher.prepare = (...asked) => {
    // The check of a score goes through that of a run.
    if (!('fill' in asked[1])) note('check');
    return prepare.apply(dispatcher, asked);
  };
  dispatcher.admit = (...asked) => {
    const ticket = admit.apply(dispatcher, asked);
    const start = () => {
      note('start');
      return ticket.start();
    };
    return { ...ticket, start };
  };
  dispatcher.score = async (...asked) => {
    note('score');
    await nextTurn();
    note('scored');
    return score.apply(dispatcher, asked);
  };
  return { ...options, dispatcher, ledger, diary };
}

const scoring: ScoreInput = { source: input.source, fill: { slots: ['cat'] }, draws: 1 };
const entrantOf = (name: string) => ({ label: name, decoder: { name, options: {} } });
const comparing: CompareInput = {
  source: input.source,
  alternatives: 0,
  lengthSearch: 'CAL',
  entrants: [entrantOf('maria'), entrantOf('autoregressive')],
};

describe('batch work', () => {
  it('is held from the request of an interactive run to its start', async () => {
    const { service, dispatcher, diary } = setUp();
    const { id } = await service.submitInfill(input, viewer);
    expect([...diary, dispatcher.holds]).toEqual(['check 1', 'start 1', 0]);
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('is held for a comparison until all its runs have started', async () => {
    const { service, dispatcher, diary } = setUp();
    const { entrants } = await service.comparisons.compare(comparing, viewer);
    const starts = ['check 1', 'check 1', 'start 1', 'start 1'];
    expect([...diary, dispatcher.holds]).toEqual([...starts, 0]);
    for (const { runId } of entrants) dispatcher.tell(runId, completed);
    await service.settled();
  });

  it('is held for an interactive score until it has ended', async () => {
    const { service, dispatcher, diary } = setUp();
    await service.scoreInfill(scoring, viewer, never);
    expect([...diary, dispatcher.holds]).toEqual(['check 1', 'score 1', 'scored 1', 0]);
  });

  it('is not held for batch work', async () => {
    const { service, dispatcher, diary } = setUp();
    const { id } = await service.submitInfill({ ...input, priority: 'BATCH' }, viewer);
    expect(diary).toEqual(['check 0', 'start 0']);
    dispatcher.tell(id, completed);
    await service.settled();
  });

  it('goes on once a request is refused, whoever refuses it', async () => {
    const { service, dispatcher, ledger, diary } = setUp();
    dispatcher.isFull = true;
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('QUEUE_FULL');
    ledger.refusal = new InfillError('RATE_LIMITED', 'Spent.', { retryAfterMs: 1 });
    expect(await codeOf(service.scoreInfill(scoring, viewer, never))).toBe('RATE_LIMITED');
    dispatcher.refusal = new InfillError('PROMPT_TOO_LONG', 'Long.');
    expect(await codeOf(service.submitInfill(input, viewer))).toBe('PROMPT_TOO_LONG');
    const checks = ['check 1', 'check 1', 'check 1'];
    expect([...diary, dispatcher.holds]).toEqual([...checks, 0]);
  });
});
